"""Reading a list of the provider whole inside of a job: with progress, patience, and proof by the provider's count."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from webapp.jobs import Failed, Running
from webapp.providers.http.errors import NoAnswer, ProviderFailed, Throttled, UnreadableAnswer
from webapp.providers.postpay.scan import EveryRow

AT_ONCE = 500
"""Rows that are handed on together."""
MOST_READINGS = 3
MOST_COUNTS = 6
LONGEST_PAUSE = 30.0

T = TypeVar("T")
Wait = Callable[[float], object]


class Progress:
    """Rows of all readings of a job together, for whoever watches."""

    def __init__(self, job: Running) -> None:
        self._job, self.done, self._total = job, 0, 0

    def expect(self, rows: int) -> None:
        """So many more will come."""
        self._total = self.done + rows
        self.reach(self.done)

    def reach(self, rows: int) -> None:
        """So many have come in all."""
        self.done = rows
        self._job.tell(rows, max(self._total, rows) if self._total else None)

    def pause(self, seconds: float) -> None:
        """Waits, listening: raises as soon as the job is to end."""
        ends = time.monotonic() + seconds
        self.reach(self.done)
        while (left := ends - time.monotonic()) > 0:
            self._job.stop.wait(min(left, 1.0))
            self.reach(self.done)


def read_whole(ask: Callable[[Wait], EveryRow[T]], take: Callable[[Sequence[T]], Any], progress: Progress) -> int:
    """Hands on every row, and returns how many there are once a reading is as long as the provider counts it before
    and after. Rows of an earlier reading may be handed on again.

    Raises Failed ("incomplete"), GatewayError, and whatever ends the job.
    """
    for _ in range(MOST_READINGS):
        reading = ask(progress.pause)
        counted = _count(reading, progress)
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
        if arrived == counted == _count(reading, progress):
            return arrived
    raise Failed("incomplete")


def _count(reading: EveryRow[Any], progress: Progress) -> int:
    """The provider's count; where it is not given at once it is asked for again."""
    for number in range(MOST_COUNTS):
        try:
            return reading.recount()
        except (Throttled, NoAnswer, ProviderFailed, UnreadableAnswer) as error:
            if number == MOST_COUNTS - 1:
                raise
            asked: float = getattr(error, "retry_after", None) or 0.0
            progress.pause(min(max(asked, 0.25 * 2.0**number), LONGEST_PAUSE))
    raise AssertionError("it returns or raises")
