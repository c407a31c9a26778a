"""How well the provider answers: noted call by call in memory, added up in the database twice a minute.

It is written down after an answer has left, so that nobody waits for it; what a killed process had not written down
yet, half a minute at most, is lost, and nothing depends on it.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from flask import Flask, Response, current_app
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from webapp.models.base import now
from webapp.models.provider_minute import ProviderMinute

from .accounts import Account
from .database import writing
from .extensions import db

EVERY = 30.0
"""Seconds between two writings of a process."""
KEEP = timedelta(days=2)
HOUR = timedelta(hours=1)
OK = "ok"

_Key = tuple[str, datetime, str, str]
_lock = threading.Lock()
_pending: dict[_Key, list[int]] = {}
_written = time.monotonic()

log = structlog.get_logger("webapp.core.provider_health")


def note(account: str, endpoint: str, status: int | None, seconds: float, error: str | None) -> None:
    """Notes one call: its outcome and its time."""
    outcome = OK if error is None else f"{error} {status}" if status else error
    key = (account, now().replace(second=0, microsecond=0), endpoint, outcome[:40])
    spent = round(seconds * 1000)
    with _lock:
        calls, total, slowest = _pending.get(key, (0, 0, 0))
        _pending[key] = [calls + 1, total + spent, max(slowest, spent)]


def write_down() -> None:
    """Adds what was noted to the database's rows. What cannot be written is forgotten: it only tells how it goes."""
    global _written
    with _lock:
        noted = dict(_pending)
        _pending.clear()
        _written = time.monotonic()
    if not noted:
        return
    try:
        with writing() as session:
            insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
            for (account, minute, endpoint, outcome), (calls, total, slowest) in noted.items():
                values = {"account": account, "minute": minute, "endpoint": endpoint, "outcome": outcome}
                fresh = insert(ProviderMinute).values(**values, calls=calls, total_ms=total, slowest_ms=slowest)
                session.execute(_added(fresh))
    except SQLAlchemyError as error:
        log.warning("calls not written down", error=type(error).__name__)


def _added(fresh: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    """The row, or its figures added to those of the row that is there."""
    new = fresh.excluded
    slowest: ColumnElement[int] = func.max(ProviderMinute.slowest_ms, new.slowest_ms)
    if isinstance(fresh, postgresql.Insert):
        slowest = func.greatest(ProviderMinute.slowest_ms, new.slowest_ms)
    return fresh.on_conflict_do_update(
        index_elements=["account", "minute", "endpoint", "outcome"],
        set_={
            "calls": ProviderMinute.calls + new.calls,
            "total_ms": ProviderMinute.total_ms + new.total_ms,
            "slowest_ms": slowest,
        },
    )


@dataclass(slots=True)
class Tally:
    """Calls, how many failed, and their milliseconds."""

    calls: int = 0
    failed: int = 0
    total_ms: int = 0
    slowest_ms: int = 0

    def add(self, row: ProviderMinute) -> None:
        self.calls += row.calls
        self.failed += row.calls if row.outcome != OK else 0
        self.total_ms += row.total_ms
        self.slowest_ms = max(self.slowest_ms, row.slowest_ms)

    @property
    def mean_ms(self) -> int:
        return round(self.total_ms / self.calls) if self.calls else 0


@dataclass(slots=True)
class LastHour:
    """An account's last hour: all calls, by endpoint, failures by kind, and by five minutes, oldest first."""

    all: Tally = field(default_factory=Tally)
    endpoints: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    failures: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    slices: list[tuple[datetime, Tally]] = field(default_factory=list)
    last_throttled: datetime | None = None

    @property
    def throttled(self) -> int:
        return sum(count for outcome, count in self.failures.items() if outcome.startswith("Throttled"))


def last_hour(account: Account, moment: datetime | None = None) -> LastHour:
    """What was recorded about the hour before a moment (now), in one question."""
    until = moment or now()
    since = until - HOUR
    rows = db.session.scalars(
        select(ProviderMinute).where(ProviderMinute.account == account.slug, ProviderMinute.minute >= since)
    ).all()
    return _told(rows, since)


def _told(rows: Iterable[ProviderMinute], since: datetime) -> LastHour:
    told = LastHour()
    start = since.replace(minute=since.minute - since.minute % 5, second=0, microsecond=0) + timedelta(minutes=5)
    told.slices = [(start + timedelta(minutes=5 * number), Tally()) for number in range(12)]
    for row in rows:
        told.all.add(row)
        told.endpoints[row.endpoint].add(row)
        if row.outcome != OK:
            told.failures[row.outcome] += row.calls
        if row.outcome.startswith("Throttled"):
            told.last_throttled = max(row.minute, told.last_throttled or row.minute)
        place = (row.minute - start) // timedelta(minutes=5)
        if 0 <= place < len(told.slices):
            told.slices[place][1].add(row)
    return told


def init_app(app: Flask) -> None:
    """Writes down after an answer has left, twice a minute at most."""

    def write_when_due(response: Response) -> Response:
        if _pending and time.monotonic() - _written > EVERY:
            response.call_on_close(lambda: _write_in(app))
        return response

    app.after_request(write_when_due)


def _write_in(app: Flask) -> None:
    if current_app:
        return write_down()
    with app.app_context():
        write_down()
    return None
