"""What waits for the worker longer than it should: so it is seen, on whichever machine the worker runs, when one of
its threads is gone, hangs or fails all the time, and when there is no worker at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, select, text
from sqlalchemy.orm import aliased

from webapp.models.base import now
from webapp.models.delivery import Delivery
from webapp.models.forward import Forward, ForwardTarget
from webapp.models.hook_change import OPEN_STATES as OPEN_CHANGES
from webapp.models.hook_change import HookChange
from webapp.models.intent import OPEN_STATES as OPEN_INTENTS
from webapp.models.intent import Intent
from webapp.models.job import OPEN_JOB_STATES, Job, JobState

from .database import release
from .extensions import db

LATE = timedelta(minutes=15)
"""Longer than the longest pause after failures, and than any look takes."""


class OverdueWork(NamedTuple):
    """The oldest thing of one kind that waits in an account, and for how long past its time."""

    account: str
    work: str
    by: timedelta


def overdue() -> list[OverdueWork]:
    """What is past its time right now, by account and kind of work."""
    moment = now()
    found = [
        OverdueWork(account, work, moment - since)
        for work, chosen in _questions(moment)
        for account, since in db.session.execute(chosen).all()
    ]
    release()
    return found


def is_in_time() -> dict[str, bool]:
    """By kind of work: whether all of it is done in time."""
    late = {one.work for one in overdue() if one.by > LATE}
    return {work: work not in late for work, _ in _questions(now())}


def _questions(moment: datetime) -> Iterator[tuple[str, Any]]:
    """Each as the small partial index wants it, if there is one: its condition word for word."""
    intents = (Intent.state.in_(OPEN_INTENTS), Intent.lease_until < moment)
    yield "intents", _oldest(Intent.account, Intent.next_check, moment, *intents)
    changes = (HookChange.state.in_(OPEN_CHANGES), HookChange.lease_until < moment)
    yield "webhooks", _oldest(HookChange.account, HookChange.next_check, moment, *changes)
    yield "reread", _oldest(Delivery.account, Delivery.next_try, moment, text("outcome = 'waiting'"))
    yield "forward", _forwards(moment)
    yield "jobs", _oldest(Job.account, Job.lease_until, moment, Job.state.in_(OPEN_JOB_STATES), ~_any_held(moment))


def _forwards(moment: datetime) -> Any:
    """By target: since its oldest delivery is due, it had its last turn, or a pause after silence is over."""
    due = func.min(Forward.next_try)
    waiting = select(due).where(Forward.target_id == ForwardTarget.id, text("forward.state = 'waiting'"))
    oldest = waiting.where(Forward.next_try < moment).scalar_subquery()
    since = case((ForwardTarget.served > oldest, ForwardTarget.served), else_=oldest)
    since = case((ForwardTarget.silent_until > since, ForwardTarget.silent_until), else_=since)
    is_served = (ForwardTarget.active, ForwardTarget.deleted.is_(None), oldest.is_not(None), since < moment)
    return select(ForwardTarget.account, func.min(since)).where(*is_served).group_by(ForwardTarget.account)


def _oldest(account: Any, due: Any, moment: datetime, *where: Any) -> Select[Any]:
    return select(account, func.min(due)).where(due < moment, *where).group_by(account)


def _any_held(moment: datetime) -> ColumnElement[bool]:
    """Whether some worker holds a job: then one that waits is only waiting for its turn."""
    other = aliased(Job)
    return select(other.id).where(other.state == JobState.RUNNING, other.lease_until >= moment).exists()
