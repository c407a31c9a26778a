"""The kinds of values in Postpay's answers: strict where money or identity hangs on it, tolerant where it decorates."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from webapp.core.provider_id import is_provider_id
from webapp.money import LARGEST_MINOR

_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})", re.ASCII
)


def parse_moment(value: object) -> datetime:
    """An ISO 8601 moment with its zone (`Z`, `+00:00`, `+0000`), as aware UTC. Raises ValueError."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("is not a moment with a zone")
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside the calendar") from None


def _moment_if_any(value: object) -> datetime | None:
    return None if value in (None, "") else parse_moment(value)


def _text(value: object) -> object:
    return str(value) if type(value) is int else value


def _addressable(value: str) -> str:
    if not is_provider_id(value):
        raise ValueError("can stand in no address")
    return value


def _text_if_any(value: object) -> object:
    return None if value is False else _text(value)


def rows_or_none(value: object) -> object:
    """Null where a list may be."""
    return () if value is None else value


_TAG = re.compile(r"<(?:/?([a-z][a-z0-9]*+)(?=[\s/>])|!--)[^<>]*+>", re.IGNORECASE | re.ASCII)
"""Nothing is tried twice, and none reaches beyond the next `<`: the time grows as the text does."""
_INLINE = frozenset(["a", "abbr", "b", "code", "em", "font", "i", "s", "small", "span", "strong", "sub", "sup", "u"])


def _without_html(value: str | None) -> str | None:
    """What a text says that some shops send as HTML. It is a plain text still, to be escaped like any other."""
    if not value or ("<" not in value and "&" not in value):
        return value
    apart = _TAG.sub(lambda tag: "" if (tag[1] or "").lower() in _INLINE else " ", value)
    try:
        return " ".join(html.unescape(apart).split())
    except ValueError:  # a number of thousands of digits
        return apart


def web_address(value: str | None) -> str | None:
    """The address if it is one a page may link to."""
    try:
        parts = urlsplit(value or "")
        return value if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


LARGEST_RATE = 2**31 - 1

Minor = Annotated[int, Field(strict=True, ge=-LARGEST_MINOR - 1, le=LARGEST_MINOR)]
Rate = Annotated[int, Field(strict=True, ge=-LARGEST_RATE, le=LARGEST_RATE)]
Text = Annotated[str, BeforeValidator(_text)]
Id = Annotated[str, Field(min_length=1), BeforeValidator(_text), AfterValidator(_addressable)]
TextIfAny = Annotated[str | None, BeforeValidator(_text_if_any)]
ShopText = Annotated[str | None, BeforeValidator(_text_if_any), AfterValidator(_without_html)]
Moment = Annotated[datetime, BeforeValidator(parse_moment)]
MomentOrNull = Moment | None
MomentIfAny = Annotated[datetime | None, BeforeValidator(_moment_if_any)]
