"""What a worker does: claims a job that is free, does it, and writes down how it ended."""

from __future__ import annotations

import time
import uuid
from threading import Event, Thread

import structlog
from flask import Flask, g
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp import audit
from webapp.access.roles import roles_of
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.job import Job, JobState
from webapp.models.user import User
from webapp.providers.http.errors import GatewayError

from .causes import cause_of
from .context import LEASE, Cancelled, Failed, JobContext, Lost, Stopping
from .registry import Work, close, performers

MOST_ATTEMPTS = 3
LOOK_EVERY = 1.0

log = structlog.stdlib.get_logger("webapp.jobs")


def work_on(app: Flask, stop: Event) -> None:
    """Does one job after the other until `stop` is set. Whatever goes wrong is logged, and never ends the loop."""
    while not stop.is_set():
        try:
            if work_once(app, stop):
                continue
        except Exception:
            log.exception("no job taken")
        stop.wait(LOOK_EVERY)


def work_once(app: Flask, stop: Event | None = None) -> bool:
    """Does one free job in the calling thread. Returns whether there was one."""
    with app.app_context():
        g.request_id = uuid.uuid4().hex
        job = _claim()
        release()
        if job is None:
            return False
        with structlog.contextvars.bound_contextvars(job=job.id, kind=job.kind, request_id=g.request_id):
            _perform(app, job, stop or Event())
        return True


def _claim() -> Job | None:
    """Takes the oldest job that is free; one that cost several workers their lives is given up."""
    free = or_(Job.state == JobState.WAITING, (Job.state == JobState.RUNNING) & (Job.lease_until < now()))
    found = select(Job.id).where(Job.kind.in_(performers), free).order_by(Job.id).limit(5)
    for job_id in db.session.scalars(found).all():
        with writing() as session:
            job = session.get_one(Job, job_id, with_for_update=True, populate_existing=True)
            if job.is_open and (job.state == JobState.WAITING or job.lease_until < now()) and _take(session, job):
                return job
    return None


def _take(session: Session, job: Job) -> bool:
    """Makes a free job ours, unless there is a reason to end it here and now."""
    _bind_owner(session, job)
    if job.cancel_asked:
        close(job, JobState.CANCELLED, None)
    elif job.attempt >= MOST_ATTEMPTS:
        close(job, JobState.FAILED, "worker_died")
    else:
        job.state, job.holder, job.attempt = JobState.RUNNING, uuid.uuid4().hex, job.attempt + 1
        job.lease_until, job.started = now() + LEASE, job.started or now()
        return True
    return False


def _bind_owner(session: Session, job: Job) -> None:
    """What a job does is its owner's deed, and of the request that started it."""
    g.request_id = job.request_id or g.request_id
    owner = session.get(User, job.owner_id) if job.owner_id is not None else None
    if owner is None:
        audit.bind(audit.Who(actor_label="worker", request_id=g.request_id))
        return
    role = roles_of(session, owner.id).on(job.account)
    audit.bind(audit.Who(actor_id=owner.id, actor_label=owner.name, actor_role=role, request_id=g.request_id))


def _perform(app: Flask, job: Job, stop: Event) -> None:
    """Does a claimed job, its heart beating meanwhile."""
    account = app.extensions["accounts"].get(job.account)
    if account is None:
        _end(job, JobState.FAILED, "no_account")
        return
    g.account = account
    running = JobContext(job.id, account, job.given, job.owner_id, job.request_id, stop, job.holder or "")
    heart = Thread(target=running.beat, args=(app,), daemon=True, name=f"job {job.id}")
    heart.start()
    began = time.perf_counter()
    try:
        state, cause = _outcome(running, performers[job.kind][0])
    finally:
        running.ended.set()
        heart.join()
    if state is not None:
        _end(job, state, cause)
    log.info("job ended", state=state, cause=cause, ms=round((time.perf_counter() - began) * 1000))


def _outcome(running: JobContext, work: Work) -> tuple[JobState | None, str | None]:
    """The state that the work leads to, and the cause of a failure; None when the job is not ours any more."""
    try:
        work(running)
    except Stopping:
        return JobState.WAITING, None
    except Cancelled:
        return JobState.CANCELLED, None
    except Lost:
        return None, "lost"
    except Failed as error:
        return JobState.FAILED, error.cause
    except GatewayError as error:
        log.warning("no use of the provider", error=type(error).__name__)
        return JobState.FAILED, cause_of(error)
    except Exception:
        log.exception("job failed")
        return JobState.FAILED, "mistake"
    return JobState.DONE, None


def _end(job: Job, state: JobState, cause: str | None) -> None:
    """Writes down how our job ended; one that is in other hands is left to them."""
    with writing() as session:
        current = session.get_one(Job, job.id, with_for_update=True, populate_existing=True)
        if current.state != JobState.RUNNING or current.holder != job.holder:
            return
        if state == JobState.WAITING:  # a worker that is told to stop has not failed
            current.state, current.attempt, current.holder = state, current.attempt - 1, None
            current.lease_until = now()
            return
        close(current, state, cause)
