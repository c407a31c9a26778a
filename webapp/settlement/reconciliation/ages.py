"""From when on something is too old: by whole days of the account's calendar, whatever its clocks do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from webapp.calendar import first_instant
from webapp.core.accounts import Account
from webapp.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Ages:
    """The instants before which a capture, a refund or a transaction has waited too long; `since` is how far we look.

    What happened on a day is more than N days old when that day is more than N days before today.
    """

    since: datetime
    captured: datetime
    refunded: datetime
    unpaid: datetime


def ages(account: Account, settings: Settings, moment: datetime) -> Ages:
    """As they are at a moment, by the settings CHECK_*_DAYS."""
    today = moment.astimezone(account.zone).date()
    return Ages(
        since=_days_before(today, settings.check_window_days, account.zone),
        captured=_days_before(today, settings.check_captured_days, account.zone),
        refunded=_days_before(today, settings.check_refunded_days, account.zone),
        unpaid=_days_before(today, settings.check_paid_days, account.zone),
    )


def _days_before(today: date, days: int, zone: ZoneInfo) -> datetime:
    return first_instant(today - timedelta(days=days), zone)
