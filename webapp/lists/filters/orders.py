"""The filters of the orders list."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.providers.postpay.filters import Ordering, OrderQuery
from webapp.providers.postpay.models import OrderStatus

from . import MOST_IDS
from .by_id import FiltersOrId, every_spelling

STATUSES = tuple(status.value for status in OrderStatus)
_ORDERINGS: tuple[Ordering, ...] = ("-created", "created", "-total_amount", "total_amount")
ORDERINGS: dict[str, Ordering] = {name: name for name in _ORDERINGS}


class OrderFilters(FiltersOrId):
    """What a person asks of the list of orders."""

    texts = (
        "q", "currency", "total_from", "total_to", "created", "created_from", "created_to", "order_id", "week_day",
        "hour",
    )  # fmt: skip
    more = ("order_id", "week_day", "hour")

    def __init__(self, args: MultiDict[str, str], zone: ZoneInfo, today: date | None = None) -> None:
        super().__init__(args, zone, today)
        self.order_ids = self._read_ids(
            "order_id",
            gettext("Enter at most %(count)s order IDs.", count=MOST_IDS),
            lambda text: gettext("“%(text)s” cannot be an order ID.", text=text),
        )
        self._refuse_others("status", args.getlist("status"), STATUSES)
        self.statuses = tuple(status for status in STATUSES if status in args.getlist("status"))
        self.total_from, self.total_to = self._read_amounts(
            "total", gettext("Choose the currency of the total."), gettext("The highest total is below the lowest.")
        )
        self.ordering: Ordering = ORDERINGS.get(args.get("ordering", ""), "-created")

    def to_query(self) -> OrderQuery:
        """The same for the provider: days as two instants, amounts in minor units of the one currency."""
        if self.search:
            return OrderQuery(order_ids=self.asked_spellings)
        return OrderQuery(
            order_ids=every_spelling(self.order_ids),
            statuses=self.statuses,
            currencies=self.currencies,
            total_from=self.total_from.minor if self.total_from else None,
            total_to=self.total_to.minor if self.total_to else None,
            ordering=self.ordering,
            **self._common_query(),
        )

    def _all_pairs(self) -> list[tuple[str, str]]:
        return [
            *self._typed_pairs("order_id"),
            *(("status", status) for status in self.statuses),
            *self._typed_pairs("currency", "total_from", "total_to"),
            *self._day_pairs("created", self.created),
            *self._typed_pairs("week_day", "hour"),
            *self.place(),
        ]
