"""An order told line by line: whatever it is made of, all lines, and all units of a line, come to exactly the whole."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from webapp.payments.order_lines import MOST_LINES, SHIPPING, Indivisible, lines_of, split
from webapp.providers.postpay.models import Order

from .orders import divisible, order, orders


def item(price: int, qty: int = 1) -> dict[str, Any]:
    return {"unit_price": price, "qty": qty}


@given(orders())
def test_all_lines_together_are_the_total(order: Order) -> None:
    assume(order.total_amount)
    lines = divisible(order)
    assert sum(line.amount for line in lines) == order.total_amount
    assert sum(line.tax for line in lines) == order.tax_amount
    assert all(line.amount >= 0 and line.tax >= 0 for line in lines)


@given(orders(), st.data())
def test_the_units_of_a_line_in_any_steps_come_to_the_line(order: Order, data: st.DataObject) -> None:
    assume(order.total_amount)
    for line in divisible(order):
        gone, amount, tax = 0, 0, 0
        while gone < line.units:
            units = data.draw(st.integers(1, line.units - gone))
            share = line.share(units, after=gone)
            assert share.price == line.price * units
            assert 0 <= share.discount <= share.price
            assert share.amount or not line.share(line.units - gone, after=gone).amount, "the dearer units go first"
            assert share.amount == share.price - share.discount + (0 if line.tax_inside else share.tax)
            gone, amount, tax = gone + units, amount + share.amount, tax + share.tax
        assert (amount, tax) == (line.amount, line.tax)


@given(orders())
def test_no_unit_of_a_line_is_dearer_than_another_by_more_than_the_smallest_coin(order: Order) -> None:
    assume(order.total_amount)
    for line in divisible(order):
        each = [line.share(1, after=gone).amount for gone in range(line.units)]
        assert max(each) - min(each) <= 1
        assert each == sorted(each, reverse=True)


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_a_share_is_rounded_by_less_than_one(amount: int, weights: list[int]) -> None:
    assume(any(weights))
    shares, whole = split(amount, weights), sum(weights)
    assert sum(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * whole - amount * weight) < whole
    remainders = [amount * weight % whole for weight in weights]
    raised = [
        remainder
        for share, weight, remainder in zip(shares, weights, remainders, strict=True)
        if share * whole > amount * weight
    ]
    kept = [
        remainder
        for share, weight, remainder in zip(shares, weights, remainders, strict=True)
        if share * whole <= amount * weight
    ]
    assert not raised or not kept or min(raised) >= max(kept) or max(kept) == 0


@given(orders(), st.integers(-500, 500))
def test_an_order_whose_parts_do_not_add_up_has_no_lines(order: Order, off: int) -> None:
    total = order.total_amount + off
    changed = order.model_copy(update={"total_amount": total})
    net = sum(one.unit_price * one.qty for one in order.items) - sum(one.amount for one in order.discounts)
    net += (order.shipping.amount if order.shipping else None) or 0
    assume(total not in (net, net + order.tax_amount))
    assume(order.items or sum(one.amount for one in order.discounts) or net)
    assert lines_of(changed) is Indivisible.DIFFERENT


def test_what_the_customer_paid_for_an_item_is_not_its_price() -> None:
    """Less its discount, with its tax: the price alone would give back more than was paid."""
    given = order(total=19195, tax=914, items=[item(19153)], discounts=[{"amount": 2872}], shipping={"amount": 2000})
    first, shipping = divisible(given)
    assert (first.amount, first.share(1).discount, first.tax) == (17195, 2872, 914)
    assert (shipping.key, shipping.amount, shipping.tax) == (SHIPPING, 2000, 0)


def test_what_is_discounted_above_the_items_is_taken_off_the_shipping() -> None:
    given = order(total=510, tax=10, items=[item(1000)], discounts=[{"amount": 1500}], shipping={"amount": 1000})
    first, shipping = divisible(given)
    assert (first.amount, shipping.amount, shipping.tax) == (0, 510, 10)


def test_tax_in_the_prices_is_told_and_not_added() -> None:
    given = order(total=2100, tax=100, items=[item(1050), item(1050)])
    assert [(line.amount, line.tax, line.tax_inside) for line in divisible(given)] == [(1050, 50, True)] * 2


def test_three_units_of_ten_are_a_coin_more_first() -> None:
    [line] = divisible(order(total=1000, items=[item(400, 3)], discounts=[{"amount": 200}]))
    assert [line.share(1, after=gone).amount for gone in range(3)] == [334, 333, 333]


@pytest.mark.parametrize(
    ("why", "total", "parts"),
    [
        (Indivisible.UNREADABLE, 500, {"items": [{"unit_price": 500, "qty": 1.5}]}),
        (Indivisible.UNREADABLE, 500, {"items": [item(500)], "tax": "?"}),
        (Indivisible.UNREADABLE, 500, {"items": [item(500)], "discounts": [{"amount": None}]}),
        (Indivisible.NOTHING_NAMED, 500, {}),
        (Indivisible.NOTHING_NAMED, 500, {"shipping": {"name": "Free", "amount": 0}}),
        (Indivisible.DIFFERENT, 500, {"items": [item(499)]}),
        (Indivisible.ODD, 500, {"items": [item(1000), item(-500)]}),
        (Indivisible.ODD, 500, {"items": [item(-250, -2)]}),
        (Indivisible.ODD, 500, {"items": [item(400)], "discounts": [{"amount": -100}]}),
        (Indivisible.ODD, 500, {"items": [item(600)], "shipping": {"amount": -100}}),
        (Indivisible.ODD, 500, {"items": [item(100)], "discounts": [{"amount": 200}], "tax": 600}),
        (Indivisible.ODD, 500, {"items": [item(600)], "tax": -100}),
        (Indivisible.ODD, 500, {"items": [item(0)], "tax": 500}),
        (Indivisible.TOO_MANY, MOST_LINES + 1, {"items": [item(1)] * (MOST_LINES + 1)}),
    ],
)
def test_why_an_order_cannot_be_told_by_lines(why: Indivisible, total: int, parts: dict[str, Any]) -> None:
    assert lines_of(order(total=total, **parts)) is why


def test_a_quantity_of_millions_costs_nothing() -> None:
    [line] = divisible(order(total=10**15 + 7, tax=7, items=[item(1, 10**15)]))
    assert line.share(10**15 - 1).amount + line.share(1, after=10**15 - 1).amount == 10**15 + 7
