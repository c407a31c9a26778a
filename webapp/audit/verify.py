"""Reading the log from one end to the other and saying whether it is as it was written.

Streams in constant memory. Whatever is wrong is told with its place, and the reading goes on behind it: one damage
never hides another. Entries that were lost because a copy was put back are no damage, but are named each time.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from webapp.core import audit_shape
from webapp.models.audit_entry import AuditEntry

from .actions import Action
from .anchor_check import AnchorCheck, NoAnchors
from .anchors import AnchorFile
from .breaks import Break, Breaks, Gap
from .chain import FIRST_EPOCH, FORMATS, NO_HASH, Keys, NotCanonical, epoch_of, hash_of
from .recording import facts_of
from .rows import COLUMNS, SEQ, LogRows, Row
from .search_check import SearchCheck

BEFORE = "the entry is before the first one"
OUT_OF_PLACE = "the entry is out of its place, or the second one of its number"


@dataclass(frozen=True)
class ChainVerdict:
    """What was found. `breaks` are at most `breaks.MOST`, `broken` counts all; `anchors` is how many hold."""

    breaks: tuple[Break, ...]
    broken: int
    gaps: tuple[Gap, ...]
    first_seq: int
    last_seq: int
    head_hash: str
    entries: int
    anchors: int

    @property
    def ok(self) -> bool:
        return not self.broken

    @property
    def kind(self) -> str | None:
        """Of the first thing that is wrong."""
        return self.breaks[0].kind if self.breaks else None

    @property
    def seq(self) -> int | None:
        """Where the first thing that is wrong begins, if it is an entry's fault."""
        return self.breaks[0].seq if self.breaks else None


class Verifier:
    """One reading of the log, from entry `start` on, against the anchors of a file."""

    def __init__(
        self, connection: Connection, keys: Keys, *, start: int = 1, anchors: AnchorFile | None = None
    ) -> None:
        self.connection = connection
        self.keys = keys
        self.start = start
        self.breaks = Breaks()
        self.anchors = AnchorCheck(connection, anchors, self.breaks, start) if anchors else NoAnchors()
        self.search = SearchCheck(connection, self.breaks, start)
        self.last_seq, self.entries, self.epoch = start - 1, 0, FIRST_EPOCH
        self.last_hash: str | None = NO_HASH
        self.head_hash = NO_HASH

    def verdict(self) -> ChainVerdict:
        """Reads all. Raises OSError when the anchor file cannot be read, DBAPIError when the table cannot,
        ValueError when the log has not come as far as `start`."""
        self.anchors.read_restores()
        self._take_start()
        for row in LogRows(self.connection, self.start, self.breaks):
            self._check(row)
        self.anchors.check(self.last_seq)
        if self.entries == 0 and self.start == 1 and not self.breaks:
            self.breaks.add("empty", 1, "there is not even the first entry")
        self._check_database()
        return ChainVerdict(
            tuple(self.breaks), self.breaks.count, self.anchors.gaps(), self.start, self.last_seq, self.head_hash,
            self.entries, self.anchors.held,
        )  # fmt: skip

    def _take_start(self) -> None:
        if self.start == 1:
            return
        before = select(*COLUMNS).where(AuditEntry.seq == self.start - 1)
        row = self.connection.execute(before).mappings().one_or_none()
        if row is not None:
            self.last_hash, self.epoch = row["hash"], epoch_of(dict(row))
            return
        self.last_hash = None
        end = self.connection.execute(select(func.max(SEQ))).scalar() or 0
        if end >= self.start:
            self.breaks.add("missing", self.start - 1, "the entry before the first one to check is not there")
        elif self.anchors.reaches(end):
            self.last_seq = end
        else:
            raise ValueError(f"the log has no entry {self.start - 1} yet")

    def _check(self, row: Row) -> None:
        """One row: at most one break, and the chain goes on from it."""
        seq, expected = row["seq"], self.last_seq + 1
        fault = self._fault(row)
        if type(seq) is not int:
            return self.breaks.add("unreadable", None, "a row has no number")
        if seq < expected:
            return self.breaks.add("inserted", seq, BEFORE if seq < self.start else OUT_OF_PLACE)
        if seq > expected:
            self.breaks.add("missing", expected, "the entry is not there", seq - 1)
        elif self.last_hash is not None and row["prev_hash"] != self.last_hash:
            fault = "link", "the entry does not follow the one before"
        fault = fault or self._fault_of_epoch(row)
        if fault:
            self.breaks.add(fault[0], seq, fault[1])
        self.last_seq, self.head_hash = seq, row["hash"]
        self.last_hash = row["hash"] if not fault or fault[0] == "key" else None
        self.entries += 1
        return self.search.expect(row)

    def _fault(self, row: Row) -> tuple[str, str] | None:
        """What is wrong with a row by itself."""
        key = self.keys.by_id.get(row["key_id"])
        if key is None:
            return "key", "the entry names a key that is not known"
        try:
            if hash_of(key, row) != row["hash"]:
                return "changed", "the entry was changed: its hash does not fit"
        except NotCanonical:
            return "unreadable", "the entry holds something the desk never writes"
        if row["schema"] not in FORMATS:
            return "schema", "the entry has a format that this version does not know"
        return None

    def _fault_of_epoch(self, row: Row) -> tuple[str, str] | None:
        """An epoch begins with the entry of its restore, and lasts until the next one."""
        epoch = epoch_of(row)
        if epoch > self.epoch and row["event"] == Action.AUDIT_RESTORED:
            self.epoch = epoch
            facts = facts_of(row["after"])
            gap = Gap(epoch, int(facts.get("missing_from") or 0), int(facts.get("missing_to") or 0), row["ts"])
            self.anchors.begin_epoch(row["seq"], row["hash"], gap)
        if epoch != self.epoch:
            return "epoch", "the entry belongs to another epoch: to the log before a restore, or after another one"
        return None

    def _check_database(self) -> None:
        """What the rows cannot show: indexes that hide an entry from the page, guards that were taken away."""
        if self.connection.dialect.name == "sqlite":
            try:
                damage = self.connection.execute(text("PRAGMA integrity_check('audit_entry')")).scalar()
            except DBAPIError as error:
                damage = str(error.orig)
            if damage != "ok":
                self.breaks.add("storage", None, "the database file is damaged")
        if faults := audit_shape.faults(self.connection):
            words = f"the table is not protected as it should be: {', '.join(faults)}"
            self.breaks.add("unprotected", None, words)
        self._count_rows()
        self.search.check(self.last_seq)

    def _count_rows(self) -> None:
        """Rows without a number, or several of one number, which reading by numbers can pass over."""
        if self.start > 1 or self.breaks:
            return
        numbered = AuditEntry.seq <= self.last_seq
        counted = select(func.count()).select_from(AuditEntry).where(numbered | SEQ.is_(None))
        more = self.connection.execute(counted).scalar_one() - self.entries
        if more:
            self.breaks.add("inserted", None, f"{more} more rows are in the table than entries")
