"""What is left of each line after refunds: one by one down to exactly nothing, and what nobody can know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from webapp.models.intent import Intent, IntentState, LineRefund, lines_as_text
from webapp.payments.order_lines import Indivisible, lines_of
from webapp.payments.refund_lines import NoSuchLines, Refundable, refundable
from webapp.payments.snapshot import OrderSnapshot
from webapp.providers.postpay.models import Order, Refund

from .orders import order, orders, seeded

NOW = datetime(2026, 11, 30, tzinfo=UTC)


class Shop:
    """One order, its refunds, and what the desk knows of them."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.refunds: list[Refund] = []
        self.intents: list[Intent] = []

    def refund(self, amount: int, lines: Sequence[LineRefund] = (), state: str = IntentState.SUCCEEDED) -> None:
        refund_id = f"bo-{len(self.refunds)}"
        self.refunds.append(Refund(refund_id=refund_id, amount=amount, created="2026-11-30T10:00:00Z"))  # type: ignore[arg-type]
        if lines:
            text = lines_as_text(lines)
            self.intents.append(Intent(refund_id=refund_id, amount_minor=amount, state=state, lines=text))

    @property
    def reading(self) -> OrderSnapshot:
        return OrderSnapshot(self.order, tuple(self.refunds), None, NOW)

    @property
    def remaining(self) -> int:
        assert self.reading.remaining is not None
        return self.reading.remaining.minor

    @property
    def refundable(self) -> Refundable:
        return refundable(self.reading, self.intents)

    def refund_lines(self, units: dict[str, int]) -> None:
        lines = self.refundable.breakdown(units)
        assert sum(line.minor for line in lines) == self.refundable.amount(units).minor
        self.refund(sum(line.minor for line in lines), lines)


def refund_line_by_line(order: Order, dice: Random) -> Shop:
    """Some units at a time, the lines in any order, until there are none left."""
    shop = Shop(order)
    while left := [one for one in shop.refundable.lines if one.left]:
        one = dice.choice(left)
        shop.refund_lines({one.line.key: dice.randint(1, one.left)})
    return shop


@given(orders(), st.randoms(use_true_random=False))
def test_line_by_line_leaves_exactly_nothing(order: Order, dice: Random) -> None:
    assume(order.total_amount)
    shop = refund_line_by_line(order, dice)
    assert shop.remaining == 0
    assert shop.refundable.unnamed.is_zero


def test_line_by_line_leaves_nothing_of_every_captured_order_of_a_shop_of_5000() -> None:
    dice, seen, by_amount = Random(1), set(), 0
    for one in seeded(5_000, seed=1):
        if isinstance(lines_of(one), Indivisible):
            by_amount += 1
            continue
        seen.add(one.currency)
        assert refund_line_by_line(one, dice).remaining == 0, one.order_id
    assert seen == {"AED", "SAR", "KWD", "BHD", "JPY"}
    assert 0 < by_amount < 300


TWO_ITEMS = order(
    total=4200,
    tax=200,
    items=[{"unit_price": 1000, "qty": 3, "reference": "a"}, {"unit_price": 500, "qty": 1, "reference": "b"}],
    shipping={"amount": 500, "name": "Standard"},
)


@pytest.mark.parametrize("units", [{"1": 4}, {"2": 2}, {"3": 1}, {"1": 0}, {"1": -1}, {"x": 1}, {"shipping": 2}])
def test_more_than_there_is_cannot_be_chosen(units: dict[str, int]) -> None:
    with pytest.raises(NoSuchLines):
        Shop(TWO_ITEMS).refundable.breakdown(units)


def test_the_same_unit_is_not_refunded_twice() -> None:
    shop = Shop(TWO_ITEMS)
    shop.refund_lines({"1": 2, "shipping": 1})
    assert [(one.line.key, one.refunded, one.left) for one in shop.refundable.lines] == [
        ("1", 2, 1), ("2", 0, 1), ("shipping", 1, 0)
    ]  # fmt: skip
    with pytest.raises(NoSuchLines):
        shop.refund_lines({"1": 2})


@pytest.mark.parametrize(
    ("state", "is_listed", "refunded"),
    [
        (IntentState.SUCCEEDED, True, 1),
        (IntentState.SUCCEEDED, False, 1),
        (IntentState.REFUSED, False, 0),
        (IntentState.REFUSED, True, 1),
        (IntentState.CLOSED, False, 0),
    ],
)
def test_a_line_counts_once_it_is_done_or_listed(state: str, is_listed: bool, refunded: int) -> None:
    shop = Shop(TWO_ITEMS)
    lines = shop.refundable.breakdown({"2": 1})
    shop.refund(lines[0].minor, lines, state)
    if not is_listed:
        shop.refunds.clear()
    assert [one.refunded for one in shop.refundable.lines] == [0, refunded, 0]


def test_a_refund_with_another_amount_than_was_sent_says_nothing_of_lines() -> None:
    shop = Shop(TWO_ITEMS)
    lines = shop.refundable.breakdown({"2": 1})
    shop.refund(lines[0].minor + 1, (), IntentState.CLOSED)
    shop.intents.append(
        Intent(refund_id="bo-0", amount_minor=lines[0].minor, state=IntentState.CLOSED, lines=lines_as_text(lines))
    )
    assert [one.refunded for one in shop.refundable.lines] == [0, 0, 0]
    assert shop.refundable.unnamed.minor == lines[0].minor + 1


def test_a_plain_amount_is_of_unknown_lines() -> None:
    shop = Shop(TWO_ITEMS)
    shop.refund_lines({"2": 1})
    shop.refund(700)
    assert shop.refundable.unnamed.minor == 700
    assert [one.refunded for one in shop.refundable.lines] == [0, 1, 0]
