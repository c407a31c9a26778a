"""How what a provider answers becomes values: what is needed is read strictly, what only decorates may be unreadable.

A field without a default is needed: ids, totals, currencies, the moments that money hangs on. One with a default only
decorates. Where it is not what its documents promise it is left out, and `unreadable` names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from .values import rows_or_none

T = TypeVar("T")

MOST_PARTS = 5_000
"""Items of an order, or discounts: more than any shop's, few enough to be drawn on a page."""


class Answered(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    needed: ClassVar[frozenset[str]] = frozenset()
    """Fields that may be absent, and yet must be readable where they are there."""

    _unreadable: frozenset[str] = PrivateAttr(default=frozenset())

    @property
    def unreadable(self) -> frozenset[str]:
        """Its own fields that could not be read, and so have their default."""
        return self._unreadable

    @model_validator(mode="wrap")
    @classmethod
    def _leave_out_what_only_decorates(cls, told: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return read(told)
        except ValidationError as error:
            odd = frozenset(str(one["loc"][0]) for one in problems(error) if one["loc"])
            if not odd or not all(cls._only_decorates(name) for name in odd):
                raise
        found = read({name: value for name, value in told.items() if name not in odd})
        found._unreadable = odd
        return found

    @classmethod
    def all_unreadable(cls) -> Self:
        """What stands for something that is no object at all."""
        found = cls.model_validate({})
        found._unreadable = frozenset(cls.model_fields)
        return found

    @classmethod
    def _only_decorates(cls, name: str) -> bool:
        return name in cls.model_fields and not cls.model_fields[name].is_required() and name not in cls.needed


def problems(error: ValidationError) -> list[Any]:
    """Where and of what kind; never a value, which may be personal or huge."""
    return error.errors(include_input=False, include_url=False, include_context=False)


def unreadable_fields(told: object, path: str = "") -> Iterator[str]:
    """Every field of an answer and of its parts that could not be read: `customer.id`, `items.0.qty`."""
    if isinstance(told, tuple):
        for place, part in enumerate(told):
            yield from unreadable_fields(part, f"{path}{place}.")
    elif isinstance(told, Answered) and told.unreadable == frozenset(type(told).model_fields):
        yield path.rstrip(".")
    elif isinstance(told, Answered):
        yield from (f"{path}{name}" for name in sorted(told.unreadable))
        for name in type(told).model_fields:
            yield from unreadable_fields(getattr(told, name), f"{path}{name}.")


def _part(told: object, read: ValidatorFunctionWrapHandler) -> Any:
    """One of several parts; the others do not suffer from one that is no object."""
    if isinstance(told, dict):
        return read(told)
    part: Answered = read({})
    return type(part).all_unreadable()


Parts = Annotated[
    tuple[Annotated[T, WrapValidator(_part)], ...],
    Field(strict=False, max_length=MOST_PARTS, fail_fast=True),
    BeforeValidator(rows_or_none),
]
"""A list within an order. It is not read beyond the most that it may have."""
