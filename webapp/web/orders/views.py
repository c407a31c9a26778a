"""Finding orders: the list, the search by id, those that wait for capture."""

from __future__ import annotations

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.extensions import htmx
from webapp.core.provider_id import is_provider_id
from webapp.lists.filters.controls import headings, page_sizes
from webapp.lists.filters.orders import OrderFilters
from webapp.payments.awaiting_capture import APPROVED, correct_awaiting_capture
from webapp.presentation.pager import numbered_pager
from webapp.presentation.provider_errors import Words, words_for_gateway
from webapp.providers.http.errors import GatewayError, NotFound
from webapp.providers.postpay.filters import OrderQuery
from webapp.providers.registry import postpay
from webapp.web.htmx import wants_fragment
from webapp.web.live_pages import live_page

from . import awaiting, blueprint, listing
from . import exported as _exported  # noqa: F401 - tells exports what the list shows
from . import order_views as _order_views  # noqa: F401 - adds the views of one order
from .filter_bar import filter_bar


@blueprint.get("/")
@requires(Permission.ORDER_READ)
def home() -> AnyResponse:
    """The orders of the first account."""
    account = next(iter(current_app.extensions["accounts"].values()))
    return redirect(url_for("orders.list_orders", account=account))


@blueprint.get("/<account:account>/orders")
@requires(Permission.ORDER_READ)
@of("postpay")
def list_orders(account: Account) -> AnyResponse:
    """One call. What cannot be asked is said on the page, with everything that was typed."""
    filters = OrderFilters(request.args, account.zone)
    base = url_for("orders.list_orders", account=account)
    if filters.errors:
        return _list(base, filters, "invalid", 422)
    if not wants_fragment() and "" in request.args.values():
        return redirect(filters.address(base, page=filters.page if filters.page > 1 else None), 303)
    if filters.search and not is_provider_id(filters.search):
        return _list(base, filters, "no-match")
    try:
        page = postpay(account).list_orders(query=filters.to_query())
    except NotFound as error:
        return _list(base, filters, "past-end", 404) if filters.page > 1 else _not_asked(base, filters, error)
    except GatewayError as error:
        return _not_asked(base, filters, error)
    if filters.search and any(order.order_id == filters.search for order in page.results):
        return redirect(listing.order_address(base, filters.search), 303)
    if filters.search or not page.results:
        return _list(base, filters, "no-match" if filters.is_filtered else "nothing")
    return _list(base, filters, "rows", page=page)


def _not_asked(base: str, filters: OrderFilters, error: GatewayError) -> Response:
    words = words_for_gateway(error)
    return _list(base, filters, "unavailable", 502 if words.status == 404 else words.status, problem=words)


def _list(
    base: str,
    filters: OrderFilters,
    state: str,
    status: int = 200,
    *,
    page: listing.OrderPage | None = None,
    problem: Words | None = None,
) -> Response:
    """The whole page; for htmx the results."""
    here = filters.address(base, page=filters.page if filters.page > 1 else None)
    values = {
        "filters": filters,
        "base": base,
        "here": here,
        "state": state,
        "problem": problem,
        "active": listing.chips(filters, base),
        "headings": headings(filters, base, filters.ordering, ("created", "total_amount")),
        "sizes": page_sizes(filters, base),
        "listing": listing.listing(page, filters, base) if page else None,
        "searched": filters.search,
        "query_string": here.partition("?")[2],
        "is_fragment": wants_fragment(),
        "request_id": g.get("request_id", ""),
    }
    if not wants_fragment():
        values |= {"filter_bar": filter_bar(filters, base), "live": live_page(g.account)}
        return make_response(render_template("orders/list.html", **values), status)
    if (htmx.trigger or "").startswith(("filters", "chip-")):  # the form changes too: its errors, or what is on
        values |= {"out_of_band": True, "filter_bar": filter_bar(filters, base)}
    response = make_response(render_template("orders/_results.html", **values), status)
    response.headers["HX-Push-Url"] = here
    return response


@blueprint.get("/<account:account>/awaiting-capture")
@requires(Permission.ORDER_READ)
@of("postpay")
def list_awaiting_capture(account: Account) -> AnyResponse:
    """Approved orders, oldest first: one call."""
    base = url_for("orders.list_awaiting_capture", account=account)
    number = OrderFilters(request.args, account.zone).page
    values: dict[str, object] = {"base": base, "number": number, "request_id": g.get("request_id", "")}
    values["live"] = live_page(account)
    status = 200
    try:
        page = postpay(account).list_orders(query=OrderQuery(statuses=(APPROVED,), ordering="created", page=number))
        values["rows"] = awaiting.waiting(url_for("orders.list_orders", account=account), page.results)
        values["is_unexpected"] = bool(page.unexpected)
        if not page.unexpected:
            correct_awaiting_capture(account, page.count)
        values["pager"] = numbered_pager(number, page.size, page.count, lambda to: f"{base}?page={to}")
        values["may_capture"] = current_user.can(Permission.CAPTURE)
    except GatewayError as error:
        words = words_for_gateway(error)
        values["problem"], status = words, words.status
    template = "orders/_awaiting.html" if wants_fragment() else "orders/awaiting.html"
    return make_response(render_template(template, **values), status)
