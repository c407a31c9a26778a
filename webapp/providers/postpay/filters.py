"""The documented filters, lookups and orderings as a fixed table; rows checked against what was asked.

The provider ignores a parameter it does not know and an empty value, and then shows everything. So names come from
here only, empty values are never sent, and each row is checked. A `regex` is never sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from .lookups import (
    PARTS,
    CannotAsk,
    Filter,
    Pairs,
    TextMatch,
    number_range,
    one_or_many,
    part,
    text,
    time_range,
    whole,
    yes_or_no,
)
from .models import HookEvent, OrderStatus, TransactionType

LARGEST_PAGE = 50

Ordering = Literal["-created", "created", "total_amount", "-total_amount"]
AmountOrdering = Literal["-created", "created", "amount", "-amount"]
PayoutOrdering = Literal["-created", "created", "amount", "-amount", "paid", "-paid"]
CreatedOrdering = Literal["-created", "created"]


_CREATED = (*time_range("created_from", "created_before", "created", lambda row: row.created), *map(part, PARTS))


@dataclass(frozen=True, kw_only=True)
class Query:
    """What every list takes. Moments are aware; `created_from` is included, `created_before` is not.

    Parts of the moment are the provider's, in UTC. Pages hold at most 50 rows.
    """

    created_from: datetime | None = None
    created_before: datetime | None = None
    year: int | None = None
    month: int | None = None
    day: int | None = None
    week_day: int | None = None
    hour: int | None = None
    page: int = 1
    page_size: int = 20

    table: ClassVar[tuple[Filter, ...]] = _CREATED
    orderings: ClassVar[tuple[str, ...]] = ("-created", "created")

    def params(self) -> Pairs:
        """The parameters, in the order of the table. Raises CannotAsk."""
        pairs = [pair for line, value in self._asked() for pair in line.ask(value)]
        ordering = getattr(self, "ordering", "-created")
        if ordering not in self.orderings:
            raise CannotAsk("an order that no document names")
        if not (self.page >= 1 and 1 <= self.page_size <= LARGEST_PAGE):
            raise CannotAsk("a page that does not exist")
        return [*pairs, ("ordering", ordering), ("page", str(self.page)), ("page_size", str(self.page_size))]

    def unexpected(self, rows: Sequence[Any]) -> list[Any]:
        """The rows that are not what was asked for: the provider did not understand a filter."""
        asked = self._asked()
        return [row for row in rows if not all(line.holds(row, value) for line, value in asked)]

    @property
    def is_filtered(self) -> bool:
        return bool(self._asked())

    def _asked(self) -> list[tuple[Filter, Any]]:
        values = ((line, getattr(self, line.attribute)) for line in self.table)
        return [(line, value) for line, value in values if value is not None and value != ()]


@dataclass(frozen=True, kw_only=True)
class OrderQuery(Query):
    """Document: Orders, List orders. `total_from` and `total_to` are minor units, both included."""

    order_ids: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    total_from: int | None = None
    total_to: int | None = None
    ordering: Ordering = "-created"

    table: ClassVar[tuple[Filter, ...]] = (
        one_or_many("order_ids", "order_id", lambda row: row.order_id),
        one_or_many("statuses", "status", lambda row: row.status, known=tuple(OrderStatus)),
        one_or_many("currencies", "currency", lambda row: row.currency),
        *number_range("total_from", "total_to", "total_amount", lambda row: row.total_amount),
        *_CREATED,
    )
    orderings: ClassVar[tuple[str, ...]] = ("-created", "created", "total_amount", "-total_amount")


@dataclass(frozen=True, kw_only=True)
class RefundQuery(Query):
    """Document: Refunds, List refunds. Amounts are minor units of the order's currency, both included."""

    refund_ids: tuple[str, ...] = ()
    description: TextMatch | None = None
    amount_from: int | None = None
    amount_to: int | None = None
    ordering: AmountOrdering = "-created"

    table: ClassVar[tuple[Filter, ...]] = (
        one_or_many("refund_ids", "refund_id", lambda row: row.refund_id),
        text("description", "description", lambda row: row.description),
        *number_range("amount_from", "amount_to", "amount", lambda row: row.amount),
        *_CREATED,
    )
    orderings: ClassVar[tuple[str, ...]] = ("-created", "created", "amount", "-amount")


@dataclass(frozen=True, kw_only=True)
class TransactionQuery(Query):
    """Document: Settlements, List transactions. Amounts are minor units, may be negative, both included.

    is_paid: True for paid out, False for not yet. payout_field: the filters' name for that moment, `payment` in the
    newer document, `paid` in the older; the rows call it `paid` in both. Ordering by it is in the older one only.
    """

    transaction_ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    amount_from: int | None = None
    amount_to: int | None = None
    is_paid: bool | None = None
    paid_from: datetime | None = None
    paid_before: datetime | None = None
    payout_field: Literal["payment", "paid"] = "payment"
    ordering: PayoutOrdering = "-created"

    table: ClassVar[tuple[Filter, ...]] = (
        one_or_many("transaction_ids", "id", lambda row: row.id),
        one_or_many("types", "type", lambda row: row.type, known=tuple(TransactionType)),
        one_or_many("currencies", "currency", lambda row: row.currency),
        *number_range("amount_from", "amount_to", "amount", lambda row: row.amount),
        *_CREATED,
        yes_or_no("is_paid", "payment__isnull", lambda row, value: (row.paid is not None) is value, reverse=True),
        *time_range("paid_from", "paid_before", "payment", lambda row: row.paid),
    )
    orderings: ClassVar[tuple[str, ...]] = ("-created", "created", "amount", "-amount", "paid", "-paid")

    def params(self) -> Pairs:
        name = self.payout_field
        if name not in ("payment", "paid"):
            raise CannotAsk("a payout field that no document names")
        return [(key.replace("payment__", f"{name}__", 1), value) for key, value in super().params()]


def _ask_events(values: tuple[str, ...]) -> Pairs:
    if not set(values) <= set(HookEvent):
        raise CannotAsk("an event that no document names")
    return [("events__contains", ",".join(values))]


def _ask_codes(values: tuple[int, ...]) -> Pairs:
    texts = [whole(value) for value in values]
    if len(texts) == 1:
        return [("last_response_code", texts[0])]
    return [("last_response_code__in", ",".join(texts))]


def _code(row: Any) -> int | None:
    code: int | None = row.last_response.code if row.last_response else None
    return code


@dataclass(frozen=True, kw_only=True)
class HookQuery(Query):
    """Document: Webhooks, List hooks. `events`: hooks for all of these. Codes: the last delivery's HTTP status."""

    hook_ids: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    url: TextMatch | None = None
    active: bool | None = None
    codes: tuple[int, ...] = ()
    code_from: int | None = None
    code_to: int | None = None
    ordering: CreatedOrdering = "-created"

    table: ClassVar[tuple[Filter, ...]] = (
        one_or_many("hook_ids", "id", lambda row: row.id),
        Filter("events", _ask_events, lambda row, values: set(values) <= set(row.events)),
        one_or_many("urls", "url", lambda row: row.url),
        text("url", "url", lambda row: row.url),
        yes_or_no("active", "active", lambda row, value: row.active is value),
        Filter("codes", _ask_codes, lambda row, values: _code(row) in values),
        *number_range("code_from", "code_to", "last_response_code", _code),
        *_CREATED,
    )
