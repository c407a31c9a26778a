"""Every delivery that is refused is counted, by minute and cause; of the newest ones, what they held is kept too.

Neither costs a transaction of its own. A process counts in memory, and adds it up in the database WRITE_AFTER seconds
after the first that is not written down yet, and when it ends. One that is killed loses what it counted in these
seconds, and nothing else; while the database is away, it goes on counting and tries again.
"""

from __future__ import annotations

import atexit
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

import structlog
from flask import Flask
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp.access.rejection_sampler import RejectionSampler
from webapp.core import metrics
from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.refused_minute import RefusalCause, RefusedMinute

WRITE_AFTER = 5.0
LONGEST_PAUSE = 60.0
"""Seconds; the second while the database is away."""
MOST_HELD = 100
"""Refused deliveries whose content waits in a process's memory: the newest of so many senders."""
KEEP = timedelta(days=7)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SLICE = timedelta(minutes=5)

Row = TypeVar("Row")
_Counts = Counter[tuple[str, datetime, str]]

log = structlog.stdlib.get_logger("webapp.webhooks.deliveries")


class _Newest(NamedTuple, Generic[Row]):
    """The newest refused delivery of a sender: how often the same came in a row, and what makes its row."""

    digest: str
    times: int
    build: Callable[[], Row]


class Refusals(Generic[Row]):
    """What one process has refused and not written down yet. `keep` commits rows of these accounts."""

    def __init__(self, app: Flask, keep: Callable[[set[str], Sequence[Row]], object]) -> None:
        self.sampler = RejectionSampler()
        self._app, self._keep = app, keep
        self._lock = threading.Lock()
        self._counts: _Counts = Counter()
        self._held: dict[object, _Newest[Row]] = {}
        self._timer: threading.Timer | None = None
        self._failures = 0

    def count(self, account: str, cause: RefusalCause) -> None:
        """One more."""
        metrics.REFUSED_DELIVERIES.labels(account, cause.value).inc()
        with self._lock:
            self._counts[account, now().replace(second=0, microsecond=0), cause.value] += 1
            self._begin_timer(WRITE_AFTER)

    def hold(self, key: object, digest: str, build: Callable[[], Row]) -> None:
        """Keeps the newest of its `key`, to be written down with the counts; `build` makes the row then."""
        with self._lock:
            before = self._held.pop(key, None)
            if len(self._held) >= MOST_HELD:
                del self._held[next(iter(self._held))]
            times = before.times if before and before.digest == digest else 0
            self._held[key] = _Newest(digest, times + 1, build)

    def write_down(self) -> None:
        """Adds up in the database what was counted, and keeps what was held. What cannot be written waits."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            counts, held, self._timer = self._counts, self._held, None
            self._counts, self._held = Counter(), {}
        accounts = {account for account, _, _ in counts}
        try:
            if counts:
                with writing() as session:
                    _add(session, counts)
                counts = Counter()
            self._keep(accounts, [row for one in held.values() for row in [one.build()] * one.times])
        except SQLAlchemyError as error:
            self._take_back(counts, held)
            log.warning("refused deliveries not written down yet", error=type(error).__name__, failures=self._failures)
            return
        self._failures = 0
        atexit.unregister(self._write_in_context)

    def _take_back(self, counts: _Counts, held: dict[object, _Newest[Row]]) -> None:
        with self._lock:
            self._failures += 1
            self._counts.update(counts)
            self._held = dict(list({**held, **self._held}.items())[-MOST_HELD:])
            self._begin_timer(min(WRITE_AFTER * self._failures, LONGEST_PAUSE))

    def _begin_timer(self, seconds: float) -> None:
        """The lock is held."""
        if self._timer is not None:
            return
        atexit.unregister(self._write_in_context)
        atexit.register(self._write_in_context)
        timer = threading.Timer(seconds, self._write_in_context)
        timer.daemon = True
        with suppress(RuntimeError):  # the system has no thread to give, or the process ends: the next one tries again
            timer.start()
            self._timer = timer

    def _write_in_context(self) -> None:
        with self._app.app_context():
            self.write_down()


def _add(session: Session, counts: _Counts) -> None:
    """In one order, so that two processes cannot wait for each other."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for (account, minute, cause), count in sorted(counts.items()):
        fresh = insert(RefusedMinute).values(account=account, minute=minute, cause=cause, count=count)
        added = {"count": RefusedMinute.count + fresh.excluded.count}
        session.execute(fresh.on_conflict_do_update(index_elements=["account", "minute", "cause"], set_=added))


@dataclass(slots=True)
class RefusedLately:
    """By cause, in the last hour and the last day; of the last hour by five minutes, oldest first; the last minute."""

    hour: Counter[RefusalCause] = field(default_factory=Counter)
    day: Counter[RefusalCause] = field(default_factory=Counter)
    slices: list[tuple[datetime, int]] = field(default_factory=list)
    newest: datetime | None = None


def refused_lately(account: Account, moment: datetime | None = None) -> RefusedLately:
    """What was written down of the day before a moment (now)."""
    until = moment or now()
    rows = db.session.scalars(
        select(RefusedMinute).where(RefusedMinute.account == account.slug, RefusedMinute.minute > until - DAY)
    ).all()
    told = RefusedLately()
    start = until.replace(minute=until.minute - until.minute % 5, second=0, microsecond=0) - HOUR + SLICE
    told.slices = [(start + number * SLICE, 0) for number in range(HOUR // SLICE)]
    for row in rows:
        cause = RefusalCause(row.cause)
        told.day[cause] += row.count
        told.newest = max(row.minute, told.newest or row.minute)
        if row.minute > until - HOUR:
            told.hour[cause] += row.count
        place = (row.minute - start) // SLICE
        if 0 <= place < len(told.slices):
            told.slices[place] = (told.slices[place][0], told.slices[place][1] + row.count)
    return told


def at_the_address(counts: Counter[RefusalCause]) -> int:
    """Those that somebody sent who knows the receiver's address; what goes elsewhere, anybody can send."""
    return counts.total() - counts[RefusalCause.UNKNOWN_ADDRESS]
