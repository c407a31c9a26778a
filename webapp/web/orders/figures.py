"""What an order's money comes to: the figures of its page, and whether its parts add up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from webapp.models.intent import Intent, IntentKind
from webapp.money import Money, total
from webapp.payments import order_lines
from webapp.payments.snapshot import OrderSnapshot
from webapp.presentation.intent_words import not_listed_words
from webapp.providers.postpay.answered import unreadable_fields
from webapp.providers.postpay.models import Item, Order


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """A line of the money table; an amount of None is not known. `note`: what the provider does not show yet; `unread`:
    the field that could not be read.
    """

    label: str
    amount: Money | None
    is_sum: bool = False
    note: str | None = None
    unread: str = ""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item with its price and sum as money; None where one is not known."""

    item: Item
    price: Money | None
    sum: Money | None


@dataclass(frozen=True, slots=True)
class OrderFigures:
    """`remaining` is what a refund could still take: what is in progress, and what is not listed yet, is gone."""

    state: list[MoneyLine]
    parts: list[MoneyLine]
    difference: Money | None
    refunded: Money | None
    remaining: Money | None
    badge: str | None


def figures(reading: OrderSnapshot, open_intents: Sequence[Intent]) -> OrderFigures:
    order = reading.order
    is_known = order.known_status is not None
    in_progress = being_refunded(reading, open_intents)
    remaining = reading.remaining - in_progress if reading.remaining is not None and is_known else None
    state = [
        MoneyLine(gettext("Total"), order.total, is_sum=True),
        MoneyLine(gettext("Captured"), reading.captured if is_known else None, note=_not_shown(reading)),
        MoneyLine(gettext("Refunded"), reading.refunded, note=not_listed_words(reading)),
        MoneyLine(gettext("On its way"), in_progress),
        MoneyLine(gettext("Refundable"), remaining, is_sum=True),
    ]
    return OrderFigures(state, _parts(order), difference(order), reading.refunded, remaining, _badge(reading))


def _not_shown(reading: OrderSnapshot) -> str | None:
    return gettext("Postpay does not show it yet") if reading.is_behind else None


def being_refunded(reading: OrderSnapshot, open_intents: Sequence[Intent]) -> Money:
    """What open intents may still take; one that already shows among the refunds counts there."""
    seen = {refund.refund_id for refund in reading.refunds or ()}
    amounts = [
        intent.amount for intent in open_intents if intent.kind == IntentKind.REFUND and intent.refund_id not in seen
    ]
    return total(amounts, reading.order.currency)


def _badge(reading: OrderSnapshot) -> str | None:
    """The provider has no status for it: a refunded order stays captured."""
    if reading.captured.is_zero or not reading.refunded or reading.refunded.is_zero:
        return None
    return gettext("Refunded") if reading.refunded >= reading.order.total else gettext("Partly refunded")


def _parts(order: Order) -> list[MoneyLine]:
    """What the shop says the total is made of. Where the prices include the tax, it is told, and not added."""
    words = gettext("of which tax") if order_lines.includes_tax(order) else gettext("Tax")
    return [*_before_tax(order), MoneyLine(words, order.tax, unread=_first(order.unreadable & {"tax_amount"}))]


def _before_tax(order: Order) -> list[MoneyLine]:
    return [_items_line(order), *_shipping_lines(order), *_discount_lines(order)]


def _items_line(order: Order) -> MoneyLine:
    """The sum of all items; where one of them is not known, neither is their sum."""
    sums = [item.sum(order.currency) for item in order.items]
    known = [one for one in sums if one is not None]
    odd = [name for name in unreadable_fields(order) if name.startswith("items")]
    amount = total(known, order.currency) if len(known) == len(sums) and not odd else None
    return MoneyLine(gettext("Items"), amount, unread=_first(odd) if amount is None else "")


def _shipping_lines(order: Order) -> list[MoneyLine]:
    label = gettext("Shipping")
    if "shipping" in order.unreadable:
        return [MoneyLine(label, None, unread="shipping")]
    if order.shipping is None:
        return []
    odd = "shipping.amount" if "amount" in order.shipping.unreadable else ""
    return [MoneyLine(label, order.shipping.money(order.currency), unread=odd)]


def _discount_lines(order: Order) -> list[MoneyLine]:
    if "discounts" in order.unreadable:
        return [MoneyLine(gettext("Discounts"), None, unread="discounts")]
    lines = []
    for place, discount in enumerate(order.discounts):
        words = gettext("Discount: %(name)s", name=discount.name or discount.code or gettext("without a name"))
        amount = discount.money(order.currency)
        odd = f"discounts.{place}.amount" if "amount" in discount.unreadable else ""
        lines.append(MoneyLine(words, None if amount is None else -amount, unread=odd))
    return lines


def _first(names: Iterable[str]) -> str:
    return next(iter(names), "")


def item_lines(order: Order) -> list[ItemLine]:
    return [ItemLine(item, item.money(order.currency), item.sum(order.currency)) for item in order.items]


def difference(order: Order) -> Money | None:
    """Total less its parts, when they do not add up; None also where a part is not known."""
    missing = order_lines.difference(order)
    return Money(missing, order.currency) if missing else None
