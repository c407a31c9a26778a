"""Page numbers below a list."""

from __future__ import annotations

import pytest

from webapp.presentation.pager import numbered_pager


def numbers(page: int, total: int) -> list[int | None]:
    return [link.number for link in numbered_pager(page, 20, total, lambda number: f"?page={number}").links]


@pytest.mark.parametrize(
    ("page", "total", "shown"),
    [
        (1, 1000, [1, 2, None, 50]),
        (3, 1000, [1, 2, 3, 4, None, 50]),
        (4, 1000, [1, 2, 3, 4, 5, None, 50]),
        (25, 1000, [1, None, 24, 25, 26, None, 50]),
        (50, 1000, [1, None, 49, 50]),
        (2, 41, [1, 2, 3]),
        (1, 20, []),
        (1, 0, []),
    ],
)
def test_it_shows_first_last_and_neighbours(page: int, total: int, shown: list[int | None]) -> None:
    assert numbers(page, total) == shown


def test_it_says_which_rows_are_shown() -> None:
    pager = numbered_pager(3, 20, 45, lambda number: f"?page={number}")
    assert (pager.first, pager.last, pager.total) == (41, 45, 45)
    assert (pager.previous_href, pager.next_href) == ("?page=2", None)


def test_it_says_nothing_is_shown_of_nothing() -> None:
    pager = numbered_pager(1, 20, 0, lambda number: f"?page={number}")
    assert (pager.first, pager.last, pager.total) == (0, 0, 0)
    assert (pager.previous_href, pager.next_href) == (None, None)
