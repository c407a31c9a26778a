"""The base of every filter form in an address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FilterField:
    """A field of a filter form as the error summary wants it."""

    id: str
    errors: tuple[str, ...]
    type: str = "FilterField"


class FilterForm:
    """Filters in the address of a list: read once, plain values, and the errors by field.

    Lighter than WTForms, because lists are what people open all day.
    """

    form_errors: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def __iter__(self) -> Iterator[FilterField]:
        return (FilterField(name, (words,)) for name, words in self.errors.items())

    def to_query(self) -> Any:
        """What to ask the provider; only while there are no errors."""
        raise NotImplementedError
