"""Reading a list of the provider whole inside of a job: with progress, patience, and proof by the provider's count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from webapp.jobs import Failed, JobContext
from webapp.providers.http.patience import Wait, ask_patiently
from webapp.providers.postpay.scan import EveryRow

AT_ONCE = 500
"""Rows that are handed on together."""
MOST_READINGS = 3
MOST_COUNTS = 6

T = TypeVar("T")


class ScanProgress:
    """Rows of all readings of a job together, for whoever watches."""

    def __init__(self, job: JobContext) -> None:
        self._job, self.done, self._total = job, 0, 0
        self.pause = job.pause

    def expect(self, rows: int) -> None:
        """So many more will come."""
        self._total = self.done + rows
        self.reach(self.done)

    def reach(self, rows: int) -> None:
        """So many have come in all."""
        self.done = rows
        self._job.tell(rows, max(self._total, rows) if self._total else None)


def read_whole(ask: Callable[[Wait], EveryRow[T]], take: Callable[[Sequence[T]], Any], progress: ScanProgress) -> int:
    """Hands on every row, and returns how many there are once a reading is as long as the provider counts it before
    and after. Rows of an earlier reading may be handed on again.

    Raises Failed ("incomplete"), GatewayError, and whatever ends the job.
    """
    for _ in range(MOST_READINGS):
        reading = ask(progress.pause)
        counted = ask_patiently(reading.recount, progress.pause, times=MOST_COUNTS)
        progress.expect(counted)
        arrived = 0
        waiting: list[T] = []
        for rows in reading:
            waiting += rows
            arrived += len(rows)
            progress.reach(progress.done + len(rows))
            if len(waiting) >= AT_ONCE:
                take(waiting)
                waiting = []
        take(waiting)
        if arrived == counted == ask_patiently(reading.recount, progress.pause, times=MOST_COUNTS):
            return arrived
    raise Failed("incomplete")
