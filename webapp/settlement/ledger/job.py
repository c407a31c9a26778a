"""The job that reads the ledger: at most one open for an account, and what is asked for meanwhile is added to it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import g

from webapp import audit, jobs
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.jobs import Failed, JobContext, performs
from webapp.models.base import now
from webapp.models.job import Job
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.registry import postpay

from .store import mark_new_rates
from .sync import COMING, FRESH_FOR, Unsettled, count_rows, missing, periods_of, read_month

KIND = "ledger"


def start_reading(account: Account, months: Iterable[str], owner_id: int | None, *, again: bool = False) -> Job:
    """Has these months (at least one) read where they are not fresh, with `again` also then; and what is to come.

    One entry in the audit log for whoever asked.
    """
    since = now() if again else now() - FRESH_FOR
    asked_for = sorted(months)
    with writing() as session:
        asked = {"months": asked_for, "coming": True, "since": since.isoformat()}
        job = jobs.start(
            KIND, account=account.slug, key=KIND, parameters=asked, owner_id=owner_id, request_id=g.get("request_id")
        )
        given = job.given
        every = sorted({*given["months"], *asked_for})
        job.parameters = json.dumps({**asked, "months": every, "since": max(given["since"], since.isoformat())})
        facts = {"page": "payouts", "since": asked_for[0], "until": asked_for[-1]}
        audit.record(audit.Action.SETTLEMENTS_READ, account=account.slug, after=facts)
        session.flush()
    return job


def latest_job(account: Account) -> Job | None:
    """The reading under way, or how the last one ended."""
    return jobs.latest(KIND, account.slug)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reading has come: rows and months. `total` None until the provider has counted."""

    rows: int
    total: int | None
    months: int
    all_months: int


def progress(account: Account, job: Job) -> Progress:
    """For the panel; what is still to come is no month, but its rows are among those counted."""
    months = job.given["months"]
    left = missing(account, months, _since(job))
    return Progress(job.done, job.total, len(months) - len(left), len(months))


def _since(job: Job) -> datetime:
    return datetime.fromisoformat(job.given["since"])


@performs(KIND)
def read_ledger(running: JobContext) -> None:
    """Reads what is asked for, the newest month first after what is still to come; then compares the rates."""
    client, account = postpay(running.account), running.account
    counts: dict[str, int] = {}
    done = 0
    while left := _left(running):
        counts |= {month: count_rows(account, client, month) for month in left if month not in counts}
        total = done + sum(counts[month] for month in left)
        running.tell(done, total)
        month = left[0]
        done += _read(running, client, month, done, total)
    mark_new_rates(account.slug, running.writing)
    running.tell(done, done)


def _read(running: JobContext, client: PostpayClient, month: str, done: int, total: int) -> int:
    """Reads one month, telling how far it has come in all; returns its rows."""
    try:
        read_month(
            running.account,
            client,
            month,
            lambda rows: running.tell(done + rows, max(total, done + rows)),
            wait=running.pause,
            writes=running.writing,
        )
    except Unsettled:
        raise Failed("incomplete") from None
    period = periods_of(running.account, [month]).get(month)
    return period.rows if period else 0


def _left(running: JobContext) -> list[str]:
    """What is still to be read by what the job asks for now; more may have been added since it began."""
    job = db.session.get_one(Job, running.job_id, populate_existing=True)
    months, since = [COMING, *reversed(job.given["months"])], _since(job)
    release()
    return missing(running.account, months, since)
