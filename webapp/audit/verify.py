"""Reading the log from one end to the other and saying whether it is as it was written.

Streams in pages by key, in constant memory but for one hash per anchor. The first thing that is wrong ends it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from webapp.core import audit_protection
from webapp.models.audit_entry import AuditEntry

from .anchors import Anchor, BadAnchor
from .chain import NO_HASH, SCHEMA, Keys, NotCanonical, hash_of
from .recording import OUTCOMES

PAGE = 2000
COLUMNS = tuple(AuditEntry.__table__.columns)
NAMES = tuple(column.name for column in COLUMNS)
SEQ = AuditEntry.__table__.c.seq

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ChainVerdict:
    """`kind` and `seq` say what is wrong first and where; `seq` is None where it is no entry's fault.

    Kinds: missing, inserted, link, changed, key, schema, unreadable (a row); empty, cut, anchor, forged_anchor
    (against the anchors); storage, unprotected, search (the database itself).
    """

    kind: str | None
    seq: int | None
    message: str
    first_seq: int
    last_seq: int
    head_hash: str
    entries: int
    anchors: int

    @property
    def ok(self) -> bool:
        return self.kind is None


_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM}


def _is_damage(error: DBAPIError) -> bool:
    """Whether the rows are at fault, and not a server that went away or a file that is locked."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return not error.connection_invalidated and (code is None or code & 0xFF not in _BUSY)


class _Broken(Exception):
    def __init__(self, kind: str, seq: int | None, message: str) -> None:
        super().__init__(message)
        self.kind, self.seq = kind, seq


class Verifier:
    """One reading of the log, from entry `start` on, against the anchors of a file in the file's order."""

    def __init__(self, connection: Connection, keys: Keys, *, start: int = 1, anchors: Iterable[Anchor] = ()) -> None:
        self.connection = connection
        self.keys = keys
        self.start = start
        self.anchored: dict[int, str] = {}
        self.given = anchors
        self.last_seq, self.last_hash, self.entries, self.held = start - 1, NO_HASH, 0, 0

    def verdict(self) -> ChainVerdict:
        """Reads all. Raises OSError when the anchor file cannot be read, DBAPIError when the table cannot,
        ValueError when the log has not come as far as `start`."""
        try:
            self._take_anchors()
            self._take_start()
            for row in self._rows():
                self._check(row)
                self._check_anchor(row)
            self._check_end()
            self._check_database()
        except _Broken as broken:
            return self._verdict(broken.kind, broken.seq, str(broken))
        return self._verdict(None, None, "every entry follows the one before, unchanged")

    def _verdict(self, kind: str | None, seq: int | None, message: str) -> ChainVerdict:
        return ChainVerdict(
            kind, seq, message, self.start, self.last_seq, self.last_hash, self.entries, anchors=self.held
        )

    def _take_anchors(self) -> None:
        """Keeps one anchor for each entry; two that disagree cannot both be true."""
        try:
            for anchor in self.given:
                if self.anchored.setdefault(anchor.seq, anchor.hash) != anchor.hash:
                    raise _Broken("anchor", anchor.seq, "two anchors of this entry disagree: the log was put back once")
        except BadAnchor as error:
            raise _Broken("forged_anchor", None, str(error)) from error

    def _take_start(self) -> None:
        if self.start == 1:
            return
        row = self.connection.execute(select(AuditEntry.hash).where(AuditEntry.seq == self.start - 1)).one_or_none()
        if row is not None:
            self.last_hash = row.hash
            return
        end = self.connection.execute(select(func.max(AuditEntry.seq))).scalar() or 0
        if end >= self.start:
            raise _Broken("missing", self.start - 1, "the entry before the first one to check is not there")
        if any(seq > end for seq in self.anchored):
            raise _Broken("cut", end + 1, "the log ends before an entry that was anchored")
        raise ValueError(f"the log has no entry {self.start - 1} yet")

    def _rows(self) -> Iterator[Row]:
        if not inspect(self.connection).has_table(AuditEntry.__tablename__):
            return
        after = self.start - 1 if self.start > 1 else None
        while True:
            page = self._page(after)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1]["seq"]

    def _page(self, after: int | None) -> list[Row]:
        try:
            return self._read(after, PAGE)
        except DBAPIError as error:
            if not _is_damage(error):
                raise
            return self._readable(after)

    def _read(self, after: int | None, size: int) -> list[Row]:
        query = select(*COLUMNS).order_by(SEQ).limit(size)
        if after is not None:
            query = query.where(AuditEntry.seq > after)
        return [dict(zip(NAMES, row, strict=True)) for row in self.connection.execute(query)]

    def _readable(self, after: int | None) -> list[Row]:
        """A page that cannot be read as a whole: checks what stands before the damage, then raises it."""
        while True:
            try:
                rows = self._read(after, 1)
            except DBAPIError as error:
                raise _Broken("unreadable", self.last_seq + 1, "the entry cannot be read from the disk") from error
            if not rows:
                raise _Broken("unreadable", self.last_seq + 1, "the entries from here on cannot be read") from None
            self._check(rows[0])
            self._check_anchor(rows[0])
            after = rows[0]["seq"]

    def _check(self, row: Row) -> None:
        seq, expected = row["seq"], self.last_seq + 1
        if seq > expected:
            raise _Broken("missing", expected, "the entry is not there")
        if seq < expected:
            raise _Broken("inserted", seq, "the entry is before the first one")
        if row["prev_hash"] != self.last_hash:
            raise _Broken("link", seq, "the entry does not follow the one before")
        key = self.keys.by_id.get(row["key_id"])
        if key is None:
            raise _Broken("key", seq, "the entry names a key that is not known")
        try:
            if hash_of(key, row) != row["hash"]:
                raise _Broken("changed", seq, "the entry was changed: its hash does not fit")
        except NotCanonical as error:
            raise _Broken("unreadable", seq, "the entry holds something the desk never writes") from error
        if row["schema"] != SCHEMA:
            raise _Broken("schema", seq, "the entry has a format that this version does not know")
        self.last_seq, self.last_hash = seq, row["hash"]
        self.entries += 1

    def _check_anchor(self, row: Row) -> None:
        anchored = self.anchored.get(row["seq"])
        if anchored is None:
            return
        if anchored != row["hash"]:
            raise _Broken("anchor", row["seq"], "the entry is not the one that was anchored: history was rewritten")
        self.held += 1

    def _check_end(self) -> None:
        if any(seq > self.last_seq for seq in self.anchored):
            raise _Broken("cut", self.last_seq + 1, "the log ends before an entry that was anchored")
        if self.entries == 0 and self.start == 1:
            raise _Broken("empty", 1, "there is not even the first entry")

    def _check_database(self) -> None:
        """What the rows cannot show: indexes that hide an entry from the page, guards that were taken away."""
        if self.connection.dialect.name == "sqlite":
            try:
                damage = self.connection.execute(text("PRAGMA integrity_check('audit_entry')")).scalar()
            except DBAPIError as error:
                damage = str(error.orig)
            if damage != "ok":
                raise _Broken("storage", None, "the database file is damaged")
        faults = audit_protection.faults(self.connection)
        if faults:
            raise _Broken("unprotected", None, f"the table is not protected as it should be: {', '.join(faults)}")
        if self.connection.dialect.name == "sqlite" and not self._is_searchable():
            raise _Broken("search", None, "the search does not find every entry: its index was changed")

    def _is_searchable(self) -> bool:
        """Whether the search index holds each entry once. In PostgreSQL it is a generated column of the entry."""
        outcomes = " OR ".join(f'"o{outcome}"' for outcome in OUTCOMES)
        found = "SELECT count(*) FROM audit_search WHERE audit_search MATCH :outcomes"
        try:
            indexed = self.connection.execute(text(found), {"outcomes": f"facets : ({outcomes})"}).scalar()
        except DBAPIError as error:
            if not _is_damage(error):
                raise
            return False
        return indexed == self.connection.execute(select(func.count()).select_from(AuditEntry)).scalar()
