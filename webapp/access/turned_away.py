"""Who is sent away before anything was looked at: counted in this process, one audit entry a minute for all of them.

Each process writes its own. The entry comes with the first request after the minute, whatever it asks for, or when
the process ends; one that is killed takes its last minute along.
"""

from __future__ import annotations

import atexit
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


class TurnedAway(Exception):
    """Come again later: `cause` for the audit log, `wait` for whoever asked."""

    def __init__(self, cause: str, wait: timedelta) -> None:
        super().__init__(cause)
        self.cause, self.wait = cause, wait


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
    tallies = app.extensions["turned_away"] = Tallies(app)
    app.before_request(tallies.write_due)
