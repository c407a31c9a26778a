"""The kinds of values in answers: strict where money or identity hangs on it, tolerant where it decorates."""

from __future__ import annotations

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


def text_if_any(value: object) -> object:
    return None if value is False else _text(value)


def rows_or_none(value: object) -> object:
    """Null where a list may be."""
    return () if value is None else value


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
TextIfAny = Annotated[str | None, BeforeValidator(text_if_any)]
Moment = Annotated[datetime, BeforeValidator(parse_moment)]
MomentOrNull = Moment | None
MomentIfAny = Annotated[datetime | None, BeforeValidator(_moment_if_any)]
