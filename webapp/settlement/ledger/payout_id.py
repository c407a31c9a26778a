"""What is one payout: the rows of one currency that share a moment, or, where so set, a day of the account's zone.

Its name stands in addresses and in what is kept about it: `2026-11-24T000000.214566Z`, or `2026-11-24`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from flask import current_app

from webapp.calendar import first_instant, parse_day
from webapp.core.accounts import Account

_MOMENT = "%Y-%m-%dT%H%M%S.%fZ"
TICK = timedelta(microseconds=1)


class PayoutsBy(StrEnum):
    """The setting PAYOUTS_BY."""

    MOMENT = "moment"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Naming:
    """How an account's payouts are told apart."""

    by: PayoutsBy
    zone: ZoneInfo

    def name(self, paid: datetime) -> str:
        """The name of the payout that a row paid out at this moment belongs to."""
        if self.by is PayoutsBy.DAY:
            return paid.astimezone(self.zone).date().isoformat()
        return paid.astimezone(UTC).strftime(_MOMENT)

    def range(self, name: str) -> tuple[datetime, datetime] | None:
        """From when, and until just before when, rows of this payout were paid out; None for what is no name."""
        if self.by is PayoutsBy.DAY:
            day = parse_day(name)
            return (first_instant(day, self.zone), first_instant(day + timedelta(days=1), self.zone)) if day else None
        try:
            moment = datetime.strptime(name, _MOMENT).replace(tzinfo=UTC)
        except ValueError:
            return None
        return (moment, moment + TICK) if self.name(moment) == name and moment < _LAST else None


def naming_of(account: Account) -> Naming:
    """How this desk tells an account's payouts apart: the setting PAYOUTS_BY."""
    return Naming(PayoutsBy(current_app.extensions["settings"].payouts_by), account.zone)


_LAST = datetime(2200, 1, 1, tzinfo=UTC)


def month_of(moment: datetime) -> str:
    """The UTC month that the ledger keeps the moment under: 2026-11."""
    return moment.astimezone(UTC).strftime("%Y-%m")


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
