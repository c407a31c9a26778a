"""From an answer to a model: here raw JSON ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, FailFast, TypeAdapter, ValidationError

from webapp.providers.http.errors import UnreadableAnswer, UnreadableRow
from webapp.providers.http.strict_json import NotJSON, read_object
from webapp.providers.http.transport import Call, HttpAnswer

from .errors import refusal
from .filters import Query
from .models import Hook, Order, OrderSummary, Page, Refund, Transaction

T = TypeVar("T")
Model = TypeVar("Model", bound=BaseModel)

_ROWS: dict[type, TypeAdapter[Any]] = {
    OrderSummary: TypeAdapter(Annotated[list[OrderSummary], FailFast()]),
    Refund: TypeAdapter(Annotated[list[Refund], FailFast()]),
    Transaction: TypeAdapter(Annotated[list[Transaction], FailFast()]),
    Hook: TypeAdapter(Annotated[list[Hook], FailFast()]),
}

Reader = Callable[[Call, HttpAnswer], T]


def reader(model: type[Model], **sent: Any) -> Reader[Model]:
    """Reads one object, which must be about what was sent: `refund_id="r-1"`, `amount=500`."""

    def read(call: Call, answer: HttpAnswer) -> Model:
        found = _validated(call, answer, model, _object(call, answer))
        if any(getattr(found, name) != value for name, value in sent.items()):
            raise _unreadable(call, answer, "about something else than was sent")
        return found

    return read


def read_order(order_id: str) -> Reader[Order]:
    """Reads the order of this id, and keeps the answer beside it for its disclosure."""

    def read(call: Call, answer: HttpAnswer) -> Order:
        raw = _object(call, answer)
        order = _validated(call, answer, Order, {**raw, "raw": raw})
        if order.order_id != order_id:
            raise _unreadable(call, answer, "about another order")
        return order

    return read


def read_nothing(call: Call, answer: HttpAnswer) -> None:
    """The end of something: 204, or 200 with any body."""
    if answer.status >= 400:
        raise refusal(call, answer)
    if answer.status not in (200, 204):
        raise _unreadable(call, answer, "not the end of it")


def read_page(row: type[T], query: Query) -> Reader[Page[T]]:
    """Reads a page of rows and checks each against the query (document: Pagination).

    `next` and `previous` are not looked at: count and page number say as much, and name no foreign host.
    """

    def read(call: Call, answer: HttpAnswer) -> Page[T]:
        data = _object(call, answer)
        count, rows = data.get("count"), data.get("results")
        if type(count) is not int or count < 0 or not isinstance(rows, list):
            raise _unreadable(call, answer, "no page")
        if len(rows) > query.page_size:
            raise _unreadable(call, answer, "more rows than were asked for")
        try:
            results = _ROWS[row].validate_python(rows)
        except ValidationError as error:
            raise _unreadable_row(call, answer, rows, error) from None
        return Page(
            count=count,
            results=tuple(results),
            number=query.page,
            size=query.page_size,
            has_next=query.page * query.page_size < count,
            unexpected=tuple(query.unexpected(results)),
        )

    return read


def _object(call: Call, answer: HttpAnswer) -> dict[str, Any]:
    if answer.status >= 400:
        raise refusal(call, answer)
    if answer.status not in (200, 201):
        raise _unreadable(call, answer, "a success that is not documented")
    try:
        return read_object(answer.body)
    except NotJSON as error:
        raise _unreadable(call, answer, str(error)) from None


def _validated(call: Call, answer: HttpAnswer, model: type[Model], data: dict[str, Any]) -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _unreadable(call, answer, _first_problem(error)) from None


def _unreadable_row(call: Call, answer: HttpAnswer, rows: list[Any], error: ValidationError) -> UnreadableRow:
    """Names the row and the field, so that somebody can ask the provider about it; never a value."""
    place, *where = error.errors(include_input=False, include_url=False, include_context=False)[0]["loc"]
    row = rows[place] if isinstance(place, int) and isinstance(rows[place], dict) else {}
    name = next((row[key] for key in ("id", "order_id", "refund_id") if isinstance(row.get(key), str)), "")
    field = ".".join(str(part) for part in where)
    return UnreadableRow(
        call.endpoint, call.method, _first_problem(error), status=answer.status, row=name, field=field
    )


def _first_problem(error: ValidationError) -> str:
    """Where and what kind; pydantic's own text could hold the value."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{first['type']} at {'.'.join(str(part) for part in first['loc'])}"


def _unreadable(call: Call, answer: HttpAnswer, reason: str) -> UnreadableAnswer:
    return UnreadableAnswer(call.endpoint, call.method, reason, status=answer.status)
