"""How far the ledger has come for a period, as a page tells it: proved as of when, being read, or why it is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from flask_babel import gettext

from webapp.core.accounts import Account
from webapp.models.base import now
from webapp.models.job import Job
from webapp.models.ledger import LedgerPeriod
from webapp.presentation.formatting import month_words
from webapp.presentation.job_words import cause_words
from webapp.settlement.ledger.periods import COMING, FRESH_FOR, is_good, month_range, months_to_read, periods_of
from webapp.settlement.ledger.sync import Progress, latest_job, progress
from webapp.web.job_status import failure_words, unattended_words

ONE_GO = timedelta(minutes=10)


class PeriodStanding(NamedTuple):
    """One period in words. `read`: as of when its figures are, None where it was never proved; `problem`: why the
    newest reading came to nothing.
    """

    name: str
    read: datetime | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """`is_whole`: every month was proved, so sums may be called totals. `oldest` and `newest`: as of when they are,
    None where nothing was read. `progress` while a reading is under way, `is_cancelled` once it was asked to end.
    `problem`: why the last reading as a whole came to nothing.
    """

    is_whole: bool
    is_fresh: bool
    periods: list[PeriodStanding]
    oldest: datetime | None
    newest: datetime | None
    progress: Progress | None = None
    is_cancelled: bool = False
    warning: str | None = None
    problem: str | None = None

    @property
    def is_of_one_moment(self) -> bool:
        """Whether its parts were read in one go, so that their sum is what the provider said then."""
        return self.oldest is not None and self.newest is not None and self.newest - self.oldest < ONE_GO

    @property
    def unread(self) -> list[str]:
        """The months that were never proved."""
        return [one.name for one in self.periods if one.read is None]

    @property
    def months(self) -> list[PeriodStanding]:
        """Without what is not paid out."""
        return self.periods[1:]

    @property
    def failed(self) -> list[PeriodStanding]:
        return [one for one in self.periods if one.problem]


def standing(account: Account, since: datetime, until: datetime) -> Standing:
    """Asks the database only."""
    months = [COMING, *reversed(months_to_read(since, until))]
    known = periods_of(account, months)
    periods = [_standing_of(month, known.get(month)) for month in months]
    moments = [one.read for one in periods if one.read]
    fresh = now() - FRESH_FOR
    job = latest_job(account)
    is_open = job is not None and job.is_open
    return Standing(
        is_whole=len(moments) == len(periods),
        is_fresh=all(is_good(known.get(month), fresh) for month in months),
        periods=periods,
        oldest=min(moments, default=None),
        newest=max(moments, default=None),
        progress=progress(account, job) if job and is_open else None,
        is_cancelled=job.cancel_asked if job and is_open else False,
        warning=unattended_words(job) if job and is_open else None,
        problem=_problem_of(job, periods),
    )


def _problem_of(job: Job | None, periods: list[PeriodStanding]) -> str | None:
    """Of the last reading as a whole; where periods tell their own, that is told there."""
    if job is None or job.is_open or any(one.problem for one in periods):
        return None
    waits = any(one.read is None for one in periods)
    return failure_words(job) if waits else None


def _standing_of(month: str, period: LedgerPeriod | None) -> PeriodStanding:
    name = gettext("Coming") if month == COMING else month_words(month_range(month)[0].date())
    if period is None:
        return PeriodStanding(name, None, None)
    return PeriodStanding(name, period.read, _period_problem(period) if period.failure else None)


def _period_problem(period: LedgerPeriod) -> str:
    if period.failure != "unreadable_row":
        return cause_words(period.failure)
    if not period.bad_row:
        return gettext("A row of Postpay's list has no ID that could be read.")
    return gettext(
        "Transaction %(id)s cannot be read: its field %(field)s is not what Postpay documents. Ask Postpay about it.",
        id=period.bad_row,
        field=period.bad_field or "?",
    )
