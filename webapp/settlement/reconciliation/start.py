"""Starting a check, by a person or once a day by the worker, and how the last one went."""

from __future__ import annotations

from flask import g
from sqlalchemy import select

from webapp import audit, jobs
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.check import CheckRun
from webapp.models.job import Job
from webapp.settlement.ledger.periods import DAILY

from .check import KIND


def start_check(account: Account, owner_id: int | None) -> Job:
    """A new check, or the one that is under way. Audited when a person asks."""
    with writing():
        if owner_id is not None:
            audit.record(audit.Action.SETTLEMENTS_READ, account=account.slug, after={"page": "to-look-at"})
        return jobs.start(
            KIND, account=account.slug, key=KIND, parameters={}, owner_id=owner_id, request_id=g.get("request_id")
        )


def start_daily_check(account: Account) -> None:
    """Starts one when the last that came to its end is a day old, or there was none."""
    checked = db.session.scalar(select(CheckRun.checked).where(CheckRun.account == account.slug))
    release()
    if checked is None or checked < now() - DAILY:
        start_check(account, None)


def last_job(account: Account) -> Job | None:
    """The newest check that was asked for, however it went."""
    return jobs.latest(KIND, account.slug)
