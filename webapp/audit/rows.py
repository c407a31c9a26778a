"""The rows of the log in their order, page by page in constant memory, past what the disk does not give back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Select, func, inspect, select
from sqlalchemy.exc import DBAPIError

from webapp.models.audit_entry import AuditEntry

from .breaks import Breaks, is_damage

PAGE = 2000
COLUMNS = tuple(AuditEntry.__table__.columns)
NAMES = tuple(column.name for column in COLUMNS)
SEQ = AuditEntry.__table__.c.seq

Row = Mapping[str, Any]


class LogRows:
    """The rows from entry `start` on. What cannot be read is told to `breaks`. Raises DBAPIError when nothing can."""

    def __init__(self, connection: Connection, start: int, breaks: Breaks) -> None:
        self.connection = connection
        self.breaks = breaks
        self.after = start - 1 if start > 1 else None
        self.is_over = False

    def __iter__(self) -> Iterator[Row]:
        if not inspect(self.connection).has_table(AuditEntry.__tablename__):
            return
        while not self.is_over:
            try:
                page = self._read(self._following().limit(PAGE))
            except DBAPIError as error:
                if not is_damage(error):
                    raise
                yield from self._readable()
                continue
            yield from page
            self.is_over = len(page) < PAGE or not self._turn(page)

    def _turn(self, page: list[Row]) -> bool:
        """Goes on after the page; not where its numbers do not rise, for then there would be no end."""
        last = max((row["seq"] for row in page if type(row["seq"]) is int), default=None)
        if last is None or (self.after is not None and last <= self.after):
            self.breaks.add("unreadable", None, "the numbers of the entries do not rise")
            return False
        self.after = last
        return True

    def _following(self) -> Select[Any]:
        query = select(*COLUMNS).order_by(SEQ)
        return query if self.after is None else query.where(AuditEntry.seq > self.after)

    def _read(self, query: Select[Any]) -> list[Row]:
        return [dict(zip(NAMES, row, strict=True)) for row in self.connection.execute(query)]

    def _readable(self) -> Iterator[Row]:
        """A page that cannot be read as a whole: entry by entry, each asked for by its number."""
        first = (self.after or 0) + 1
        end = min(first + PAGE - 1, self._end())
        for seq in range(first, end + 1):
            try:
                yield from self._read(select(*COLUMNS).where(SEQ.in_([seq])))
            except DBAPIError as error:
                if not is_damage(error):
                    raise
                self.breaks.add("unreadable", seq, "the entry cannot be read from the disk")
        self.after = end
        if end < first:
            self.breaks.add("unreadable", first, "the entries from here on cannot be read")
        self.is_over = end < first + PAGE - 1

    def _end(self) -> int:
        try:
            return int(self.connection.execute(select(func.max(SEQ))).scalar() or 0)
        except (DBAPIError, ValueError):
            return 0
