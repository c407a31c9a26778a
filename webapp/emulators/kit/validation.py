"""Data and its fields, checked as the serializers of Django REST framework would, with its messages.

Stricter than that framework in one thing: a whole number, and so every amount, must be a JSON integer. Providers speak
of the smallest unit, none of the known clients sends anything else, and amounts that went through text or floats are
how others lost money. An emulator that lets them pass would hide such a defect.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from . import clock
from .messages import Refusal

LARGEST = 2**63 - 1
MOST_WRONG = 50
"""Rows of a list, or unknown names, after which a check stops: a body holds a million, each with several messages."""

Check = Callable[[Any], Any]


class Invalid(Exception):
    """What is wrong with a value: a list of messages, or the same nested by field or by place."""

    def __init__(self, problem: Any) -> None:
        self.problem = [problem] if isinstance(problem, str) else problem
        super().__init__(str(self.problem))


@dataclass(frozen=True, slots=True)
class Field:
    """How one key of an object is checked: absent and null are allowed unless said otherwise."""

    check: Check
    required: bool = False
    nullable: bool = True


def required(check: Check) -> Field:
    return Field(check, required=True, nullable=False)


def validate(data: Any, fields: Mapping[str, Field]) -> dict[str, Any]:
    """The known keys of the body, checked. Refuses with `invalid` and all problems by field."""
    try:
        return record(fields)(data)
    except Invalid as error:
        raise Refusal("invalid", fields=error.problem) from error


def record(fields: Mapping[str, Field]) -> Check:
    """An object; unknown keys are dropped, as the framework does."""

    def check(data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            problem = f"Invalid data. Expected a dictionary, but got {type(data).__name__}."
            raise Invalid({"non_field_errors": [problem]})
        good, wrong = {}, {}
        for name, field in fields.items():
            try:
                if name in data or field.required:
                    good[name] = _check_field(data, name, field)
            except Invalid as error:
                wrong[name] = error.problem
        if wrong:
            raise Invalid(wrong)
        return good

    return check


def _check_field(data: Mapping[str, Any], name: str, field: Field) -> Any:
    if name not in data:
        raise Invalid("This field is required.")
    if data[name] is not None:
        return field.check(data[name])
    if not field.nullable:
        raise Invalid("This field may not be null.")
    return None


def rows(check: Check, *, empty: bool = True) -> Check:
    """A list; problems come as a list too, with an empty object for each good row, up to the last that was checked."""

    def checked(data: Any) -> list[Any]:
        if not isinstance(data, list):
            raise Invalid(f'Expected a list of items but got type "{type(data).__name__}".')
        if not data and not empty:
            raise Invalid("This list may not be empty.")
        good: list[Any] = []
        told: list[Any] = []
        for value in data:
            try:
                good.append(check(value))
                told.append({})
            except Invalid as error:
                told.append(error.problem)
            if len(told) - len(good) == MOST_WRONG:
                break
        if len(told) > len(good):
            raise Invalid(told)
        return good

    return checked


def text(*, blank: bool = True, longest: int | None = None) -> Check:
    """Text; whole numbers become text, for shops send their numeric ids and references as they are."""

    def check(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Invalid("Not a valid string.")
        value = str(value).strip()
        if "\x00" in value:
            raise Invalid("Null characters are not allowed.")
        if not value and not blank:
            raise Invalid("This field may not be blank.")
        if longest and len(value) > longest:
            raise Invalid(f"Ensure this field has no more than {longest} characters.")
        return value

    return check


def whole(least: int) -> Check:
    """A JSON integer of at least so much, within 64 bits; why no text and no float, see the head of this file."""

    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Invalid("A valid integer is required.")
        if value < least:
            raise Invalid(f"Ensure this value is greater than or equal to {least}.")
        if value > LARGEST:
            raise Invalid(f"Ensure this value is less than or equal to {LARGEST}.")
        return value

    return check


def choice(*options: str, blank: bool = False) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or (value not in options and not (blank and value == "")):
            raise Invalid(f'"{value}" is not a valid choice.')
        return value

    return check


def day(value: Any) -> str:
    return _spoken(value, clock.parse_date, "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.")


def moment(value: Any) -> str:
    """A moment, kept as it was written: three decimals come back as three decimals."""
    return _spoken(value, clock.parse_moment, "Datetime has wrong format.")


def _spoken(value: Any, parse: Callable[[str], Any], message: str) -> str:
    if not isinstance(value, str):
        raise Invalid(message)
    if not value:
        return value
    try:
        parse(value)
    except ValueError as error:
        raise Invalid(message) from error
    return value


def url(*schemes: str) -> Check:
    """A whole address."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or re.search(r"[\x00-\x20<>\"\x7f]", value):
            raise Invalid("Enter a valid URL.")
        try:
            parts = urlsplit(value)
            good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if not good:
            raise Invalid("Enter a valid URL.")
        return value

    return check


def key_value_pairs(value: Any) -> dict[str, Any]:
    """Any object; PHP writes an empty one as `[]`."""
    if value == []:
        return {}
    if not isinstance(value, dict):
        raise Invalid(f'Expected a dictionary of items but got type "{type(value).__name__}".')
    return value
