"""Approved orders that wait to be captured, oldest first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from markupsafe import Markup

from webapp.lists.filters.controls import row_address
from webapp.models.base import now
from webapp.presentation.formatting import age as age_words
from webapp.presentation.formatting import amount_html, time_html
from webapp.providers.postpay.models import OrderSummary

OLD = timedelta(days=3)


class Waiting(NamedTuple):
    """One order that waits, each part ready for its cell; `is_old` when it has waited for days."""

    href: str
    order_id: str
    total: Markup
    created: Markup
    approved: Markup
    age: str
    is_old: bool


def waiting(base: str, orders: Iterable[OrderSummary]) -> list[Waiting]:
    """The rows; `base` is the address of the orders.

    An order's age counts from its approval, or from its creation where that is not told.
    """
    moment = now()
    found = []
    for order in orders:
        age = moment - (order.status_changed or order.created)
        found.append(
            Waiting(
                row_address(base, order.order_id),
                order.order_id,
                amount_html(order.total),
                time_html(order.created),
                time_html(order.status_changed),
                age_words(age),
                age >= OLD,
            )
        )
    return found
