"""Orders as the provider tells them, made up at random, for tests that only reckon."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

from hypothesis import strategies as st

from webapp.emulators.kit import clock
from webapp.emulators.postpay.seed_orders import make
from webapp.payments.order_lines import OrderLine, lines_of
from webapp.providers.postpay.models import Order


def order(*, total: int, tax: int = 0, currency: str = "AED", order_id: str = "order-01", **parts: Any) -> Order:
    """A captured order; `parts` are items, discounts, shipping."""
    facts = {"order_id": order_id, "status": "captured", "created": "2026-11-01T10:00:00Z", "currency": currency}
    return Order.model_validate({**facts, "total_amount": total, "tax_amount": tax, **parts})


def divisible(order: Order) -> tuple[OrderLine, ...]:
    """The lines of an order that has some."""
    lines = lines_of(order)
    assert isinstance(lines, tuple), lines
    return lines


AMOUNTS = st.integers(0, 10**7) | st.integers(0, 12)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """Whose parts add up: with and without tax, which is in the prices or not, discounts up to all there is."""
    prices = draw(st.lists(st.tuples(AMOUNTS, st.integers(0, 12)), max_size=6))
    shipping = draw(st.none() | AMOUNTS)
    net = sum(price * qty for price, qty in prices) + (shipping or 0)
    discounts = draw(st.lists(st.integers(0, net), max_size=2).filter(lambda some: sum(some) <= net))
    net -= sum(discounts)
    tax = draw(st.integers(0, net // 4 + 3)) if any(price * qty for price, qty in prices) or shipping else 0
    return order(
        total=net if draw(st.booleans()) else net + tax,
        tax=tax,
        currency=draw(st.sampled_from(["JPY", "AED", "KWD"])),
        items=[
            {"unit_price": price, "qty": qty, "reference": f"sku-{number}"}
            for number, (price, qty) in enumerate(prices)
        ],
        discounts=[{"amount": amount} for amount in discounts],
        shipping=None if shipping is None else {"amount": shipping, "name": "Standard"},
    )


def seeded(count: int, seed: int) -> Iterator[Order]:
    """The captured orders of the emulator's shop."""
    for one in make(Random(seed), count, clock.micros(datetime(2026, 11, 30, tzinfo=UTC))):
        if one.status == "captured":
            parts = json.loads(one.details)
            yield order(
                total=one.total_amount, tax=one.tax_amount, currency=one.currency, order_id=one.order_id, **parts
            )
