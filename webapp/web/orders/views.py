"""Finding orders: the list, the search by id, those that wait for capture."""

from __future__ import annotations

from functools import partial

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.lists.filters.controls import headings
from webapp.lists.filters.orders import OrderFilters
from webapp.payments.awaiting_capture import (
    correct_awaiting_capture,
    expired_count,
    latest_captures,
    shortest_expiry,
)
from webapp.presentation.formatting import age
from webapp.presentation.pager import numbered_pager
from webapp.presentation.provider_errors import words_for_gateway
from webapp.presentation.unreadable_words import UnreadRow, unread_rows
from webapp.providers.http.errors import GatewayError
from webapp.providers.postpay.models import OrderSummary, Page
from webapp.providers.registry import postpay
from webapp.web.filtered_list import FilteredList
from webapp.web.htmx import wants_fragment
from webapp.web.list_place import awaiting_filters
from webapp.web.live_pages import live_page

from . import awaiting, blueprint, listing
from . import exported as _exported  # noqa: F401 - tells exports what the list shows
from . import neighbour_views as _neighbour_views  # noqa: F401 - adds the way to the next order
from . import order_views as _order_views  # noqa: F401 - adds the views of one order


@blueprint.get("/")
@requires(Permission.OWN_SESSIONS)
def home() -> AnyResponse:
    """The orders of the first account that the person may know; without any, where they are signed in."""
    slug = next(iter(current_user.accounts), None)
    if slug is None:
        flash(gettext("You have no role on any merchant account. Ask an admin for one."), "info")
        return redirect(url_for("auth.list_sessions"))
    return redirect(url_for("orders.list_orders", account=slug))


@blueprint.get("/<account:account>/orders")
@requires(Permission.ORDER_READ)
@of("postpay")
def list_orders(account: Account) -> AnyResponse:
    """One call. What cannot be asked is said on the page, with everything that was typed."""
    filters = OrderFilters(request.args, account.zone)
    page = _list(account, filters)
    if answer := page.unasked():
        return answer
    try:
        found = postpay(account).list_orders(query=filters.to_query(), tolerant=True)
        if filters.search:
            ids = [*(order.order_id for order in found.results), *(row.id for row in found.bad)]
            return page.searched(filters, ids, lambda order_id: postpay(account).get_order(order_id=order_id))
    except GatewayError as error:
        return page.unanswered(error)
    unread = unread_rows("list_orders", found.bad, page.base)
    notes = listing.notes(found, filters)
    return page.rows(listing.listing(found, filters, page.base), unread=unread, notes=notes)


def _list(account: Account, filters: OrderFilters) -> FilteredList:
    base = url_for("orders.list_orders", account=account)
    values = {
        "active": listing.chips(filters, base),
        "headings": headings(filters, base, filters.ordering, ("created", "total_amount")),
        "searched": filters.search,
        "live": live_page(account),
    }
    return FilteredList("orders", filters, base, partial(listing.choices, filters), values)


def _rows_that_wait(account: Account, page: Page[OrderSummary], filters: OrderFilters) -> dict[str, object]:
    """The page's rows, those known to be expired apart, and how many are known to be so in all."""
    base, expiry = url_for("orders.list_orders", account=account), shortest_expiry(account)
    captures = latest_captures(account, [order.order_id for order in page.results])
    rows = awaiting.waiting(base, page.results, filters, captures, expiry)
    unread: dict[int, list[UnreadRow]] = {}
    for place, odd in unread_rows("list_orders", page.bad, base).items():
        unread.setdefault(sum(not row.is_expired for row in rows[:place]), []).extend(odd)
    return {
        "rows": [row for row in rows if not row.is_expired],
        "unread": unread,
        "expired": [row for row in rows if row.is_expired],
        "expired_in_all": max(expired_count(account), sum(row.is_expired for row in rows)),
        "expiry": age(expiry) if expiry and any(row.may_have_expired for row in rows) else None,
    }


@blueprint.get("/<account:account>/awaiting-capture")
@requires(Permission.ORDER_READ)
@of("postpay")
def list_awaiting_capture(account: Account) -> AnyResponse:
    """Approved orders, oldest first: one call."""
    base = url_for("orders.list_awaiting_capture", account=account)
    filters = awaiting_filters(account, OrderFilters(request.args, account.zone).page)
    number = filters.page
    values: dict[str, object] = {"base": base, "number": number, "request_id": g.get("request_id", "")}
    values["live"] = live_page(account)
    status = 200
    try:
        page = postpay(account).list_orders(query=filters.to_query(), tolerant=True)
        values |= _rows_that_wait(account, page, filters)
        values["is_unexpected"], values["count"] = bool(page.unexpected), page.count
        if not page.unexpected:
            correct_awaiting_capture(account, page.count)
        values["pager"] = numbered_pager(number, page.size, page.count, lambda to: f"{base}?page={to}")
        values["may_capture"] = current_user.can(Permission.CAPTURE)
    except GatewayError as error:
        words = words_for_gateway(error)
        values["problem"], status = words, words.status
    template = "orders/_awaiting.html" if wants_fragment() else "orders/awaiting.html"
    return make_response(render_template(template, **values), status)
