"""Work that outlasts a page: done by a worker, watched by whoever asked for it."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, now


class JobState(StrEnum):
    """`waiting -> running -> done | failed | cancelled`; a worker that stops gives it back to `waiting`."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_JOB_STATES = (JobState.WAITING, JobState.RUNNING)
_OPEN = text("state IN ('waiting', 'running')")


class Job(Base):
    """One piece of work. At most one open per account, kind and key, by the database itself.

    `done` of `total` rows tell how far it has come; `total` is None while that is not known. `cause` says in one word
    why it failed. A worker holds it until `lease_until`; one that died is followed by another, `attempt` counts them.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("uq_job_open", "account", "kind", "key", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "state", "lease_until"),
        Index(None, "owner_id", "created"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(80))
    account: Mapped[str] = mapped_column(String(40))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    request_id: Mapped[str | None] = mapped_column(String(64))
    parameters: Mapped[str] = mapped_column(Text, default="{}")
    state: Mapped[str] = mapped_column(String(12), default=JobState.WAITING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    cause: Mapped[str | None] = mapped_column(String(40))
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    attempt: Mapped[int] = mapped_column(default=0)
    holder: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime] = mapped_column(default=now)
    created: Mapped[datetime] = mapped_column(default=now)
    started: Mapped[datetime | None]
    finished: Mapped[datetime | None]

    @property
    def given(self) -> dict[str, Any]:
        """What was requested, as it was told to `start`."""
        parameters: dict[str, Any] = json.loads(self.parameters)
        return parameters

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_JOB_STATES
