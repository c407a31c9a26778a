"""The periods that the ledger is read by, and how each of them stands.

A period is a UTC month of payouts, or `COMING`: what is not paid out. The current month has no end, so that a row that
is dated later than today is in it; when the month is over, such rows are asked for by the next one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.ledger import LedgerPeriod
from webapp.providers.postpay.filters import TransactionQuery

from .payout_field import PayoutField

COMING = ""
"""As a month: what is not paid out yet."""
FRESH_FOR = timedelta(minutes=10)
"""Whoever opens a page is not made to wait for what was read this recently."""
RECENT = timedelta(days=90)
"""Months that reach into these days are read again every day; of older ones the rows are counted."""
DAILY = timedelta(hours=22)
"""Less than a day, so that what is done daily does not slip round the clock."""
OLDEST = timedelta(days=30)
"""No month's reading grows older than this: a count does not show a total that has changed."""


def month_of(moment: datetime) -> str:
    """The UTC month that the ledger keeps the moment under: 2026-11."""
    utc = moment.astimezone(UTC)
    return f"{utc.year:04}-{utc.month:02}"


def month_range(month: str) -> tuple[datetime, datetime]:
    """Its first instant, and that of the next one."""
    first = date.fromisoformat(f"{month}-01")
    following = (first + timedelta(days=32)).replace(day=1)
    return _midnight(first), _midnight(following)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def months_between(since: datetime, until: datetime) -> list[str]:
    """The UTC months that hold the instants from `since` until just before `until`, oldest first."""
    months = []
    start = month_range(month_of(since))[0]
    while since < until and start < until:
        months.append(month_of(start))
        start = month_range(months[-1])[1]
    return months


def months_to_read(since: datetime, until: datetime) -> list[str]:
    """The months that hold a period of payouts; of one that has not begun, the current one."""
    moment = now()
    return months_between(since, min(until, moment)) or [month_of(moment)]


def period_of(paid: datetime | None, moment: datetime) -> str:
    """The period that a row is read in when it is `moment`: what is dated later belongs to the current month."""
    return COMING if paid is None else min(month_of(paid), month_of(moment))


def query_of(month: str, begun: datetime, name: PayoutField) -> TransactionQuery:
    """The question for a period's rows; `name` is how the provider filters payouts."""
    if month == COMING:
        return TransactionQuery(is_paid=False, created_before=begun, payout_field=name)
    first, end = month_range(month)
    return TransactionQuery(paid_from=first, paid_before=None if end > begun else end, payout_field=name)


def periods_of(account: Account, months: Iterable[str]) -> dict[str, LedgerPeriod]:
    """What is on record of these periods, whether one was ever proved or not."""
    asked = select(LedgerPeriod).where(LedgerPeriod.account == account.slug, LedgerPeriod.month.in_(list(months)))
    found = {one.month: one for one in db.session.scalars(asked.execution_options(populate_existing=True))}
    release()
    return found


def every_period(account: Account) -> dict[str, LedgerPeriod]:
    """What is on record of all periods."""
    asked = select(LedgerPeriod).where(LedgerPeriod.account == account.slug)
    found = {one.month: one for one in db.session.scalars(asked.execution_options(populate_existing=True))}
    release()
    return found


def proved(account: Account, months: Iterable[str]) -> dict[str, LedgerPeriod]:
    """Those of the periods whose figures may be shown."""
    return {month: period for month, period in periods_of(account, months).items() if period.is_proved}


def months_on_record(account: Account) -> list[str]:
    """Every month that was ever asked for, oldest first."""
    asked = select(LedgerPeriod.month).where(LedgerPeriod.account == account.slug, LedgerPeriod.month != COMING)
    found = sorted(db.session.scalars(asked))
    release()
    return found


def is_recent(month: str, moment: datetime) -> bool:
    return month == COMING or month_range(month)[1] > moment - RECENT


def is_good(period: LedgerPeriod | None, since: datetime, *, whole: bool = False) -> bool:
    """Whether it need not be read or counted again by who wants nothing older than `since`; `whole`: to be read."""
    if period is None or not period.is_proved or period.failure:
        return False
    if whole or is_recent(period.month, now()):
        return _reached(period.read, since)
    return _reached(period.checked, since) and _reached(period.read, now() - OLDEST)


def may_be_counted(period: LedgerPeriod | None) -> bool:
    """Whether a count tells enough: of a month that is long over, proved, and not read too long ago."""
    if period is None or not period.is_proved or period.failure or is_recent(period.month, now()):
        return False
    return _reached(period.read, now() - OLDEST)


def _reached(moment: datetime | None, since: datetime) -> bool:
    return moment is not None and moment >= since


def missing(account: Account, months: Iterable[str], since: datetime, *, whole: bool = False) -> list[str]:
    """Which of the periods must be read or counted so that what is told of them is not older than `since`; `whole`:
    which must be read.
    """
    listed = list(months)
    known = periods_of(account, listed)
    return [month for month in listed if not is_good(known.get(month), since, whole=whole)]


def covers(account: Account, since: datetime, until: datetime) -> bool:
    """Whether everything that was paid out from `since` until just before `until` was proved."""
    months = months_to_read(since, until)
    return len(proved(account, months)) == len(months)
