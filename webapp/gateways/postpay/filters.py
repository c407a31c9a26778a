"""The documented filters, lookups and orderings as a fixed table; rows checked against what was asked.

The provider ignores a parameter it does not know and an empty value, and then shows everything. So names come from
here only, empty values are never sent, and each row is checked. A `regex` is never sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

from ...money import LARGEST_MINOR
from .models import HookEvent, OrderStatus, TransactionType

LARGEST_PAGE = 50

Pairs = list[tuple[str, str]]
Ordering = Literal["-created", "created", "total_amount", "-total_amount"]
AmountOrdering = Literal["-created", "created", "amount", "-amount"]
PayoutOrdering = Literal["-created", "created", "amount", "-amount", "paid", "-paid"]
CreatedOrdering = Literal["-created", "created"]


class CannotAsk(ValueError):
    """The provider has no filter that means this: an id with a comma among several, an empty or unknown value."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One line of the table.

    attribute: of the query; ask: its value to parameters (raises CannotAsk); holds: whether a row is what was asked.
    """

    attribute: str
    ask: Callable[[Any], Pairs]
    holds: Callable[[Any, Any], bool]


@dataclass(frozen=True)
class TextMatch:
    """A text to find in another. The `i` forms ignore case, also beyond ASCII."""

    text: str
    how: Literal["contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"] = "icontains"

    def holds(self, value: str | None) -> bool:
        """Whether a value matches. Which letters are the same but for case is a matter of the provider's database,
        so any usual reading will do."""
        found = value or ""
        if not self.how.startswith("i"):
            return self._in(found, self.text)
        folds = (str.casefold, str.lower, str.upper)
        return any(self._in(fold(found), fold(self.text)) for fold in folds)

    def _in(self, value: str, text: str) -> bool:
        if self.how.endswith("contains"):
            return text in value
        return value.startswith(text) if self.how.endswith("startswith") else value.endswith(text)


def _plain(value: str) -> str:
    """The provider strips what it gets, and an empty value asks for everything."""
    if not value or value != value.strip() or not value.isprintable():
        raise CannotAsk("an empty value, or one with spaces or invisible characters around or in it")
    return value


def _one_or_many(attribute: str, parameter: str, get: Callable[[Any], Any], known: Sequence[str] = ()) -> Filter:
    """`exact` for one value, `in` for several. A comma separates the values of `in` and cannot be in one."""

    def ask(values: tuple[str, ...]) -> Pairs:
        if known and not set(values) <= set(known):
            raise CannotAsk("a value that no document names")
        plain = [_plain(value) for value in values]
        if len(plain) == 1:
            return [(parameter, plain[0])]
        if any("," in value for value in plain):
            raise CannotAsk("a comma in one of several values")
        return [(f"{parameter}__in", ",".join(plain))]

    return Filter(attribute, ask, lambda row, values: get(row) in values)


def _whole(value: int) -> str:
    if type(value) is not int or abs(value) > LARGEST_MINOR:
        raise CannotAsk("an amount that is not a whole number of 64 bits")
    return str(value)


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise CannotAsk("a moment without its zone")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _number_range(first: str, last: str, parameter: str, get: Callable[[Any], int | None]) -> tuple[Filter, Filter]:
    """From and to, both included."""

    def at_least(row: Any, bound: int) -> bool:
        value = get(row)
        return value is not None and value >= bound

    def at_most(row: Any, bound: int) -> bool:
        value = get(row)
        return value is not None and value <= bound

    return (
        Filter(first, lambda value: [(f"{parameter}__gte", _whole(value))], at_least),
        Filter(last, lambda value: [(f"{parameter}__lte", _whole(value))], at_most),
    )


def _time_range(first: str, end: str, parameter: str, get: Callable[[Any], datetime | None]) -> tuple[Filter, Filter]:
    """From a moment until just before another: two instants mean the same in whatever zone the provider lives."""

    def since(row: Any, bound: datetime) -> bool:
        value = get(row)
        return value is not None and value >= bound

    def before(row: Any, bound: datetime) -> bool:
        value = get(row)
        return value is not None and value < bound

    return (
        Filter(first, lambda value: [(f"{parameter}__gte", _instant(value))], since),
        Filter(end, lambda value: [(f"{parameter}__lt", _instant(value))], before),
    )


_PARTS: dict[str, tuple[int, int, Callable[[datetime], int]]] = {
    "year": (1, 9999, lambda moment: moment.year),
    "month": (1, 12, lambda moment: moment.month),
    "day": (1, 31, lambda moment: moment.day),
    "week_day": (1, 7, lambda moment: moment.isoweekday() % 7 + 1),
    "hour": (0, 23, lambda moment: moment.hour),
}


def _part(name: str) -> Filter:
    """A part of `created` in the provider's zone, UTC; `week_day` is 1 for Sunday to 7 for Saturday."""
    lowest, highest, part = _PARTS[name]

    def ask(value: int) -> Pairs:
        if type(value) is not int or not lowest <= value <= highest:
            raise CannotAsk(f"a {name} that does not exist")
        return [(f"created__{name}", str(value))]

    return Filter(name, ask, lambda row, value: part(row.created.astimezone(UTC)) == value)


def _text(attribute: str, parameter: str, get: Callable[[Any], str | None]) -> Filter:
    return Filter(
        attribute,
        lambda match: [(f"{parameter}__{match.how}", _plain(match.text))],
        lambda row, match: match.holds(get(row)),
    )


def _yes_or_no(attribute: str, parameter: str, holds: Callable[[Any, Any], bool], *, reverse: bool = False) -> Filter:
    return Filter(attribute, lambda value: [(parameter, "true" if value is not reverse else "false")], holds)


_CREATED = (*_time_range("created_from", "created_before", "created", lambda row: row.created), *map(_part, _PARTS))


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
        _one_or_many("order_ids", "order_id", lambda row: row.order_id),
        _one_or_many("statuses", "status", lambda row: row.status, known=tuple(OrderStatus)),
        _one_or_many("currencies", "currency", lambda row: row.currency),
        *_number_range("total_from", "total_to", "total_amount", lambda row: row.total_amount),
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
        _one_or_many("refund_ids", "refund_id", lambda row: row.refund_id),
        _text("description", "description", lambda row: row.description),
        *_number_range("amount_from", "amount_to", "amount", lambda row: row.amount),
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
        _one_or_many("transaction_ids", "id", lambda row: row.id),
        _one_or_many("types", "type", lambda row: row.type, known=tuple(TransactionType)),
        _one_or_many("currencies", "currency", lambda row: row.currency),
        *_number_range("amount_from", "amount_to", "amount", lambda row: row.amount),
        *_CREATED,
        _yes_or_no("is_paid", "payment__isnull", lambda row, value: (row.paid is not None) is value, reverse=True),
        *_time_range("paid_from", "paid_before", "payment", lambda row: row.paid),
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
    texts = [_whole(value) for value in values]
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
        _one_or_many("hook_ids", "id", lambda row: row.id),
        Filter("events", _ask_events, lambda row, values: set(values) <= set(row.events)),
        _one_or_many("urls", "url", lambda row: row.url),
        _text("url", "url", lambda row: row.url),
        _yes_or_no("active", "active", lambda row, value: row.active is value),
        Filter("codes", _ask_codes, lambda row, values: _code(row) in values),
        *_number_range("code_from", "code_to", "last_response_code", _code),
        *_CREATED,
    )
