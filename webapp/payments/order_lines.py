"""What an order's total is made of, and each line's part of it. Pure arithmetic, all amounts in minor units.

Shops send the sums of discounts and tax for the whole order. A line's share of them is by largest remainder, so that
all lines are together exactly the total, and so are the units of a line. Discounts and tax belong to the items;
shipping has a part of them only where the items are too little to bear it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from webapp.providers.postpay.models import Order

MOST_LINES = 200
"""Items of an order that a form can list."""

SHIPPING = "shipping"
"""The key of the line that is no item."""


class Indivisible(StrEnum):
    """Why an order cannot be told line by line."""

    UNREADABLE = "unreadable"
    NOTHING_NAMED = "nothing_named"
    DIFFERENT = "different"
    ODD = "odd"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Share:
    """What some units come to: `amount` is `price` less `discount`, plus `tax` where prices do not hold it already."""

    price: int
    discount: int
    tax: int
    amount: int


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An item or the shipping. `key` is the item's place in the order, from 1; `tax` and `amount` are of all units.

    `price` is of one unit, before discount. Where prices hold the tax already (`tax_inside`), it is only told.
    """

    key: str
    name: str
    reference: str
    units: int
    price: int
    tax: int
    amount: int
    tax_inside: bool = False

    def share(self, units: int, after: int = 0) -> Share:
        """What the next `units` come to when `after` of them are gone; all steps together are exactly the line."""
        price = self.price * units
        tax = _first(self.tax, self.units, after + units) - _first(self.tax, self.units, after)
        amount = _first(self.amount, self.units, after + units) - _first(self.amount, self.units, after)
        return Share(price, price + (0 if self.tax_inside else tax) - amount, tax, amount)


def _first(amount: int, units: int, count: int) -> int:
    """What the first `count` of `units` equal parts come to: the first ones have the largest remainders."""
    each, rest = divmod(amount, units)
    return each * count + min(rest, count)


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Divides by weights: each share is rounded down, and what is missing goes to the largest remainders.

    Of equal remainders the first one is served first. Weights are not negative, and not all zero.
    """
    whole = sum(weights)
    shares = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(amount * weights[place] % whole))
    for place in by_remainder[: amount - sum(shares)]:
        shares[place] += 1
    return shares


def includes_tax(order: Order) -> bool:
    """Whether the prices hold the tax already, as some shops send them against the document."""
    return order.are_parts_known and order.tax_amount != 0 and before_tax(order) == order.total_amount


def before_tax(order: Order) -> int:
    """Items and shipping, less the discounts."""
    return sum(_prices(order)) + _shipping(order) - _discount(order)


def difference(order: Order) -> int | None:
    """The total less its parts: shops round, and the provider does not insist. None where a part is not known."""
    if not order.are_parts_known:
        return None
    return order.total_amount - before_tax(order) - (0 if includes_tax(order) else _tax(order))


def lines_of(order: Order) -> tuple[OrderLine, ...] | Indivisible:
    """The order's lines, together exactly its total; or why they cannot be told."""
    if why := _indivisible(order):
        return why
    lines, inside = _discounted(order), includes_tax(order)
    weights = _bearing_tax(lines)
    if not any(weights):
        return Indivisible.ODD
    return tuple(
        replace(line, tax=tax, amount=line.amount + (0 if inside else tax), tax_inside=inside)
        for line, tax in zip(lines, split(_tax(order), weights), strict=True)
    )


def _indivisible(order: Order) -> Indivisible | None:
    shipping, discount = _shipping(order), _discount(order)
    if not order.are_parts_known:
        return Indivisible.UNREADABLE
    if not (order.items or shipping or discount):
        return Indivisible.NOTHING_NAMED
    if difference(order):
        return Indivisible.DIFFERENT
    if len(order.items) > MOST_LINES:
        return Indivisible.TOO_MANY
    parts = [shipping, discount, _tax(order), before_tax(order)]
    for item in order.items:
        parts += [item.unit_price or 0, item.qty or 0]
    return Indivisible.ODD if min(parts) < 0 else None


def _discounted(order: Order) -> list[OrderLine]:
    """The lines less their shares of the discounts, without tax. What is above the items is taken off the shipping."""
    prices, discount = _prices(order), _discount(order)
    off = split(min(discount, sum(prices)), prices) if any(prices) else [0] * len(prices)
    lines = [
        OrderLine(str(place), item.name or "", item.reference or "", item.qty, item.unit_price or 0, 0, price - less)
        for place, (item, price, less) in enumerate(zip(order.items, prices, off, strict=True), 1)
        if item.qty
    ]
    if order.shipping and order.shipping.amount:
        amount = order.shipping.amount
        left = amount - (discount - sum(off))
        lines.append(OrderLine(SHIPPING, order.shipping.name or "", order.shipping.id or "", 1, amount, 0, left))
    return lines


def _bearing_tax(lines: Sequence[OrderLine]) -> list[int]:
    """By what the tax is divided: by what the items cost, else by the shipping, else by what they were to cost."""
    of_items = [0 if line.key == SHIPPING else line.amount for line in lines]
    if any(of_items):
        return of_items
    after_discount = [line.amount for line in lines]
    return after_discount if any(after_discount) else [line.price * line.units for line in lines]


def _prices(order: Order) -> list[int]:
    return [(item.unit_price or 0) * (item.qty or 0) for item in order.items]


def _shipping(order: Order) -> int:
    return (order.shipping.amount if order.shipping else None) or 0


def _discount(order: Order) -> int:
    return sum(discount.amount or 0 for discount in order.discounts)


def _tax(order: Order) -> int:
    return order.tax_amount or 0
