"""The filters of the orders list."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.providers.postpay.filters import Ordering, OrderQuery
from webapp.providers.postpay.models import OrderStatus

from . import MOST_IDS, ListFilters

STATUSES = tuple(status.value for status in OrderStatus)
_ORDERINGS: tuple[Ordering, ...] = ("-created", "created", "-total_amount", "total_amount")
ORDERINGS: dict[str, Ordering] = {name: name for name in _ORDERINGS}


class OrderFilters(ListFilters):
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
            gettext("Ask for at most %(count)s orders at once.", count=MOST_IDS),
            lambda text: gettext("“%(text)s” cannot be an order ID.", text=text),
        )
        self.statuses = tuple(status for status in STATUSES if status in args.getlist("status"))
        no_currency = gettext("Choose the currency of the total.")
        self.total_from = self._read_amount("total_from", no_currency)
        self.total_to = self._read_amount("total_to", no_currency)
        self.ordering: Ordering = ORDERINGS.get(args.get("ordering", ""), "-created")
        if self.total_from and self.total_to and self.total_from > self.total_to:
            self.errors["total_to"] = gettext("The highest total is below the lowest.")

    def to_query(self) -> OrderQuery:
        """The same for the provider: days as two instants, amounts in minor units of the one currency."""
        if self.search:
            return OrderQuery(order_ids=(self.search,))
        created_from, created_before = self.created.instants(self.zone)
        return OrderQuery(
            order_ids=self.order_ids,
            statuses=self.statuses,
            currencies=(self.currency,) if self.currency else (),
            total_from=self.total_from.minor if self.total_from else None,
            total_to=self.total_to.minor if self.total_to else None,
            created_from=created_from,
            created_before=created_before,
            week_day=self.week_day,
            hour=self.hour,
            ordering=self.ordering,
            page=self.page,
            page_size=self.page_size,
        )

    def pairs(self) -> list[tuple[str, str]]:
        if self.search:
            return [("q", self.search)]
        pairs = [
            *self._typed_pairs("order_id"),
            *(("status", status) for status in self.statuses),
            *self._typed_pairs("currency", "total_from", "total_to"),
            *self._day_pairs("created", self.created),
            *self._typed_pairs("week_day", "hour"),
            *self._place_pairs(self.ordering),
        ]
        return [(name, value) for name, value in pairs if value]
