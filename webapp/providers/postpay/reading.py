"""From an answer to a model: here raw JSON ends."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import FailFast, TypeAdapter, ValidationError

from webapp.providers.http.answered import problems
from webapp.providers.http.errors import BadRow
from webapp.providers.http.reading import (
    Model,
    Reader,
    read_apart,
    read_one,
    read_success,
    unreadable,
    unreadable_row,
    validated,
)
from webapp.providers.http.transport import Call, HttpAnswer

from .errors import refusal
from .filters import Query
from .models import Hook, Order, OrderSummary, Page, Refund, Transaction

T = TypeVar("T")

_ROWS: dict[type, TypeAdapter[Any]] = {
    OrderSummary: TypeAdapter(Annotated[list[OrderSummary], FailFast()]),
    Refund: TypeAdapter(Annotated[list[Refund], FailFast()]),
    Transaction: TypeAdapter(Annotated[list[Transaction], FailFast()]),
    Hook: TypeAdapter(Annotated[list[Hook], FailFast()]),
}


def reader(model: type[Model], **sent: Any) -> Reader[Model]:
    """Reads one object, which must be about what was sent: `refund_id="r-1"`, `amount=500`."""
    return read_one(model, refusal, **sent)


def read_order(order_id: str) -> Reader[Order]:
    """Reads the order of this id, and keeps the answer beside it for its disclosure."""

    def read(call: Call, answer: HttpAnswer) -> Order:
        raw = read_success(call, answer, refusal)
        order = validated(call, answer, Order, {**raw, "raw": raw})
        if order.order_id != order_id:
            raise unreadable(call, answer, "about another order")
        return order

    return read


def read_nothing(call: Call, answer: HttpAnswer) -> None:
    """The end of something: 204, or 200 with any body."""
    if answer.status >= 400:
        raise refusal(call, answer)
    if answer.status not in (200, 204):
        raise unreadable(call, answer, "not the end of it")


def read_page(row: type[T], query: Query, *, tolerant: bool = False) -> Reader[Page[T]]:
    """Reads a page of rows and checks each against the query (document: Pagination).

    One that cannot be read raises UnreadableRow; for who is `tolerant` it stands among the `bad` ones of the page.
    `next` and `previous` are not looked at: count and page number say as much, and name no foreign host.
    """

    def read(call: Call, answer: HttpAnswer) -> Page[T]:
        data = read_success(call, answer, refusal)
        count, rows = data.get("count"), data.get("results")
        if type(count) is not int or count < 0 or not isinstance(rows, list):
            raise unreadable(call, answer, "no page")
        if len(rows) > query.page_size:
            raise unreadable(call, answer, "more rows than were asked for")
        bad: tuple[BadRow, ...] = ()
        try:
            results = _ROWS[row].validate_python(rows)
        except ValidationError as error:
            if not tolerant:
                place = problems(error)[0]["loc"][0]
                raise unreadable_row(call, answer, rows[int(place)], error, depth=1) from None
            results, bad = read_apart(_ROWS[row], rows)
        return Page(
            count=count,
            results=tuple(results),
            number=query.page,
            size=query.page_size,
            has_next=query.page * query.page_size < count,
            unexpected=tuple(query.unexpected(results)),
            bad=bad,
        )

    return read
