"""The orders list as values: rows ready to show, chips, headings that sort, pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias

from flask_babel import gettext
from markupsafe import Markup

from webapp.lists.filters.controls import Chip, Chips, Option, pager, row_address
from webapp.lists.filters.orders import STATUSES, OrderFilters
from webapp.presentation.formatting import amount_html, status_html, status_label, times_html
from webapp.presentation.pager import Pager
from webapp.providers.postpay.models import OrderSummary, Page

OrderPage: TypeAlias = Page[OrderSummary]


class OrderRow(NamedTuple):
    """One order of the list, each part ready for its cell."""

    href: str
    order_id: str
    status: Markup
    total: Markup
    tax: Markup
    created: Markup
    changed: Markup


@dataclass(frozen=True, slots=True)
class OrderListing:
    """A page of the list."""

    rows: list[OrderRow]
    pager: Pager
    is_unexpected: bool


def rows(base: str, orders: Iterable[OrderSummary]) -> list[OrderRow]:
    time = times_html()
    status = cache(status_html)
    return [
        OrderRow(
            row_address(base, order.order_id),
            order.order_id,
            status(order.status),
            amount_html(order.total),
            amount_html(order.tax),
            time(order.created),
            time(order.status_changed),
        )
        for order in orders
    ]


def listing(page: OrderPage, filters: OrderFilters, base: str) -> OrderListing:
    """A page as read. When rows do not fit what was asked, the provider's total means nothing and is not shown."""
    pages = pager(filters, base, page.count, is_counted=not page.unexpected)
    return OrderListing(rows(base, page.results), pages, bool(page.unexpected))


def chips(filters: OrderFilters, base: str) -> list[Chip]:
    """What is on, in the order of the form; each id and each status is one of its own."""
    on = Chips(filters, base)
    return [
        *on.one(gettext("Order ID"), filters.search, "q"),
        *on.ids(gettext("Order ID"), "order_id", filters.order_ids),
        *on.each(gettext("Status"), "status", filters.statuses, status_label),
        *on.one(gettext("Currency"), filters.currency, "currency", "total_from", "total_to"),
        *on.amount(gettext("Total from"), "total_from", filters.total_from),
        *on.amount(gettext("Total to"), "total_to", filters.total_to),
        *on.days(gettext("Created"), "created", filters.created.words),
        *on.parts(filters.week_day, filters.hour),
    ]


def choices(filters: OrderFilters) -> dict[str, list[Option]]:
    """Those of the form that no other list has."""
    return {"status": [(status, status_label(status), status in filters.statuses) for status in STATUSES]}
