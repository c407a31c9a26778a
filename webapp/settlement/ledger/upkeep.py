"""What the worker does so that the ledger is current before anybody opens a page."""

from __future__ import annotations

from datetime import timedelta

from webapp.core.accounts import Account
from webapp.models.base import now
from webapp.models.ledger import LedgerPeriod
from webapp.providers.postpay.client import PostpayClient

from .collect import count
from .periods import COMING, DAILY, RECENT, is_recent, missing, month_of, months_between, months_on_record, periods_of
from .sync import latest_job, start_reading

RETRY_AFTER = timedelta(hours=1)
"""What could not be read is not tried again at once by itself; a person may any time."""
MOST_OLD_AT_ONCE = 2
"""Months that are long over take turns, so that the recent ones need not wait."""


def keep_current(account: Account, client: PostpayClient) -> bool:
    """Starts a reading when periods are due, or the provider has paid out meanwhile; whether it did.

    Due are the last ninety days from the first start on, daily, and older months that are on record in turn. At most
    one call. Raises GatewayError.
    """
    job = latest_job(account)
    if job is not None and job.is_open:
        return False
    moment = now()
    if due := _due(account):
        start_reading(account, due, None, since=moment - DAILY)
        return True
    current = periods_of(account, [month_of(moment)]).get(month_of(moment))
    if current is None or not current.is_proved or _has_just_failed(current):
        return False
    # Once: whoever calls has refunds to find out about, and comes again in ten minutes.
    if count(account, client, current.month, times=1) == current.rows:
        return False
    start_reading(account, [current.month], None, since=moment)
    return True


def _due(account: Account) -> list[str]:
    """Months to read, the current one among them where only what is not paid out is due."""
    moment = now()
    recent = months_between(moment - RECENT, moment)
    months = sorted({*recent, *months_on_record(account)})
    known = periods_of(account, [COMING, *months])
    due = [one for one in missing(account, [COMING, *months], moment - DAILY) if not _has_just_failed(known.get(one))]
    old = [month for month in due if not is_recent(month, moment)][-MOST_OLD_AT_ONCE:]
    new = [month for month in due if is_recent(month, moment) and month != COMING]
    return [*old, *new] or ([month_of(moment)] if COMING in due else [])


def _has_just_failed(period: LedgerPeriod | None) -> bool:
    return period is not None and period.failed is not None and period.failed > now() - RETRY_AFTER
