"""An order beside the list: what the list does not say, and what can be done next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.payments.snapshot import CAPTURED, OrderSnapshot
from webapp.presentation.masking import customer_initials
from webapp.providers.postpay.models import Item

from .figures import MoneyLine, OrderFigures
from .intent_stories import TimelineEvent
from .people import ships_to
from .timeline import Timeline

MOST_ITEMS = 3


@dataclass(frozen=True, slots=True)
class Peek:
    """`money` is what became of a captured order's total; `more_items` counts the items that are not shown."""

    money: list[MoneyLine]
    items: Sequence[Item]
    more_items: int
    latest: TimelineEvent | None
    customer: str | None
    country: str | None


def peek(reading: OrderSnapshot, figures: OrderFigures, history: Timeline) -> Peek:
    order = reading.order
    shown = order.items if len(order.items) <= MOST_ITEMS + 1 else order.items[:MOST_ITEMS]
    return Peek(
        money=_money(reading, figures),
        items=shown,
        more_items=len(order.items) - len(shown),
        latest=history.days[0][1][0] if history.days else None,
        customer=customer_initials(order) or None,
        country=ships_to(order) or None,
    )


def _money(reading: OrderSnapshot, figures: OrderFigures) -> list[MoneyLine]:
    """Below the total, which stands large above it: nothing of an order that is not captured."""
    if reading.order.status != CAPTURED:
        return []
    refunded, *others = figures.state[2:]
    return [refunded, *(line for line in others if line.is_sum or line.amount is None or not line.amount.is_zero)]
