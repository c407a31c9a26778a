"""Every row of a long list, several calls at a time, while rows come and go.

Page numbers shift when a row leaves or joins the list in between, and then a row is read twice or never. So the list
is walked by `created`, which never changes: each call asks for the oldest rows of a range of time, and what is left of
the range is asked for from the last moment seen. Long ranges are cut, and their parts read side by side.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from webapp.providers.http.errors import (
    GatewayError,
    NotFound,
    Refused,
    Throttled,
    Unauthorized,
    UnreadableAnswer,
    UnreadableRow,
)
from webapp.providers.http.patience import Wait

from .filters import LARGEST_PAGE, Query
from .models import Page
from .parallel import Parallel

T = TypeVar("T")

TICK = timedelta(microseconds=1)
"""The finest difference between two moments."""
PATIENCE = 180.0
"""Seconds without a single answer, after which the reading gives up."""
MOST_UNREADABLE = 5
"""Unreadable answers in a row: one is a hiccup, many are another API."""
MOST_UNAUTHORIZED = 2
"""Refusals of our key in a row: one may be the provider's own trouble."""
LONGEST_PAUSE = 60.0
LONGEST_BACKOFF = 15.0


@dataclass(frozen=True, slots=True)
class _Span:
    """Rows created from `start` (None: from the first one) until just before `end`."""

    start: datetime | None
    end: datetime

    @property
    def is_moment(self) -> bool:
        """Whether nothing can be cut any more: all its rows have the same moment."""
        return self.start is not None and self.end - self.start <= TICK


class EveryRow(Generic[T]):
    """Iterate once: gives tuples of rows, in no order, each row once.

    `counted` is the provider's count of the first answer, None before; `recount()` asks again. Rows created from
    `bound` on are not asked for. `wait` is called with seconds to pause, and may raise to end the reading.
    Raises GatewayError; UnreadableAnswer when rows are not what was asked for, or not in order.
    """

    def __init__(
        self,
        list_page: Callable[[Any], Page[T]],
        query: Query,
        *,
        bound: datetime,
        parallel: Parallel,
        in_flight: int,
        wait: Wait = time.sleep,
    ) -> None:
        end = min(bound, query.created_before) if query.created_before else bound
        self._query: Any = replace(query, created_before=end, ordering="created", page=1, page_size=LARGEST_PAGE)  # type: ignore[call-arg]
        self._list_page = list_page
        self._parallel = parallel
        self._most = in_flight
        self._places = float(in_flight)
        self._wait = wait
        self._not_before = 0.0
        self._failures = 0
        self._unreadable = self._unauthorized = 0
        self._answered = time.monotonic()
        self.counted: int | None = None

    def __iter__(self) -> Iterator[tuple[T, ...]]:
        todo = deque([_Span(self._query.created_from, self._query.created_before)])
        under_way: dict[Future[tuple[Page[T], ...]], _Span] = {}
        self._answered = time.monotonic()
        try:
            while todo or under_way:
                self._start(todo, under_way)
                done, _ = wait_for(under_way, timeout=1.0, return_when=FIRST_COMPLETED)
                for future in done:
                    span = under_way.pop(future)
                    pages = self._pages(future)
                    if pages is None:
                        todo.appendleft(span)
                        continue
                    rows, rest = self._take(span, pages, busy=len(todo) + len(under_way))
                    todo.extend(rest)
                    yield rows
        finally:
            for future in under_way:
                future.cancel()

    def recount(self) -> int:
        """How many rows the provider counts now, by the same question."""
        page = self._list_page(replace(self._query, page_size=1))
        self._check(page)
        return page.count

    def _start(self, todo: deque[_Span], under_way: dict[Future[tuple[Page[T], ...]], _Span]) -> None:
        """Begins as many calls as may be under way, unless the provider asked for a pause."""
        pause = self._not_before - time.monotonic()
        if pause > 0:
            if under_way:
                return
            self._wait(pause)
            self._not_before = 0.0
        self._wait(0)
        while todo and len(under_way) < int(self._places):
            span = todo.popleft()
            under_way[self._parallel.start(self._ask, span)] = span

    def _ask(self, span: _Span) -> tuple[Page[T], ...]:
        """The oldest rows of a span; all pages of it where its rows share one moment, which nothing can cut."""
        query = replace(self._query, created_from=span.start, created_before=span.end)
        first = self._list_page(query)
        if not span.is_moment:
            return (first,)
        others = [self._list_page(replace(query, page=number)) for number in range(2, first.pages + 1)]
        return (first, *others)

    def _pages(self, future: Future[tuple[Page[T], ...]]) -> tuple[Page[T], ...] | None:
        """The answer, or None when the span must be asked for again. Raises what no repetition mends."""
        try:
            pages = future.result()
            if pages[0].count and not pages[0].results:
                raise UnreadableAnswer("every_row", "GET", "rows that are counted and not there", status=200)
        except GatewayError as error:
            self._slow_down(error)
            return None
        for page in pages:
            self._check(page)
        if len(pages) > 1 and not _fit_together(pages):
            return None
        self._failures = self._unreadable = self._unauthorized = 0
        self._answered = time.monotonic()
        self._places = min(float(self._most), self._places + 1 / self._places)
        return pages

    def _slow_down(self, error: GatewayError) -> None:
        """Waits as long as asked, or ever longer, with fewer calls at a time. Raises when it is no use."""
        self._unreadable = self._unreadable + 1 if isinstance(error, UnreadableAnswer) else 0
        self._unauthorized = self._unauthorized + 1 if isinstance(error, Unauthorized) else 0
        is_final = isinstance(error, Refused) and not isinstance(error, Throttled | NotFound | Unauthorized)
        is_final |= self._unauthorized > MOST_UNAUTHORIZED
        is_final |= isinstance(error, UnreadableRow) and self._unreadable > 1
        if is_final or self._unreadable > MOST_UNREADABLE or time.monotonic() - self._answered > PATIENCE:
            raise error
        self._failures += 1
        backoff = min(LONGEST_BACKOFF, 0.25 * 2.0 ** min(self._failures, 8)) * random.uniform(0.5, 1)  # noqa: S311 - spreads load
        asked = getattr(error, "retry_after", None) or 0.0
        self._not_before = time.monotonic() + max(min(asked, LONGEST_PAUSE), backoff)
        self._places = max(1.0, self._places / 2)

    def _check(self, page: Page[T]) -> None:
        """Raises UnreadableAnswer when the provider has not understood the question."""
        if page.unexpected or page.count < len(page.results):
            raise UnreadableAnswer("every_row", "GET", "rows that were not asked for", status=200)

    def _take(self, span: _Span, pages: tuple[Page[T], ...], *, busy: int) -> tuple[tuple[T, ...], list[_Span]]:
        """The rows that are complete, and the spans that are left."""
        if self.counted is None:
            self.counted = pages[0].count
        rows: list[Any] = [row for page in pages for row in page.results]
        moments = [row.created for row in rows]
        if moments != sorted(moments):
            raise UnreadableAnswer("every_row", "GET", "rows out of order", status=200)
        if pages[0].count <= len(rows):
            return tuple(rows), []
        last = moments[-1]
        whole = tuple(row for row in rows if row.created < last)
        if not whole:
            return (), [_Span(last, last + TICK), _Span(last + TICK, span.end)]
        parts = max(1, min(2 * self._most - busy, (pages[0].count - len(whole)) // LARGEST_PAGE))
        return whole, _cut(_Span(last, span.end), parts)


def _cut(span: _Span, parts: int) -> list[_Span]:
    """The span in parts of the same length, without gap or overlap."""
    start = span.start
    assert start is not None  # noqa: S101 - rows were seen
    step = (span.end - start) // parts
    if step <= TICK:
        return [span]
    starts = [start + step * number for number in range(parts)]
    return [_Span(begin, end) for begin, end in zip(starts, [*starts[1:], span.end], strict=True)]


def _fit_together(pages: tuple[Page[Any], ...]) -> bool:
    """Whether pages of one moment were read without a change in between."""
    counts = {page.count for page in pages}
    rows = [row for page in pages for row in page.results]
    return counts == {len(rows)} and len(set(map(_identity, rows))) == len(rows)


def _identity(row: Any) -> str:
    return str(getattr(row, "order_id", None) or row.id)
