"""Rows that arrive at the same time are written in one transaction: a burst costs few commits, and none is answered
before its row is safe.

There is no thread behind it: of those who wait, one writes for all. While it does, the next ones gather.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Row = TypeVar("Row")
Result = TypeVar("Result")

MOST = 200
"""Rows in one transaction."""


class _Ticket(Generic[Row, Result]):
    __slots__ = ("done", "error", "result", "row")

    def __init__(self, row: Row) -> None:
        self.row = row
        self.done = False
        self.result: Result
        self.error: Exception | None = None


class GroupCommit(Generic[Row, Result]):
    """`write` takes some rows, commits them in one transaction, and returns one result for each, in their order.

    `is_for_all` says of an error that no row is to blame: then none is tried again by itself.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Row]], Sequence[Result]],
        *,
        is_for_all: Callable[[Exception], bool] = lambda error: False,
    ) -> None:
        self._write = write
        self._is_for_all = is_for_all
        self._turn = threading.Lock()
        self._gate = threading.Lock()
        self._waiting: list[_Ticket[Row, Result]] = []

    def add(self, row: Row) -> Result:
        """Returns when the row is committed. Raises what `write` raised for it; no other row suffers from that."""
        ticket: _Ticket[Row, Result] = _Ticket(row)
        with self._gate:
            self._waiting.append(ticket)
        with self._turn:
            while not ticket.done:
                with self._gate:
                    taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                self._settle(taken)
        if ticket.error is not None:
            raise ticket.error
        return ticket.result

    def _settle(self, tickets: list[_Ticket[Row, Result]]) -> None:
        try:
            results = self._write([ticket.row for ticket in tickets])
        except Exception as error:
            if len(tickets) > 1 and not self._is_for_all(error):
                for ticket in tickets:
                    self._settle([ticket])
                return
            for ticket in tickets:
                ticket.error, ticket.done = error, True
            return
        for ticket, result in zip(tickets, results, strict=True):
            ticket.result, ticket.done = result, True
