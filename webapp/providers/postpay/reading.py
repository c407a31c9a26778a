"""From an answer to a model: here raw JSON ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, FailFast, TypeAdapter, ValidationError

from webapp.core.provider_id import is_provider_id
from webapp.providers.http.errors import BadRow, UnreadableAnswer, UnreadableRow
from webapp.providers.http.strict_json import NotJSON, read_object
from webapp.providers.http.transport import Call, HttpAnswer

from .answered import problems
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


def read_page(row: type[T], query: Query, *, tolerant: bool = False) -> Reader[Page[T]]:
    """Reads a page of rows and checks each against the query (document: Pagination).

    One that cannot be read raises UnreadableRow; for who is `tolerant` it stands among the `bad` ones of the page.
    `next` and `previous` are not looked at: count and page number say as much, and name no foreign host.
    """

    def read(call: Call, answer: HttpAnswer) -> Page[T]:
        data = _object(call, answer)
        count, rows = data.get("count"), data.get("results")
        if type(count) is not int or count < 0 or not isinstance(rows, list):
            raise _unreadable(call, answer, "no page")
        if len(rows) > query.page_size:
            raise _unreadable(call, answer, "more rows than were asked for")
        bad: tuple[BadRow, ...] = ()
        try:
            results = _ROWS[row].validate_python(rows)
        except ValidationError as error:
            if not tolerant:
                place = problems(error)[0]["loc"][0]
                raise _unreadable_row(call, answer, rows[int(place)], error, depth=1) from None
            results, bad = _read_apart(row, rows)
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


def _object(call: Call, answer: HttpAnswer) -> dict[str, Any]:
    if answer.status >= 400:
        raise refusal(call, answer)
    if answer.status not in (200, 201):
        raise _unreadable(call, answer, "a success that is not documented")
    try:
        return read_object(answer.body)
    except NotJSON as error:
        raise _unreadable(call, answer, str(error)) from None


def _read_apart(row: type[T], rows: list[Any]) -> tuple[list[T], tuple[BadRow, ...]]:
    """Those rows that can be read, and those that cannot, each by itself."""
    found, bad = list[T](), list[BadRow]()
    for place, told in enumerate(rows):
        try:
            found.extend(_ROWS[row].validate_python([told]))
        except ValidationError as error:
            bad.append(BadRow(place, _name(told), _field(error, depth=1)))
    return found, tuple(bad)


def _validated(call: Call, answer: HttpAnswer, model: type[Model], data: dict[str, Any]) -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _unreadable_row(call, answer, data, error, depth=0) from None


def _unreadable_row(
    call: Call, answer: HttpAnswer, row: object, error: ValidationError, *, depth: int
) -> UnreadableRow:
    """Names the row and the field, so that somebody can ask the provider about it; never a value."""
    name, field = _name(row), _field(error, depth=depth)
    return UnreadableRow(call.endpoint, call.method, _first_problem(error), status=answer.status, row=name, field=field)


def _name(row: object) -> str:
    """A row's id, where that can be read."""
    told = row if isinstance(row, dict) else {}
    ids = (str(told[key]) for key in ("id", "order_id", "refund_id") if type(told.get(key)) in (str, int))
    return next(filter(is_provider_id, ids), "")


def _field(error: ValidationError, *, depth: int) -> str:
    """Where it is in the row, which is itself so deep in what was read."""
    return ".".join(str(part) for part in problems(error)[0]["loc"][depth:])


def _first_problem(error: ValidationError) -> str:
    """Where and what kind; pydantic's own text could hold the value."""
    first = problems(error)[0]
    return f"{first['type']} at {'.'.join(str(part) for part in first['loc'])}"


def _unreadable(call: Call, answer: HttpAnswer, reason: str) -> UnreadableAnswer:
    return UnreadableAnswer(call.endpoint, call.method, reason, status=answer.status)
