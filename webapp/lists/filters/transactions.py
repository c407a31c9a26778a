"""The filters of the list of transactions."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.providers.postpay.filters import PayoutOrdering, TransactionQuery
from webapp.providers.postpay.models import TransactionType

from . import MOST_IDS
from .by_id import FiltersOrId, every_spelling

TYPES = tuple(kind.value for kind in TransactionType)
_ORDERINGS: tuple[PayoutOrdering, ...] = ("-created", "created", "-amount", "amount", "-paid", "paid")
ORDERINGS: dict[str, PayoutOrdering] = {name: name for name in _ORDERINGS}
BY_PAYOUT = ("paid", "-paid")
NOT_YET, PAID_OUT = "not-yet", "paid-out"
"""Of the payout date: what is no range of days."""


class TransactionFilters(FiltersOrId):
    """What a person asks of the list of transactions. Amounts may be negative; days are those of the account's zone.

    `by_payout`: whether the provider can sort by the payout date, which only the older document names.
    """

    texts = (
        "q", "currency", "amount_from", "amount_to", "created", "created_from", "created_to", "paid", "paid_from",
        "paid_to", "transaction_id", "week_day", "hour",
    )  # fmt: skip
    more = ("transaction_id", "week_day", "hour")

    def __init__(
        self, args: MultiDict[str, str], zone: ZoneInfo, today: date | None = None, *, by_payout: bool = False
    ) -> None:
        super().__init__(args, zone, today)
        self.by_payout = by_payout
        self.transaction_ids = self._read_ids(
            "transaction_id",
            gettext("Enter at most %(count)s transaction IDs.", count=MOST_IDS),
            lambda text: gettext("“%(text)s” cannot be a transaction ID.", text=text),
        )
        self._refuse_others("type", args.getlist("type"), TYPES)
        self.types = tuple(kind for kind in TYPES if kind in args.getlist("type"))
        self.amount_from, self.amount_to = self._read_amounts(
            "amount",
            gettext("Choose the currency of the amount."),
            gettext("The highest amount is below the lowest."),
            signed=True,
        )
        self.paid = self._read_days("paid", given="paid" in args, others=(NOT_YET, PAID_OUT))
        self.is_paid = {NOT_YET: False, PAID_OUT: True}.get(self.typed["paid"])
        self.ordering: PayoutOrdering = ORDERINGS.get(args.get("ordering", ""), "-created")
        if self.ordering in BY_PAYOUT and not by_payout:
            self.ordering = "-created"

    def to_query(self) -> TransactionQuery:
        """The same for the provider: days as two instants, amounts in minor units of the one currency."""
        if self.search:
            return TransactionQuery(transaction_ids=self.asked_spellings)
        paid_from, paid_before = self.paid.instants(self.zone)
        return TransactionQuery(
            transaction_ids=every_spelling(self.transaction_ids),
            types=self.types,
            currencies=self.currencies,
            amount_from=self.amount_from.minor if self.amount_from else None,
            amount_to=self.amount_to.minor if self.amount_to else None,
            is_paid=self.is_paid,
            paid_from=paid_from,
            paid_before=paid_before,
            ordering=self.ordering,
            **self._common_query(),
        )

    def _all_pairs(self) -> list[tuple[str, str]]:
        paid = [("paid", self.typed["paid"])] if self.is_paid is not None else self._day_pairs("paid", self.paid)
        return [
            *self._typed_pairs("transaction_id"),
            *(("type", kind) for kind in self.types),
            *self._typed_pairs("currency", "amount_from", "amount_to"),
            *self._day_pairs("created", self.created),
            *paid,
            *self._typed_pairs("week_day", "hour"),
            *self.place(),
        ]
