"""A page of a log: turned by the numbers of its first and last rows, since rows are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from webapp.lists.filters import AddressFilters
from webapp.presentation.pager import Pager

R = TypeVar("R")


class Ends(Protocol):
    """Whether there is more on either side of a page."""

    @property
    def has_newer(self) -> bool: ...

    @property
    def has_older(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class LogListing(Generic[R]):
    """A page of the log. `total` is in words, for it is counted only so far."""

    rows: list[R]
    pager: Pager
    total: str
    newest_href: str | None
    oldest_href: str | None


def log_listing(
    filters: AddressFilters, base: str, *, rows: list[R], numbers: Sequence[int], ends: Ends, total: str
) -> LogListing[R]:
    """The rows of a page, newest first, with the ways to others; `numbers` are theirs in the log."""
    pager = Pager(
        previous_href=filters.address(base, after=numbers[0]) if ends.has_newer and numbers else None,
        next_href=filters.address(base, before=numbers[-1]) if ends.has_older and numbers else None,
    )
    newest = filters.address(base) if ends.has_newer else None
    oldest = filters.address(base, after=0) if ends.has_older else None
    return LogListing(rows, pager, total, newest, oldest)
