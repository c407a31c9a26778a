"""Page links below a list, as values for `components/table.html`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class PageLink:
    """One number; `number` None is the gap between distant ones."""

    number: int | None
    href: str | None = None
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Pager:
    """Where in a list the page stands. `total` None: not counted; `capped`: there are at least that many."""

    first: int = 0
    last: int = 0
    total: int | None = None
    previous_href: str | None = None
    next_href: str | None = None
    links: list[PageLink] = field(default_factory=list)
    capped: bool = False

    def as_capped(self) -> Pager:
        """The same, where there are at least as many."""
        return replace(self, capped=True)


def numbered_pager(page: int, size: int, total: int, href: Callable[[int], str]) -> Pager:
    """The pager of page `page` (from 1) of a list of `total` rows; `href` gives the address of a page's number."""
    last_page = max(1, -(-total // size))
    links = [PageLink(number, href(number) if number else None, number == page) for number in _numbers(page, last_page)]
    return Pager(
        first=min((page - 1) * size + 1, total),
        last=min(page * size, total),
        total=total,
        previous_href=href(page - 1) if 1 < page <= last_page else None,
        next_href=href(page + 1) if page < last_page else None,
        links=links if last_page > 1 else [],
    )


def _numbers(page: int, last_page: int) -> list[int | None]:
    """First, last and the neighbours of the page, with None where numbers are left out."""
    near = sorted({1, last_page, *range(max(1, page - 1), min(last_page, page + 1) + 1)})
    numbers: list[int | None] = []
    for number in near:
        previous = numbers[-1] if numbers else 0
        if previous is not None and number - previous == 2:
            numbers.append(number - 1)
        elif previous is not None and number - previous > 2:
            numbers.append(None)
        numbers.append(number)
    return numbers
