"""How far the ledger has come for a period, as a page tells it: read, growing old, being read, or not read at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.core.accounts import Account
from webapp.models.base import now
from webapp.settlement.ledger.payout_id import month_of, months_between
from webapp.settlement.ledger.sync import (
    COMING,
    FRESH_FOR,
    Progress,
    is_final,
    latest_job,
    missing,
    periods_of,
    progress,
)
from webapp.web.job_status import failure_words, unattended_words

NEWS = timedelta(hours=1)
"""How long a page goes on speaking of a reading that failed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`is_whole`: every month was read, so sums may be called totals. `as_of`: the oldest reading of what may still
    change, None where nothing may. `progress` while a reading is under way, `problem` when the last one failed.
    """

    is_whole: bool
    is_fresh: bool
    as_of: datetime | None
    progress: Progress | None = None
    warning: str | None = None
    problem: str | None = None


def months_of(since: datetime, until: datetime) -> list[str]:
    """The months to read for a period; for one that has not begun, the current one."""
    moment = now()
    return months_between(since, min(until, moment)) or [month_of(moment)]


def standing(account: Account, since: datetime, until: datetime) -> Standing:
    """Asks the database only."""
    months = [COMING, *months_of(since, until)]
    periods = periods_of(account, months)
    left = missing(account, months, now() - FRESH_FOR)
    moments = [period.read for period in periods.values() if not is_final(period)]
    found = Standing(len(periods) == len(months), not left, min(moments, default=None))
    job = latest_job(account)
    if job is None or (not job.is_open and not left):
        return found
    if job.is_open:
        return Standing(found.is_whole, found.is_fresh, found.as_of, progress(account, job), unattended_words(job))
    is_news = job.finished is not None and job.finished >= now() - NEWS
    return Standing(found.is_whole, found.is_fresh, found.as_of, problem=failure_words(job) if is_news else None)
