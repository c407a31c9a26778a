"""The orders list as values: rows ready to show, chips, headings that sort, pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias
from urllib.parse import quote

from flask_babel import gettext
from markupsafe import Markup

from webapp.lists.filters.controls import Chip, pager, part_chips
from webapp.lists.filters.orders import OrderFilters
from webapp.presentation.formatting import amount_html, money, status_html, status_label, times_html
from webapp.presentation.pager import Pager
from webapp.providers.postpay.models import OrderSummary, Page

OrderPage: TypeAlias = Page[OrderSummary]


class Row(NamedTuple):
    """One order of the list, each part ready for its cell."""

    href: str
    order_id: str
    status: Markup
    total: Markup
    tax: Markup
    created: Markup
    changed: Markup


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list."""

    rows: list[Row]
    pager: Pager
    is_unexpected: bool


def order_address(base: str, order_id: str) -> str:
    """As `url_for("orders.show_order", …)` builds it, from the list's address and without its price per row."""
    return f"{base}/{quote(order_id, safe='')}"


def rows(base: str, orders: Iterable[OrderSummary]) -> list[Row]:
    time = times_html()
    status = cache(status_html)
    return [
        Row(
            order_address(base, order.order_id),
            order.order_id,
            status(order.status),
            amount_html(order.total),
            amount_html(order.tax),
            time(order.created),
            time(order.status_changed),
        )
        for order in orders
    ]


def listing(page: OrderPage, filters: OrderFilters, base: str) -> Listing:
    """A page as read. When rows do not fit what was asked, the provider's total means nothing and is not shown."""
    pages = pager(filters, base, page.count, is_counted=not page.unexpected)
    return Listing(rows(base, page.results), pages, bool(page.unexpected))


def chips(filters: OrderFilters, base: str) -> list[Chip]:
    """What is on, in the order of the form; each id and each status is one of its own."""

    def without(*names: str) -> str:
        return filters.address(base, **dict.fromkeys(names))

    found = []
    if filters.search:
        found.append(Chip(gettext("Order ID"), filters.search, base))
    for order_id in filters.order_ids:
        others = ", ".join(each for each in filters.order_ids if each != order_id)
        found.append(Chip(gettext("Order ID"), order_id, filters.address(base, order_id=others or None)))
    for status in filters.statuses:
        href = filters.address_where(base, lambda pair, off=status: pair != ("status", off))  # type: ignore[misc]
        found.append(Chip(gettext("Status"), status_label(status), href))
    if filters.currency:
        found.append(Chip(gettext("Currency"), filters.currency, without("currency", "total_from", "total_to")))
    if filters.total_from:
        found.append(Chip(gettext("Total from"), money(filters.total_from), without("total_from")))
    if filters.total_to:
        found.append(Chip(gettext("Total to"), money(filters.total_to), without("total_to")))
    if created := filters.created.words:
        found.append(Chip(gettext("Created"), created, without("created", "created_from", "created_to")))
    return found + part_chips(filters, without)
