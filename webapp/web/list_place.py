"""Where in a list of orders somebody stands while they are at one of them: so its pages lead back there, and on.

The address keeps it as the list's own filters and the number of the row, "?in=orders&status=denied&at=21", never as an
address to go to: nothing in it can lead elsewhere. It costs no call; who goes on to a neighbour asks for it then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Flask, g, request, url_for
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from werkzeug.datastructures import MultiDict
from werkzeug.local import LocalProxy

from webapp.core.accounts import Account
from webapp.lists.filters.orders import OrderFilters
from webapp.lists.neighbours import Fits, Neighbour, neighbour
from webapp.payments.snapshot import APPROVED
from webapp.providers.http.errors import NotFound
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.models import OrderSummary

ORDERS, AWAITING = "orders", "awaiting"
LAST = 10**6
STRAIGHT = "&from=list"


class _List(NamedTuple):
    endpoint: str
    words: LazyString
    fixed: dict[str, str] | None
    """What it always asks, where nobody filters it."""


_LISTS = {
    ORDERS: _List("orders.list_orders", lazy_gettext("Orders"), None),
    AWAITING: _List(
        "orders.list_awaiting_capture",
        lazy_gettext("Awaiting capture"),
        {"status": APPROVED, "ordering": "created"},
    ),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a list; `at` is its number, from 1. Without a name: nowhere, the page was opened by itself.

    `is_straight`: a form was opened from the row itself, not from the order's page, so giving it up leads to the list.
    """

    name: str = ""
    filters: OrderFilters | None = None
    at: int = 0
    is_straight: bool = False

    def __bool__(self) -> bool:
        return bool(self.name)

    @property
    def query(self) -> str:
        """As an address says it, after a question mark or an ampersand; empty nowhere."""
        return f"{_prefix(self.name, self.filters)}&at={self.at}" if self.filters else ""

    @property
    def suffix(self) -> str:
        """For the end of an address without a query."""
        return f"?{self.query}" if self else ""

    @property
    def more(self) -> str:
        """For the end of an address with one."""
        return f"&{self.query}" if self else ""

    @property
    def straight_suffix(self) -> str:
        """`suffix` for a link from the list to a form."""
        return f"{self.suffix}{STRAIGHT}" if self else ""

    @property
    def of_form(self) -> str:
        """`suffix` for the address that a form is sent to, so that it is opened again as it was."""
        return self.straight_suffix if self.is_straight else self.suffix

    @property
    def more_of_form(self) -> str:
        """The same for the end of an address with a query."""
        return self.of_form.replace("?", "&", 1)

    def way_back(self, order_href: str) -> str:
        """Where giving up a form leads; `order_href` is the order's page."""
        return self.back_href if self.is_straight else order_href + self.suffix

    @property
    def is_queue(self) -> bool:
        """Whether one goes from one capture to the next."""
        return self.name == AWAITING

    @property
    def words(self) -> str:
        return str(_LISTS[self.name].words)

    @property
    def back_href(self) -> str:
        """The page of the list, at the row."""
        kind, filters = _LISTS[self.name], self.filters
        base, page = url_for(kind.endpoint, account=g.account), self._page
        pairs = filters.pairs() if filters and kind.fixed is None else []
        asked = urlencode([*pairs, ("page", str(page))] if page > 1 else pairs)
        return f"{base}?{asked}#row-{self.at}" if asked else f"{base}#row-{self.at}"

    @property
    def _page(self) -> int:
        return (self.at - 1) // self.filters.page_size + 1 if self.filters else 1

    def beside(
        self, client: PostpayClient, order_id: str, step: int, fits: Fits = lambda _row: True
    ) -> Neighbour | None:
        """The next row (`step` 1) or the one before (-1) that fits: one call, at the edge of a page one more."""
        if self.filters is None:
            return None
        query = self.filters.to_query()

        def ask(page: int) -> tuple[tuple[OrderSummary, ...], bool]:
            try:
                found = client.list_orders(query=replace(query, page=page), tolerant=True)
            except NotFound:
                return (), False  # the list has become shorter
            return found.results, found.has_next

        return neighbour(ask, order_id, self.at, size=query.page_size, step=step, fits=fits)


def row_suffixes(name: str, filters: OrderFilters, count: int) -> list[str]:
    """What each row of a page says about its place, as `Place.suffix` does, in its order."""
    prefix, first = f"?{_prefix(name, filters)}&at=", (filters.page - 1) * filters.page_size + 1
    return [f"{prefix}{number}" for number in range(first, first + count)]


def _prefix(name: str, filters: OrderFilters | None) -> str:
    pairs = filters.pairs() if filters and _LISTS[name].fixed is None else []
    return urlencode([("in", name), *pairs])


def awaiting_filters(account: Account, page: int = 1) -> OrderFilters:
    """Those of the list that nobody filters."""
    return OrderFilters(MultiDict({**(_LISTS[AWAITING].fixed or {}), "page": str(page)}), account.zone)


def read_place(account: Account, args: MultiDict[str, str]) -> Place:
    """The place that an address tells; nowhere where it tells none that can be."""
    name, at = args.get("in", ""), args.get("at", "")
    if name not in _LISTS or not (at.isascii() and at.isdigit() and len(at) < len(str(LAST)) and int(at)):
        return Place()
    filters = awaiting_filters(account) if name == AWAITING else OrderFilters(args, account.zone)
    return Place() if filters.errors or filters.search else Place(name, filters, int(at), args.get("from") == "list")


def current_place() -> Place:
    """That of this request, read once."""
    if "list_place" not in g:
        account = g.get("account")
        g.list_place = read_place(account, request.args) if account else Place()
    place: Place = g.list_place
    return place


def init_app(app: Flask) -> None:
    """Gives every template `place`."""
    app.context_processor(lambda: {"place": LocalProxy(current_place)})
