"""Reading what was paid out in a month, and what is not paid out yet, whole or not at all.

The end is frozen when a reading begins. What was read counts only when it is as many rows as the provider counts,
before and after; rows are kept meanwhile all the same. A month that is over for two days is final: it is never read
again, because what is paid out does not change.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import g
from sqlalchemy import select

from webapp import audit, jobs
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.jobs import Failed, JobContext, performs
from webapp.models.base import now
from webapp.models.job import Job
from webapp.models.ledger import LedgerPeriod
from webapp.providers.http.patience import Wait
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.filters import TransactionQuery
from webapp.providers.postpay.models import Transaction
from webapp.providers.postpay.scan import EveryRow
from webapp.providers.registry import postpay

from .payout_field import PayoutField, prove_payout_field
from .payout_id import month_range, months_between
from .store import Writes, close_period, keep, mark_new_rates

KIND = "ledger"
COMING = ""
"""As a month: what is not paid out yet."""
FRESH_FOR = timedelta(minutes=10)
FINAL_AFTER = timedelta(days=2)
MOST_READINGS = 3
BATCH = 500

Tell = Callable[[int], object]
"""Is told how many rows were read; may raise to end the reading."""


class Unsettled(Exception):
    """The rows kept changing: no reading was as long as the provider counted."""


def query_of(month: str, begun: datetime, name: PayoutField) -> TransactionQuery:
    """The question for a month's rows until the reading begins; `name` is how the provider filters payouts."""
    if month == COMING:
        return TransactionQuery(is_paid=False, created_before=begun, payout_field=name)
    first, end = month_range(month)
    return TransactionQuery(paid_from=first, paid_before=min(end, begun), payout_field=name)


def read_month(
    account: Account,
    client: PostpayClient,
    month: str,
    tell: Tell,
    *,
    wait: Wait = time.sleep,
    writes: Writes = writing,
) -> None:
    """Reads a month whole, `COMING` for what is not paid out yet. Not for months to come. Raises Unsettled,
    GatewayError, what `tell` and `wait` raise.

    No transaction is open while the provider is asked: rows are kept in batches between the answers.
    """
    name = prove_payout_field(account)
    for _ in range(MOST_READINGS):
        begun = now()
        query = query_of(month, begun, name)
        reading = client.each_transaction(query, bound=begun, wait=wait)
        rows = _read(account, reading, begun, tell, writes)
        if rows is not None:
            paid = (query.paid_from, query.paid_before) if query.paid_from and query.paid_before else None
            close_period(account.slug, month, paid, rows, begun, writes)
            return
    raise Unsettled(month)


def _read(account: Account, reading: EveryRow[Transaction], begun: datetime, tell: Tell, writes: Writes) -> int | None:
    """One reading: how many rows it has, or None when that is not what the provider counts."""
    arrived = unique = 0
    waiting: list[Transaction] = []
    tell(arrived)
    for rows in reading:
        waiting += rows
        arrived += len(rows)
        if len(waiting) >= BATCH:
            unique += keep(account.slug, waiting, begun, writes)
            waiting = []
        tell(arrived)
    unique += keep(account.slug, waiting, begun, writes) if waiting else 0
    return unique if unique == arrived == reading.counted == reading.recount() else None


def missing(account: Account, months: list[str], since: datetime) -> list[str]:
    """Which of the months must be read so that none is older than `since`; final ones are as good as new."""
    periods = periods_of(account, months)
    return [month for month in months if month not in periods or not is_good(periods[month], since)]


def is_good(period: LedgerPeriod, since: datetime) -> bool:
    return is_final(period) or period.read >= since


def is_final(period: LedgerPeriod) -> bool:
    """Whether it was read when its month had been over long enough for the provider to have told everything."""
    return period.month != COMING and period.until >= month_range(period.month)[1] + FINAL_AFTER


def covers(account: Account, since: datetime, until: datetime) -> bool:
    """Whether everything that was paid out from `since` until just before `until` was read."""
    months = months_between(since, until)
    periods = periods_of(account, months)
    return all(month in periods and periods[month].until >= min(until, month_range(month)[1]) for month in months)


def periods_of(account: Account, months: list[str]) -> dict[str, LedgerPeriod]:
    """What was read of these months, and when."""
    asked = select(LedgerPeriod).where(LedgerPeriod.account == account.slug, LedgerPeriod.month.in_(months))
    found = {period.month: period for period in db.session.scalars(asked)}
    release()
    return found


def count_rows(account: Account, client: PostpayClient, month: str) -> int:
    """How many rows the provider counts for a month now: one call, for the progress. Raises GatewayError."""
    query = query_of(month, now(), prove_payout_field(account))
    page = client.list_transactions(replace(query, page_size=1))
    return 0 if page.unexpected else page.count


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
        done += _read_one(running, client, month, done, total)
    mark_new_rates(account.slug, running.writing)
    running.tell(done, done)


def _read_one(running: JobContext, client: PostpayClient, month: str, done: int, total: int) -> int:
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
