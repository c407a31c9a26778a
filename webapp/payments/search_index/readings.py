"""What pages read of orders goes into the index a moment later, many at once: looking at an order writes nothing.

A process keeps what was read in memory for a few seconds. One that is killed loses it, and nothing is wrong: the index
then knows the order as it was, or the order is still to be read.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.core.sealing import CannotUnseal
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.payments.snapshot import OrderSnapshot
from webapp.providers.postpay.models import Order, Refund

from . import spelling, store
from .entry import Entry, entry_of

WRITE_AFTER = 2.0
"""Seconds."""
MOST_HELD = 500
"""Orders that wait in memory; others are not taken while the database is away."""
AT_ONCE = 50

_QUEUE = "search_readings"

log = structlog.stdlib.get_logger("webapp.payments.search_index")


def notice(account: Account, reading: OrderSnapshot) -> None:
    """Has what a page has just read of an order written into the index soon."""
    settings: Settings = current_app.extensions["settings"]
    order, read = reading.order, reading.began or reading.read_at
    if is_kept(settings, order.created):
        _queue().add(account.slug, told(account, order, reading.refunds, read=read))


def told(account: Account, order: Order, refunds: Sequence[Refund] | None, *, read: datetime) -> Entry:
    """What the index keeps of an order of the account."""
    return entry_of(order, refunds, read=read, region=spelling.region_of(account.time_zone))


def is_kept(settings: Settings, created: datetime) -> bool:
    """Whether an order that was created then is young enough for the index."""
    return created >= oldest_kept(settings)


def oldest_kept(settings: Settings) -> datetime:
    """From when on orders stand in the index; without one, none does."""
    return now() - timedelta(days=settings.search_days)


def write_now() -> None:
    """Writes what waits in this process."""
    _queue().write()


def _queue() -> Readings:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    queue: Readings = app.extensions.setdefault(_QUEUE, Readings(app))
    return queue


class Readings:
    """What one process has read and not written yet, the newest of each order."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, str], Entry] = {}
        self._timer: threading.Timer | None = None

    def add(self, account: str, entry: Entry) -> None:
        key = (account, entry.order_id)
        with self._lock:
            before = self._waiting.get(key)
            if before is None and len(self._waiting) >= MOST_HELD:
                return
            if before is None or before.read <= entry.read:
                self._waiting[key] = entry.knowing(before) if before else entry
            self._begin_timer()

    def write(self) -> None:
        """In transactions of a few orders each; what cannot be written waits for the next time."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            waiting, self._waiting, self._timer = list(self._waiting.items()), {}, None
        settings: Settings = self._app.extensions["settings"]
        while waiting:
            try:
                with writing(lock=store.LOCK) as session:
                    for (account, _), entry in waiting[:AT_ONCE]:
                        store.keep(session, settings, account, [entry])
            except (SQLAlchemyError, CannotUnseal) as error:
                log.warning("search index not written yet", error=type(error).__name__, waiting=len(waiting))
                self._take_back(waiting)
                return
            waiting = waiting[AT_ONCE:]
        atexit.unregister(self._write_in_context)

    def _take_back(self, waiting: list[tuple[tuple[str, str], Entry]]) -> None:
        with self._lock:
            self._waiting = {**dict(waiting), **self._waiting}
            self._begin_timer()

    def _begin_timer(self) -> None:
        """The lock is held."""
        if self._timer is not None:
            return
        atexit.unregister(self._write_in_context)
        atexit.register(self._write_in_context)
        timer = threading.Timer(WRITE_AFTER, self._write_in_context)
        timer.daemon = True
        with suppress(RuntimeError):  # the system has no thread to give, or the process ends: the next one tries again
            timer.start()
            self._timer = timer

    def _write_in_context(self) -> None:
        with self._app.app_context():
            self.write()
