"""The filters of what a search found: the status is Postpay's, how much was refunded is the search index's."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from webapp.payments.search_index.entry import RefundState

from . import AddressFilters
from .orders import STATUSES


class FoundOrderFilters(AddressFilters):
    """What a person asks of the orders that a search found. What was searched for is in no address."""

    texts = ("refunded",)

    def __init__(self, args: MultiDict[str, str], zone: ZoneInfo, today: date | None = None) -> None:
        super().__init__(args, zone, today)
        self._refuse_others("status", args.getlist("status"), STATUSES)
        self.statuses = tuple(status for status in STATUSES if status in args.getlist("status"))
        self._refuse_others("refunded", [self.typed["refunded"]], list(RefundState))
        is_known = self.typed["refunded"] in list(RefundState)
        self.refunded = RefundState(self.typed["refunded"]) if is_known else None

    def _all_pairs(self) -> list[tuple[str, str]]:
        return [*(("status", status) for status in self.statuses), *self._typed_pairs("refunded"), *self.place()]
