"""What is one payout: the rows of one currency that share a moment, or, where so set, a day of the account's zone.

Its name stands in addresses and in what is kept about it: `2026-11-24T000000.214566Z`, or `2026-11-24`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from flask import current_app

from webapp.calendar import TICK, first_instant, parse_day
from webapp.core.accounts import Account

_MOMENT = "%Y-%m-%dT%H%M%S.%fZ"


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

    def of(self, name: str) -> Naming:
        """The naming that a name is of: receipts and addresses keep theirs when the setting changes."""
        return Naming(PayoutsBy.DAY if parse_day(name) else PayoutsBy.MOMENT, self.zone)

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
