"""Who is sent away before anything was looked at: counted in this process, one audit entry a minute for all of them.

In a flood, most get no page but a sentence, which costs a tenth. Each process writes its own entry. It comes with the
first request after the minute, whatever it asks for, or when the process ends; one that is killed takes its last minute
along.
"""

from __future__ import annotations

import atexit
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from flask import Flask

from webapp import audit
from webapp.core.database import writing
from webapp.models.base import now

MINUTE = timedelta(minutes=1)

TOO_MANY_FAILURES = "too many failures from this address"
NO_PLACE = "too many at once"

MOST_PAGES = 5
LATELY = 1.0
"""Seconds within which so many get a page, and an address that has to wait is not looked up again."""
MOST_ADDRESSES = 1000


class TurnedAway(Exception):
    """Come again later: `cause` for the audit log, `wait` for whoever asked; `briefly`, a sentence is answer enough."""

    def __init__(self, cause: str, wait: timedelta, *, briefly: bool = False) -> None:
        super().__init__(cause)
        self.cause, self.wait, self.briefly = cause, wait, briefly


class Flood:
    """Sees in one process when so many are turned away that most of them must cost next to nothing."""

    def __init__(self) -> None:
        self._pages: deque[float] = deque(maxlen=MOST_PAGES)
        self._waits: dict[str, tuple[float, timedelta]] = {}

    @property
    def is_on(self) -> bool:
        """Whether as many got a page lately as may."""
        return len(self._pages) == MOST_PAGES and time.monotonic() - self._pages[0] < LATELY

    def note(self, cause: str, address: str, wait: timedelta) -> None:
        """One more got a page."""
        self._pages.append(time.monotonic())
        if cause == TOO_MANY_FAILURES:
            if len(self._waits) >= MOST_ADDRESSES:
                self._waits.clear()
            self._waits[address] = (time.monotonic(), wait)

    def wait_of(self, address: str) -> timedelta | None:
        """How long the address has to wait, as it was told lately."""
        seen, wait = self._waits.get(address, (0.0, None))
        return wait if time.monotonic() - seen < LATELY else None


@dataclass(slots=True)
class _Tally:
    """Of one cause, since `began`. `address` is None as soon as there is more than one."""

    began: datetime
    address: str | None
    count: int = 0


class Tallies:
    """What was counted and not written down yet, by cause."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = Lock()
        self._open: dict[str, _Tally] = {}

    def add(self, cause: str, address: str) -> None:
        """One more was turned away."""
        with self._lock:
            if not self._open:
                atexit.unregister(self.write_rest)
                atexit.register(self.write_rest)
            tally = self._open.setdefault(cause, _Tally(now(), address))
            tally.count += 1
            if tally.address != address:
                tally.address = None

    def write_due(self) -> None:
        """Writes down what is a minute old."""
        if self._open:
            self._write(self._taken(now() - MINUTE))

    def write_rest(self) -> None:
        """Writes down everything, at the end of the process."""
        with self._app.app_context():
            self._write(self._taken(now()))

    def _taken(self, until: datetime) -> dict[str, _Tally]:
        with self._lock:
            due = {cause: tally for cause, tally in self._open.items() if tally.began <= until}
            for cause in due:
                del self._open[cause]
        return due

    def _write(self, tallies: dict[str, _Tally]) -> None:
        if not tallies:
            return
        before = audit.who()
        try:
            with writing():
                for cause, tally in tallies.items():
                    audit.bind(audit.Who(actor_label="stranger", ip=tally.address))
                    audit.record(
                        audit.Action.LOGIN_FAILED, outcome="denied", after={"cause": cause, "count": tally.count}
                    )
        finally:
            audit.bind(before)


def init_app(app: Flask) -> None:
    """Looks before each request whether a minute is over."""
    app.extensions["flood"] = Flood()
    tallies = app.extensions["turned_away"] = Tallies(app)
    app.before_request(tallies.write_due)
