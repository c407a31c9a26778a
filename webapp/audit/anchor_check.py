"""The log against its anchors: each is looked up by the number of its entry, in constant memory.

An anchor that the log does not extend is a break, unless a signed beginning of a later epoch says that what it speaks
of was lost when the log was put back from a copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import DBAPIError

from webapp.models.audit_entry import AuditEntry

from .anchors import Anchor, AnchorFile, BadAnchor
from .breaks import Breaks, Gap, is_damage
from .chain import FIRST_EPOCH

REWRITTEN = "the entry is not the one that was anchored: history was rewritten"
AT_ONCE = 500
"""Entries that are looked up in one question."""


class Found(NamedTuple):
    """The entry that stands where an anchor's stood."""

    hash: str
    epoch: int


class NoAnchors:
    """Where there is no file of anchors: the log itself has to say what a restore has lost."""

    def __init__(self) -> None:
        self.held = 0
        self._begun: list[Gap] = []

    def read_restores(self) -> None:
        """There are none to read."""

    def reaches(self, _end: int) -> bool:
        return False

    def begin_epoch(self, _seq: int, _hash: str, gap: Gap) -> None:
        self._begun.append(gap)

    def check(self, _last_seq: int) -> None:
        """There is nothing to check against."""

    def gaps(self) -> tuple[Gap, ...]:
        return tuple(self._begun)


class AnchorCheck(NoAnchors):
    """The anchors of a file from entry `start` on; `held` counts those that the log extends."""

    def __init__(self, connection: Connection, file: AnchorFile, breaks: Breaks, start: int = 1) -> None:
        super().__init__()
        self.connection = connection
        self.file = file
        self.breaks = breaks
        self.start = start
        self.restores: list[Anchor] = []

    def read_restores(self) -> None:
        """The beginnings of epochs, which must be known before any other anchor is judged."""
        self.restores = self.file.restores()

    def begin_epoch(self, seq: int, entry_hash: str, gap: Gap) -> None:
        """The log says that an epoch begins here: only an anchor proves it."""
        if not any((one.epoch, one.seq, one.hash) == (gap.epoch, seq, entry_hash) for one in self.restores):
            self.breaks.add("restore", seq, "a restore is entered here of which no anchor knows")

    def gaps(self) -> tuple[Gap, ...]:
        return tuple(
            Gap(one.epoch, one.missing_from or 0, one.missing_to or 0, one.ts)
            for one in sorted(self.restores, key=lambda one: one.epoch)
        )

    def reaches(self, end: int) -> bool:
        return any(isinstance(one, Anchor) and one.seq > end for one in self.file)

    def check(self, last_seq: int) -> None:
        """Every anchor against the entry of its number."""
        cut = None
        for anchor, found in self.judged():
            if found is None and anchor.seq > last_seq:
                cut = max(cut or 0, anchor.seq)
            elif found is not None:
                self.breaks.add("anchor", anchor.seq, REWRITTEN)
        if cut is not None:
            self.breaks.add("cut", last_seq + 1, "the log ends before an entry that was anchored", cut)

    def judged(self) -> Iterator[tuple[Anchor, Found | None]]:
        """The anchors that the log does not extend and no restore explains, with what stands in the entry's place."""
        signed = self._signed()
        while some := list(islice(signed, AT_ONCE)):
            found = self._found({anchor.seq for anchor in some})
            for anchor in some:
                there = found.get(anchor.seq)
                if there == (anchor.hash, anchor.epoch):
                    self.held += 1
                elif not any(restore.covers(anchor.epoch, anchor.seq) for restore in self.restores):
                    yield anchor, there

    def _signed(self) -> Iterator[Anchor]:
        for one in self.file:
            if isinstance(one, BadAnchor):
                self.breaks.add("forged_anchor", None, str(one))
            elif one.seq >= self.start:
                yield one

    def _found(self, seqs: Iterable[int]) -> dict[int, Found]:
        if not inspect(self.connection).has_table(AuditEntry.__tablename__):
            return {}
        try:
            return self._asked(seqs)
        except DBAPIError as error:
            if not is_damage(error):
                raise
        found: dict[int, Found] = {}
        for seq in seqs:
            try:
                found |= self._asked([seq])
            except DBAPIError:  # the chain has told of it
                continue
        return found

    def _asked(self, seqs: Iterable[int]) -> dict[int, Found]:
        columns = AuditEntry.__table__.c
        rows = self.connection.execute(
            select(columns.seq, columns.hash, columns.epoch).where(columns.seq.in_(list(seqs)))
        )
        return {row.seq: Found(row.hash, row.epoch or FIRST_EPOCH) for row in rows}
