"""The orders list as values: rows ready to show, chips, headings that sort, pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias
from urllib.parse import quote

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from ...days import PRESET_WORDS, days_words
from ...formatting import amount_html, money, status_html, status_label, times_html
from ...gateways.postpay.models import OrderSummary, Page
from ...pager import Pager, numbered_pager
from .forms import PAGE_SIZES, OrderFilters

WEEK_DAYS = (
    lazy_gettext("Sunday"),
    lazy_gettext("Monday"),
    lazy_gettext("Tuesday"),
    lazy_gettext("Wednesday"),
    lazy_gettext("Thursday"),
    lazy_gettext("Friday"),
    lazy_gettext("Saturday"),
)
"""As the provider counts them: 1 is Sunday."""


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


class Chip(NamedTuple):
    """A filter that is on, and the list without it."""

    label: str
    value: str
    href: str


class Heading(NamedTuple):
    """Where a heading leads, and how the list is sorted by it now ("ascending", "descending", None)."""

    href: str
    direction: str | None


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
    pager = numbered_pager(
        filters.page, filters.page_size, page.count, lambda number: filters.address(base, page=_later(number))
    )
    if page.unexpected:
        pager = Pager(previous_href=pager.previous_href, next_href=pager.next_href)
    return Listing(rows(base, page.results), pager, bool(page.unexpected))


def _later(number: int) -> int | None:
    """A page number as an address says it: the first goes without saying."""
    return number if number > 1 else None


def headings(filters: OrderFilters, base: str) -> dict[str, Heading]:
    """The two headings the provider can sort by; the first click shows the newest or the largest."""
    return {field: _heading(filters, base, field) for field in ("created", "total_amount")}


def _heading(filters: OrderFilters, base: str, field: str) -> Heading:
    direction = {field: "ascending", f"-{field}": "descending"}.get(filters.ordering)
    turned = field if direction == "descending" else f"-{field}"
    return Heading(filters.address(base, ordering=turned if turned != "-created" else None), direction)


def page_sizes(filters: OrderFilters, base: str) -> list[tuple[int, str | None]]:
    """The sizes a page can have; the current one without an address."""
    return [(size, None if size == filters.page_size else filters.address(base, page_size=size)) for size in PAGE_SIZES]


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
    if created := _created_words(filters):
        found.append(Chip(gettext("Created"), created, without("created", "created_from", "created_to")))
    if filters.week_day:
        found.append(Chip(gettext("Day of the week (UTC)"), week_day_word(filters.week_day), without("week_day")))
    if filters.hour is not None:
        found.append(Chip(gettext("Hour (UTC)"), hour_words(filters.hour), without("hour")))
    return found


def _created_words(filters: OrderFilters) -> str | None:
    if filters.created:
        return str(PRESET_WORDS[filters.created])
    return days_words(filters.first_day, filters.last_day)


def week_day_word(number: int) -> str:
    return str(WEEK_DAYS[number - 1])


def hour_words(hour: int) -> str:
    return f"{hour:02}:00–{hour:02}:59"
