"""What a page does with a job: starts it, asks to cancel it, tells whether anybody is at work."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from webapp.core.database import is_writing, lock_key, release, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.job import OPEN_JOB_STATES, Job, JobState

from .registry import close

PATIENCE = timedelta(seconds=20)
"""How long a job may wait before a page asks whether there is a worker at all."""


def start(
    kind: str, *, account: str, key: str, parameters: dict[str, Any], owner_id: int | None, request_id: str | None
) -> Job:
    """A new job, or the open one of the same account, kind and key. Inside of `writing()`."""
    if not is_writing():
        raise RuntimeError("jobs.start() outside of writing()")
    session = db.session
    if session.get_bind().dialect.name == "postgresql":  # of two that start the same one, the second finds the first's
        session.execute(select(func.pg_advisory_xact_lock(lock_key("job"))))
    same = (Job.account == account, Job.kind == kind, Job.key == key, Job.state.in_(OPEN_JOB_STATES))
    job = session.scalars(select(Job).where(*same)).one_or_none()
    if job is None:
        job = Job(kind=kind, key=key, account=account, owner_id=owner_id, request_id=request_id)
        job.parameters = json.dumps(parameters)
        session.add(job)
        session.flush()
    return job


def latest(kind: str, account: str) -> Job | None:
    """The newest job of a kind: the one under way, or how the last one ended."""
    newest = select(Job).where(Job.account == account, Job.kind == kind).order_by(Job.id.desc()).limit(1)
    job = db.session.scalar(newest)
    release()
    return job


def ask_to_cancel(job_id: int) -> None:
    """Cancels at once what no worker holds; a worker that holds it ends it at its next word."""
    with writing() as session:
        job = session.get(Job, job_id, with_for_update=True, populate_existing=True)
        if job is None or not job.is_open:
            return
        job.cancel_asked = True
        if job.state == JobState.WAITING or job.lease_until < now():
            close(job, JobState.CANCELLED, None)


def is_unattended(job: Job) -> bool:
    """Whether it should have been picked up by now, and no worker shows any sign of life."""
    if not job.is_open:
        return False
    patience = PATIENCE if job.state == JobState.WAITING else timedelta(0)
    if job.lease_until + patience >= now():
        return False
    alive = select(Job.id).where(Job.state == JobState.RUNNING, Job.lease_until >= now()).limit(1)
    return db.session.scalar(alive) is None
