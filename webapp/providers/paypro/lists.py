"""Reading lists: rows, and of the links to their neighbours the cursor only, never host or path."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import TypeAdapter

from webapp.providers.http.answered import Answered
from webapp.providers.http.reading import Reader, read_apart, read_success, unreadable
from webapp.providers.http.transport import Call, HttpAnswer

from .errors import refusal
from .models import Page

Row = TypeVar("Row", bound=Answered)

USUAL, MOST = 25, 100
"""Rows of a page: on a screen, and the most that PayPro gives."""
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)


class BadCursor(ValueError):
    """The text is no cursor; nothing was sent."""


def query(cursor: str | None, limit: int) -> str:
    """The query of a page. Raises BadCursor, and ValueError for a limit that is never answered."""
    if not 1 <= limit <= MOST:
        raise ValueError(f"a page has 1 to {MOST} rows")
    if cursor is None:
        return f"?{urlencode({'limit': limit})}"
    if not _CURSOR.fullmatch(cursor):
        raise BadCursor("is no cursor")
    return f"?{urlencode({'cursor': cursor, 'limit': limit})}"


def read_page(row: type[Row], limit: int = MOST) -> Reader[Page[Row]]:
    """Reads a page of rows, the unreadable ones apart. Raises UnreadableAnswer for what is no list."""

    def read(call: Call, answer: HttpAnswer) -> Page[Row]:
        data = read_success(call, answer, refusal)
        rows, links = data.get("data"), data.get("_links")
        if data.get("type") != "list" or not isinstance(rows, list):
            raise unreadable(call, answer, "no list")
        if len(rows) > limit:
            raise unreadable(call, answer, "more rows than were asked for")
        found, bad = read_apart(_adapter(row), rows)
        ends = links if isinstance(links, dict) else {}
        try:
            return Page(tuple(found), _cursor(ends.get("next")), _cursor(ends.get("prev")), bad)
        except BadCursor:
            raise unreadable(call, answer, "a link without a cursor") from None

    return read


@cache
def _adapter(row: type[Answered]) -> TypeAdapter[Any]:
    return TypeAdapter(list[row])  # type: ignore[valid-type]


def _cursor(link: object) -> str | None:
    """The cursor in a link; None where there is no link, which is an end. A link that has none is no end."""
    if link is None:
        return None
    try:
        found = parse_qs(urlsplit(link).query).get("cursor", [""]) if isinstance(link, str) else [""]
    except ValueError:
        found = [""]
    if len(found) != 1 or not _CURSOR.fullmatch(found[0]):
        raise BadCursor("is no cursor")
    return found[0]
