"""Two readings at the same time, and answers that lie: no row is counted twice, none is called gone without proof."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.months import shifted
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.ledger import LedgerChange, LedgerSum
from webapp.settlement.ledger.collect import Tell
from webapp.settlement.ledger.periods import COMING

from .conftest import Shop
from .test_changed_past import BEFORE, CURRENT, LAST, changes, on, period

THIRD = shifted(CURRENT, -3)


def at_the_second_period(happens: Callable[[], object]) -> Tell:
    """When a reading begins with the second period of its group, whose first was compared with the ledger before."""
    begun: list[int] = []

    def tell(rows: int, counted: int | None) -> None:
        if counted is None:
            begun.append(rows)
            if len(begun) == 2:
                happens()

    return tell


def counted() -> dict[str, int]:
    found = {one.period: one.count for one in db.session.scalars(select(LedgerSum))}
    release()
    return found


def test_a_row_that_somebody_else_has_read_elsewhere_meanwhile_stands_there_only(shop: Shop) -> None:
    drawing, row = shop.row(on(BEFORE, 3))["id"], shop.row(on(LAST, 3))["id"]
    shop.read(BEFORE)
    shop.provider.change_transaction(drawing, paid=on(LAST, 4))

    def it_moves_and_another_reads() -> None:
        shop.provider.change_transaction(row, paid=on(THIRD, 3))
        shop.read(THIRD)

    assert shop.read(LAST, tell=at_the_second_period(it_moves_and_another_reads)) == {}
    assert counted() == {BEFORE: 1, THIRD: 1}, "what the first reading collected is outdated"
    assert shop.read(LAST) == {}
    assert counted() == {LAST: 1, THIRD: 1}
    assert {name: one.period for name, one in shop.rows().items()} == {drawing: LAST, row: THIRD}
    assert changes() == [(drawing, "moved")]


@pytest.mark.parametrize("first", [COMING, LAST])
def test_a_row_that_moves_between_the_readings_of_one_group_stands_where_it_is_now(shop: Shop, first: str) -> None:
    there = None if first == COMING else on(LAST, 3)
    drawing, row = shop.row(on(BEFORE, 3))["id"], shop.row(there)["id"]
    shop.read(BEFORE)
    shop.provider.change_transaction(drawing, paid=there)

    def it_moves() -> None:
        shop.provider.change_transaction(row, paid=on(BEFORE, 9))

    assert shop.read(first, tell=at_the_second_period(it_moves)) == {}
    assert {name: one.period for name, one in shop.rows().items()} == {drawing: first, row: BEFORE}
    assert counted() == {first: 1, BEFORE: 1}


@pytest.mark.parametrize("body", ['{"count": 1, "results": []}', '{"count": 7777, "results": []}'])
def test_an_answer_that_does_not_hold_what_it_counts_proves_no_row_gone(shop: Shop, body: str) -> None:
    row, other = shop.row(on(LAST, 3))["id"], shop.row(on(LAST, 4))["id"]
    shop.read(LAST)
    shop.provider.change_transaction(row, paid=on(BEFORE, 3))
    shop.provider.fault("malformed", method="GET", path="/transactions*", skip=2, body=body)
    assert shop.read(LAST) == {}
    assert {name: one.period for name, one in shop.rows().items()} == {row: BEFORE, other: LAST}
    [change] = db.session.scalars(select(LedgerChange)).all()
    release()
    assert (change.kind, period(shop, BEFORE).generation) == ("moved", 1)
