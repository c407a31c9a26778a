"""What a search found, as values: rows ready to show, chips, choices, pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext
from markupsafe import Markup

from webapp.core.provider_id import visible
from webapp.lists.filters.controls import Chip, Chips, Option, pager, row_address
from webapp.lists.filters.found_orders import FoundOrderFilters
from webapp.lists.filters.orders import STATUSES
from webapp.payments.search_index.entry import Entry, RefundState
from webapp.presentation.formatting import amount_html, status_html, status_label, times_html
from webapp.presentation.masking import mask_name
from webapp.presentation.pager import Pager
from webapp.providers.postpay.models import OrderSummary, Page

from .words import OF_A_ROW, REFUNDED, items_words


class FoundRow(NamedTuple):
    """One order, each part ready for its cell. Customer and items are the index's, the rest is Postpay's."""

    href: str
    order_id: str
    customer: str
    items: str
    status: Markup
    refunded: str
    is_not_read: bool
    total: Markup
    created: Markup


@dataclass(frozen=True, slots=True)
class FoundListing:
    """A page of the list."""

    rows: list[FoundRow]
    pager: Pager
    is_unexpected: bool


def listing(
    page: Page[OrderSummary],
    entries: Mapping[str, Entry],
    count: int,
    filters: FoundOrderFilters,
    bases: tuple[str, str],
    *,
    may_open: bool,
) -> FoundListing:
    """`bases`: the addresses of the results and of the orders. `count` is of all pages."""
    base, orders_base = bases
    time = times_html()
    rows = []
    for order in page.results:
        entry = entries.get(order.order_id)
        if entry is None:
            continue
        rows.append(
            FoundRow(
                row_address(orders_base, order.order_id),
                visible(order.order_id),
                entry.customer if may_open else mask_name(entry.customer),
                items_words(entry.items),
                status_html(order.status),
                str(OF_A_ROW[entry.refunded]),
                entry.refunded is RefundState.UNKNOWN,
                amount_html(order.total),
                time(order.created),
            )
        )
    pages = pager(filters, base, count, is_counted=not page.unexpected)
    return FoundListing(rows, pages, bool(page.unexpected))


def chips(filters: FoundOrderFilters, base: str) -> list[Chip]:
    """What is on, in the order of the form."""
    on = Chips(filters, base)
    refunded = str(REFUNDED[filters.refunded]) if filters.refunded else None
    return [
        *on.each(gettext("Status"), "status", filters.statuses, status_label),
        *on.one(gettext("Refunded"), refunded, "refunded"),
    ]


def choices(filters: FoundOrderFilters) -> dict[str, list[Option]]:
    refunded = [(state.value, str(words), state is filters.refunded) for state, words in REFUNDED.items()]
    return {
        "status": [(status, status_label(status), status in filters.statuses) for status in STATUSES],
        "refunded": [("", gettext("Any"), False), *refunded],
    }
