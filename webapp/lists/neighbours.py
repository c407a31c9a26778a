"""The row before and the row after one in a list of the provider, found when somebody goes there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from webapp.providers.postpay.models import OrderSummary

MOST_PAGES = 5
"""Pages that are asked for a row that fits, before one gives up."""

Fits = Callable[[OrderSummary], bool]


class Neighbour(NamedTuple):
    """An order and the number of its row, from 1."""

    order_id: str
    at: int


def neighbour(
    ask: Callable[[int], tuple[Sequence[OrderSummary], bool]],
    order_id: str,
    at: int,
    *,
    size: int,
    step: int,
    fits: Fits,
) -> Neighbour | None:
    """The nearest row that fits, forwards (`step` 1) or backwards (-1) from the order, which stood in row `at`.

    `ask` gives the rows of a page, none past the end, and whether there is another. An order that has left the list
    has let those after it move up.
    """
    page = (at - 1) // size + 1
    rows, has_next = ask(page)
    found = next((index for index, row in enumerate(rows) if row.order_id == order_id), None)
    here = found if found is not None else (at - 1) % size - (step > 0)
    for _ in range(MOST_PAGES):
        ahead = range(here + 1, len(rows)) if step > 0 else range(min(here, len(rows)) - 1, -1, -1)
        for index in ahead:
            if fits(rows[index]):
                return Neighbour(rows[index].order_id, (page - 1) * size + index + 1)
        if page + step < 1 or (step > 0 and not has_next):
            return None
        page += step
        rows, has_next = ask(page)
        here = -1 if step > 0 else len(rows)
    return None
