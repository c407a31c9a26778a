"""The kinds of values in Postpay's answers: strict where money or identity hangs on it, tolerant where it decorates."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

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
    """For dates that only decorate a page: unreadable is unknown."""
    try:
        return parse_moment(value)
    except ValueError:
        return None


def _text(value: object) -> object:
    return str(value) if type(value) is int else value


def _text_if_any(value: object) -> object:
    return None if value is False else _text(value)


def rows_or_none(value: object) -> object:
    """Null where a list may be."""
    return () if value is None else value


def has_control(text: str) -> bool:
    """Whether a text holds control characters or half a surrogate pair: nothing that an address can carry."""
    return any(unicodedata.category(character) in ("Cc", "Cs") for character in text)


def web_address(value: str | None) -> str | None:
    """The address if it is one a page may link to."""
    try:
        parts = urlsplit(value or "")
        return value if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


Minor = Annotated[int, Field(strict=True, ge=-LARGEST_MINOR - 1, le=LARGEST_MINOR)]
Text = Annotated[str, BeforeValidator(_text)]
Id = Annotated[str, Field(min_length=1), BeforeValidator(_text)]
TextIfAny = Annotated[str | None, BeforeValidator(_text_if_any)]
Moment = Annotated[datetime, BeforeValidator(parse_moment)]
MomentOrNull = Moment | None
MomentIfAny = Annotated[datetime | None, BeforeValidator(_moment_if_any)]
