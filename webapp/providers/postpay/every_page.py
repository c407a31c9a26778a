"""Every row of a short list, over all pages, without losing one that is added while we read."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from webapp.providers.http.errors import NotFound, UnreadableAnswer

from .filters import LARGEST_PAGE, Query
from .models import Page
from .parallel import Parallel

T = TypeVar("T")

READINGS = 3
MOST_PAGES = 100

ListPage = Callable[[Any, float], Page[T]]
"""Asks for one page by its query, within so many seconds."""


def read_every_page(
    endpoint: str, list_page: ListPage[T], query: Query, parallel: Parallel, deadline: float
) -> Page[T]:
    """All rows as one page, oldest first: a row added meanwhile comes at the end and moves no other.

    `deadline` is for all of it. Where the provider has not understood a filter, the first page alone, which says so.
    Raises UnreadableAnswer if the pages do not fit together, or are too many.
    """
    ends = time.monotonic() + deadline
    asked: Any = replace(query, ordering="created", page_size=LARGEST_PAGE)  # type: ignore[call-arg]

    def read(number: int) -> Page[T]:
        return list_page(replace(asked, page=number), ends - time.monotonic())

    for _ in range(READINGS):
        first = read(1)
        if first.unexpected:
            return first
        if first.pages > MOST_PAGES:
            break
        others = [parallel.start(read, number) for number in range(2, first.pages + 1)]
        try:
            pages = [first, *(other.result() for other in others)]
        except NotFound:
            continue
        rows = tuple(row for page in pages for row in page.results)
        bad = tuple(row for page in pages for row in page.bad)
        if _fit_together(pages, rows, len(bad)):
            return replace(first, count=len(rows) + len(bad), results=rows, bad=bad, has_next=False)
    raise UnreadableAnswer(endpoint, "GET", "pages that do not fit together", status=200)


def _fit_together(pages: list[Page[Any]], rows: tuple[Any, ...], bad: int) -> bool:
    """Whether all pages tell the same count, and hold as many rows, each once."""
    counts = {page.count for page in pages}
    return counts == {len(rows) + bad} and len({row.id for row in rows}) == len(rows)
