"""The filters of the list of payouts: a period of payout dates, and a currency."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.calendar import Preset, instants, preset_days

from . import AddressFilters, DayRange

WITHOUT_CHOICE = Preset.LAST_30_DAYS
LONGEST_PERIOD = 750
"""Days. What was never read is read by the month, and a page should not set off the reading of decades."""


class PayoutFilters(AddressFilters):
    """What a person asks of the list of payouts; there is always a period with a first and a last day.

    Days are those of the account's zone, and mean when money was paid out.
    """

    texts = ("paid", "paid_from", "paid_to", "currency")

    def __init__(self, args: MultiDict[str, str], zone: ZoneInfo, today: date | None = None) -> None:
        super().__init__(args, zone, today)
        self.paid = self._period(self._read_days("paid", given="paid" in args))

    def _period(self, days: DayRange) -> DayRange:
        if not days.is_own:
            preset = days.preset or WITHOUT_CHOICE
            return DayRange(preset, False, *preset_days(preset, self.today))
        if not days.first:
            self.errors.setdefault("paid_from", gettext("Choose the first day."))
        last = days.last or self.today
        if days.first and (last - days.first).days > LONGEST_PERIOD:
            self.errors.setdefault("paid_from", gettext("Choose at most two years at once."))
        return DayRange(None, True, days.first or last, max(last, days.first or last))

    @property
    def period(self) -> tuple[datetime, datetime]:
        """From when (included) and until when (not included), in UTC."""
        since, until = instants(self.paid.first, self.paid.last, self.zone)
        assert since is not None  # noqa: S101 - a period has both ends
        assert until is not None  # noqa: S101
        return since, until

    def _all_pairs(self) -> list[tuple[str, str]]:
        pairs = [*self._day_pairs("paid", self.paid), *self._typed_pairs("currency"), *self.place()]
        return [pair for pair in pairs if pair != ("paid", WITHOUT_CHOICE)]
