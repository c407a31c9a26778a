"""From an answer to a model: here raw JSON ends, whichever provider it is of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from webapp.core.provider_id import is_provider_id

from .answered import problems
from .errors import BadRow, GatewayError, UnreadableAnswer, UnreadableRow
from .strict_json import NotJSON, read_object
from .transport import Call, HttpAnswer

T = TypeVar("T")
Model = TypeVar("Model", bound=BaseModel)

Reader = Callable[[Call, HttpAnswer], T]
Refusing = Callable[[Call, HttpAnswer], GatewayError]


def read_one(model: type[Model], refusal: Refusing, **sent: Any) -> Reader[Model]:
    """Reads one object, which must be about what was sent: `refund_id="r-1"`, `amount=500`."""

    def read(call: Call, answer: HttpAnswer) -> Model:
        found = validated(call, answer, model, read_success(call, answer, refusal))
        if any(getattr(found, name) != value for name, value in sent.items()):
            raise unreadable(call, answer, "about something else than was sent")
        return found

    return read


def read_success(call: Call, answer: HttpAnswer, refusal: Refusing) -> dict[str, Any]:
    """The object of a 200 or 201. Raises what `refusal` makes of a 4xx, and UnreadableAnswer."""
    if answer.status >= 400:
        raise refusal(call, answer)
    if answer.status not in (200, 201):
        raise unreadable(call, answer, "a success that is not documented")
    try:
        return read_object(answer.body)
    except NotJSON as error:
        raise unreadable(call, answer, str(error)) from None


def read_apart(adapter: TypeAdapter[Any], rows: list[Any]) -> tuple[list[Any], tuple[BadRow, ...]]:
    """Those rows that can be read, and those that cannot, each by itself."""
    found, bad = list[Any](), list[BadRow]()
    for place, told in enumerate(rows):
        try:
            found.extend(adapter.validate_python([told]))
        except ValidationError as error:
            bad.append(BadRow(place, _name(told), _field(error, depth=1)))
    return found, tuple(bad)


def validated(call: Call, answer: HttpAnswer, model: type[Model], data: dict[str, Any]) -> Model:
    """The model of an object. Raises UnreadableRow, which names it."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise unreadable_row(call, answer, data, error, depth=0) from None


def unreadable_row(
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


def unreadable(call: Call, answer: HttpAnswer, reason: str) -> UnreadableAnswer:
    """Ready to be raised; `reason` is a few words of our own."""
    return UnreadableAnswer(call.endpoint, call.method, reason, status=answer.status)
