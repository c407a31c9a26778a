"""A job in the hands of a worker: it tells how far it has come, and writes only while the job is its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.models.base import now
from webapp.models.job import Job, JobState

LEASE = timedelta(seconds=30)
BEAT = 10.0
"""Seconds between two beats of the heart; a lease outlasts two of them."""
LONGEST_SILENCE = 300.0
"""Seconds without a word from the work, after which the heart stops and the lease runs out: it hangs."""
TELL_EVERY = 0.5
LISTEN_EVERY = 0.25
"""Seconds, at most, that a job which pauses is deaf."""

log = structlog.stdlib.get_logger("webapp.jobs")


class Stopping(Exception):
    """The worker was told to stop: the job is given back."""


class Cancelled(Exception):
    """Somebody asked to cancel it."""


class Lost(Exception):
    """Another worker has it by now, or it was cancelled: nothing more may be written."""


class Failed(Exception):
    """The job cannot be done; `cause` is the one word for it that `webapp.presentation.job_words` can speak about."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass
class JobContext:
    """`given` is what the job was started with; `stop` is set when the worker is told to stop."""

    job_id: int
    account: Account
    given: dict[str, Any]
    owner_id: int | None
    request_id: str | None
    stop: Event
    holder: str
    ended: Event = field(default_factory=Event)
    done: int = 0
    total: int | None = None
    heard: float = field(default_factory=time.monotonic)
    told: float = 0.0

    def tell(self, done: int, total: int | None = None) -> None:
        """How far it has come; call it as often as there is news: it is kept at most twice a second.

        Raises Stopping, Cancelled, Lost: let them pass. Not inside of `writing()`.
        """
        self.heard, self.done = time.monotonic(), done
        if self.stop.is_set():
            raise Stopping
        is_news = total is not None and total != self.total
        if not is_news and self.heard - self.told < TELL_EVERY:
            return
        self.told, self.total = self.heard, total if total is not None else self.total
        with self.writing() as session:
            session.execute(update(Job).where(Job.id == self.job_id).values(done=done, total=self.total))
            is_cancelled = session.scalar(select(Job.cancel_asked).where(Job.id == self.job_id))
        if is_cancelled:
            raise Cancelled

    def pause(self, seconds: float) -> None:
        """Waits, listening: raises what `tell` raises as soon as the job is to end."""
        ends = time.monotonic() + seconds
        self.tell(self.done)
        while (left := ends - time.monotonic()) > 0:
            self.stop.wait(min(left, LISTEN_EVERY))
            self.tell(self.done)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """`database.writing()` for as long as the job is ours, with the lease renewed. Raises Lost."""
        with writing() as session:
            ours = (Job.id == self.job_id, Job.holder == self.holder, Job.state == JobState.RUNNING)
            renewed = session.execute(update(Job).where(*ours).values(lease_until=now() + LEASE))
            if renewed.rowcount != 1:  # type: ignore[attr-defined]
                raise Lost
            yield session

    def beat(self, app: Flask) -> None:
        """Renews the lease while the work waits for somebody else, until it ended or hangs."""
        while not self.ended.wait(BEAT) and time.monotonic() - self.heard < LONGEST_SILENCE:
            try:
                with app.app_context(), self.writing():
                    pass
            except Lost:
                return
            except Exception:
                log.exception("no lease renewed", job=self.job_id)
