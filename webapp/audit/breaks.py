"""What is wrong with the log, and what is known to be missing: as many as there are, told once each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy.exc import DBAPIError

MOST = 10_000
"""Breaks that are kept to be told; what is beyond is only counted."""


@dataclass(frozen=True)
class Break:
    """Something wrong with the entries `seq` to `last`; both None where it is no entry's fault.

    Kinds: missing, inserted, link, changed, key, schema, epoch, unreadable (of entries); empty, cut, anchor,
    forged_anchor, restore (against the anchors); storage, unprotected, search (the database itself).
    """

    kind: str
    seq: int | None
    message: str
    last: int | None = None

    @property
    def place(self) -> str:
        """ " at entry 7", " at entries 7–9", or nothing."""
        if self.seq is None:
            return ""
        return f" at entry {self.seq:,}" if self.last in (None, self.seq) else f" at entries {self.seq:,}–{self.last:,}"


@dataclass(frozen=True)
class Gap:
    """Entries that the log before a restore had, and that the log which went on from the copy lacks."""

    epoch: int
    first: int
    last: int
    when: str

    def __str__(self) -> str:
        which = f"Entry {self.first:,} is" if self.first == self.last else f"Entries {self.first:,}–{self.last:,} are"
        return f"{which} missing since the log was restored from a backup at {self.when} (epoch {self.epoch})."


class Breaks:
    """Breaks in the order in which they are found; the same fault of entries in a row is one break."""

    def __init__(self) -> None:
        self.kept: list[Break] = []
        self.count = 0

    def add(self, kind: str, seq: int | None, message: str, last: int | None = None) -> None:
        new = Break(kind, seq, message, seq if last is None else last)
        before = self.kept[-1] if self.kept else None
        if before and seq is not None and before.last == seq - 1 and (before.kind, before.message) == (kind, message):
            self.kept[-1] = replace(before, last=new.last)
            return
        self.count += 1
        if self.count <= MOST:
            self.kept.append(new)

    def __iter__(self) -> Iterator[Break]:
        return iter(self.kept)

    def __bool__(self) -> bool:
        return self.count > 0


_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM}


def is_damage(error: DBAPIError) -> bool:
    """Whether the rows are at fault, and not a server that went away or a file that is locked."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return not error.connection_invalidated and (code is None or code & 0xFF not in _BUSY)
