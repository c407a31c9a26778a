"""The orders list as values: rows ready to show, chips, headings that sort, pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias

from flask_babel import gettext
from markupsafe import Markup

from webapp.core.provider_id import visible
from webapp.lists.filters.controls import Chip, Chips, Option, common_choices, pager, row_address
from webapp.lists.filters.orders import STATUSES, OrderFilters
from webapp.presentation.formatting import amount_html, status_html, status_label, times_html
from webapp.presentation.pager import Pager
from webapp.presentation.unreadable_words import readable
from webapp.providers.postpay.models import OrderSummary, Page
from webapp.web.list_notes import missing_ids, mixed_currencies
from webapp.web.list_place import ORDERS, row_suffixes

OrderPage: TypeAlias = Page[OrderSummary]


class OrderRow(NamedTuple):
    """One order of the list, each part ready for its cell; `place` and `number` say where in it the row stands."""

    href: str
    place: str
    number: str
    order_id: str
    status: Markup
    total: Markup
    tax: object
    created: Markup
    changed: object


@dataclass(frozen=True, slots=True)
class OrderListing:
    """A page of the list."""

    rows: list[OrderRow]
    pager: Pager
    is_unexpected: bool


def rows(base: str, orders: Sequence[OrderSummary], filters: OrderFilters) -> list[OrderRow]:
    time = times_html()
    status = cache(status_html)
    places = row_suffixes(ORDERS, filters, len(orders))
    return [
        OrderRow(
            row_address(base, order.order_id),
            place,
            place.rpartition("=")[2],
            visible(order.order_id),
            status(order.status),
            amount_html(order.total),
            readable(amount_html(order.tax), order, "tax_amount"),
            time(order.created),
            readable(time(order.status_changed), order, "status_changed"),
        )
        for order, place in zip(orders, places, strict=True)
    ]


def listing(page: OrderPage, filters: OrderFilters, base: str) -> OrderListing:
    """A page as read. When rows do not fit what was asked, the provider's total means nothing and is not shown."""
    pages = pager(filters, base, page.count, is_counted=not page.unexpected)
    return OrderListing(rows(base, page.results, filters), pages, bool(page.unexpected))


def notes(page: OrderPage, filters: OrderFilters) -> list[str]:
    """What has to be said above the rows."""
    by_amount = filters.ordering.endswith("total_amount")
    return [
        *missing_ids(filters.order_ids, page, [order.order_id for order in page.results]),
        *mixed_currencies(by_amount, [order.currency for order in page.results]),
    ]


def chips(filters: OrderFilters, base: str) -> list[Chip]:
    """What is on, in the order of the form; each id and each status is one of its own."""
    on = Chips(filters, base)
    return [
        *on.one(gettext("Order ID"), visible(filters.search), "q"),
        *on.ids(gettext("Order ID"), "order_id", filters.order_ids),
        *on.each(gettext("Status"), "status", filters.statuses, status_label),
        *on.one(gettext("Currency"), filters.currency, "currency", "total_from", "total_to"),
        *on.amount(gettext("Total from"), "total_from", filters.total_from),
        *on.amount(gettext("Total to"), "total_to", filters.total_to),
        *on.days(gettext("Created"), "created", filters.created.words),
        *on.parts(filters.week_day, filters.hour),
    ]


def choices(filters: OrderFilters) -> dict[str, list[Option]]:
    statuses = [(status, status_label(status), status in filters.statuses) for status in STATUSES]
    return {**common_choices(filters), "status": statuses}
