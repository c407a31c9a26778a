"""Bodies and their fields, checked as Django REST framework's serializers would, with its messages.

What the documents call Integer takes "3" and 3.0 as well, as the framework's field does. Stricter than that framework
in one thing: an amount, which they call Decimal, must be a JSON integer. They speak of the smallest unit, none of the
known clients sends anything else, and amounts that went through text or floats are how others lost money. A sandbox
that lets them pass would hide such a defect.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

from iso4217 import Currency

from . import clock
from .messages import Refusal, Request

LARGEST = 2**63 - 1
MAX_DEPTH = 40
ID_LENGTH = 255
LONGEST_INTEGER = 1000
"""Characters of a whole number that is written as text."""
JSON_TYPE = re.compile(r"application/(json|[\w.\-]+\+json)")
CURRENCIES = frozenset(currency.code for currency in Currency)

Check = Callable[[Any], Any]
_EMAIL = re.compile(r"[^@\s\x00-\x20<>()\[\],;:\\\"]+@[^@\s<>()\[\],;:\\\"]+\.[^@\s.<>()\[\],;:\\\"]+")
_POINT_ZERO = re.compile(r"\.0*\s*$")
_COUNTRY = re.compile(r"[A-Za-z]{2}", re.ASCII)


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


def read_json(request: Request) -> Any:
    """The body as JSON; an empty one counts as `{}`. Refuses with `parse_error` or `unsupported_media_type`."""
    if request.oversized:
        raise Refusal("parse_error", message="The body is too large.")
    if not request.body:
        return {}
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not JSON_TYPE.fullmatch(content_type):
        raise Refusal("unsupported_media_type")
    return parse_json(request.body)


def parse_json(body: bytes) -> Any:
    """Strict JSON: no NaN, nothing infinite, no lone surrogates, at most 40 deep. A repeated key: the last wins."""
    try:
        text = body.decode()
        data = json.loads(text, parse_constant=_no_constant)
        if _depth(data) > MAX_DEPTH:
            raise ValueError("nested too deep")
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise Refusal("parse_error") from error
    return data


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _depth(data: Any) -> int:
    """How deep the data is nested, without recursion; stops counting where it is too deep anyway."""
    level, depth = [data], 0
    while level and depth <= MAX_DEPTH:
        depth += 1
        inside = [
            list(part.values()) if isinstance(part, dict) else part for part in level if isinstance(part, dict | list)
        ]
        level = [value for values in inside for value in values if isinstance(value, dict | list)]
    return depth


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
    """A list; problems come as a list too, with an empty object for each good row."""

    def checked(data: Any) -> list[Any]:
        if not isinstance(data, list):
            raise Invalid(f'Expected a list of items but got type "{type(data).__name__}".')
        if not data and not empty:
            raise Invalid("This list may not be empty.")
        good: list[Any] = []
        wrong: list[Any] = []
        for value in data:
            try:
                good.append(check(value))
                wrong.append({})
            except Invalid as error:
                wrong.append(error.problem)
        if any(wrong):
            raise Invalid(wrong)
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


def identifier(value: Any) -> str:
    checked: str = text(blank=False, longest=ID_LENGTH)(value)
    return checked


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


def integer(least: int) -> Check:
    """What the framework's integer field takes: also "3", 3.0 and "3.0", but no fraction and no exponent."""
    within = whole(least)

    def check(value: Any) -> int:
        if isinstance(value, str) and len(value) > LONGEST_INTEGER:
            raise Invalid("String value too large.")
        try:
            number = int(_POINT_ZERO.sub("", str(value)))
        except ValueError:
            raise Invalid("A valid integer is required.") from None
        checked: int = within(number)
        return checked

    return check


def choice(*options: str, blank: bool = False) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or (value not in options and not (blank and value == "")):
            raise Invalid(f'"{value}" is not a valid choice.')
        return value

    return check


def boolean(value: Any) -> bool:
    """True and false, also as the 1 and 0 of the official client, and as text."""
    if isinstance(value, str):
        value = {"true": True, "1": True, "false": False, "0": False}.get(value.lower(), value)
    if isinstance(value, bool) or (type(value) is int and value in (0, 1)):
        return bool(value)
    raise Invalid("Must be a valid boolean.")


def currency(value: Any) -> str:
    return str(choice(*CURRENCIES)(value))


def country(value: Any) -> str:
    if not isinstance(value, str) or not _COUNTRY.fullmatch(value):
        raise Invalid(f'"{value}" is not a valid choice.')
    return value


def email(value: Any) -> str:
    if not isinstance(value, str) or not _EMAIL.fullmatch(value):
        raise Invalid("Enter a valid email address.")
    return value


def day(value: Any) -> str:
    return _spoken(value, clock.parse_date, "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.")


def moment(value: Any) -> str:
    """A moment, kept as it was written: the documents' sample comes back with its three decimals."""
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


def url(*, blank: bool = False, schemes: tuple[str, ...] = ("http", "https", "ftp", "ftps")) -> Check:
    """A whole address. Where it may be blank, `false` counts as none: some shops send it for a missing image."""

    def check(value: Any) -> str | None:
        if blank and value in ("", False):
            return value or None
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
