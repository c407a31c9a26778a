"""The list of transactions, and one of them."""

from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.extensions import htmx
from webapp.core.provider_id import is_provider_id
from webapp.lists.filters.controls import headings, page_sizes
from webapp.lists.filters.transactions import TransactionFilters
from webapp.presentation.provider_errors import Words, words_for_gateway
from webapp.providers.http.errors import GatewayError, NotFound
from webapp.providers.registry import postpay
from webapp.settlement.ledger.payout_filter import OLDER, Reading, known_payout_field, read_transactions
from webapp.web.errors import speak
from webapp.web.htmx import wants_fragment

from . import blueprint, listing
from . import exported as _exported  # noqa: F401 - tells exports what the list shows
from .detail import detail
from .filter_bar import filter_bar


@blueprint.get("/<account:account>/settlements")
@requires(Permission.SETTLEMENTS_READ)
@of("postpay")
def list_transactions(account: Account) -> AnyResponse:
    """One call. What cannot be asked is said on the page, with everything that was typed."""
    known = known_payout_field(account)
    filters = TransactionFilters(request.args, account.zone, by_payout=known == OLDER)
    base = url_for("settlements.list_transactions", account=account)
    if filters.errors:
        return _list(account, filters, "invalid", 422)
    if not wants_fragment() and "" in request.args.values():
        return redirect(filters.address(base, page=filters.page if filters.page > 1 else None), 303)
    if filters.search and not is_provider_id(filters.search):
        return _list(account, filters, "no-match")
    try:
        reading = read_transactions(account, filters.to_query(), known)
    except NotFound as error:
        return _list(account, filters, "past-end", 404) if filters.page > 1 else _not_asked(account, filters, error)
    except GatewayError as error:
        return _not_asked(account, filters, error)
    found = reading.page.results
    if filters.search and any(each.id == filters.search for each in found):
        return redirect(listing.transaction_address(base, filters.search), 303)
    if filters.search or not found:
        return _list(account, filters, "no-match" if filters.is_filtered else "nothing")
    return _list(account, filters, "rows", reading=reading)


def _not_asked(account: Account, filters: TransactionFilters, error: GatewayError) -> Response:
    words = words_for_gateway(error)
    return _list(account, filters, "unavailable", 502 if words.status == 404 else words.status, problem=words)


def _list(
    account: Account,
    filters: TransactionFilters,
    state: str,
    status: int = 200,
    *,
    reading: Reading | None = None,
    problem: Words | None = None,
) -> Response:
    """The whole page; for htmx the results."""
    base = url_for("settlements.list_transactions", account=account)
    here = filters.address(base, page=filters.page if filters.page > 1 else None)
    sortable = ("created", "amount", *(("paid",) if filters.by_payout else ()))
    values = {
        "filters": filters,
        "base": base,
        "here": here,
        "state": state,
        "problem": problem,
        "active": listing.chips(filters, base),
        "headings": headings(filters, base, filters.ordering, sortable),
        "sizes": page_sizes(filters, base),
        "listing": listing.listing(account, reading, filters, base) if reading else None,
        "query_string": here.partition("?")[2],
        "is_fragment": wants_fragment(),
        "request_id": g.get("request_id", ""),
    }
    if not wants_fragment():
        bar = filter_bar(filters, base)
        return make_response(render_template("settlements/list.html", filter_bar=bar, **values), status)
    if (htmx.trigger or "").startswith(("filters", "chip-")):  # the form changes too: its errors, or what is on
        values |= {"out_of_band": True, "filter_bar": filter_bar(filters, base)}
    response = make_response(render_template("settlements/_results.html", **values), status)
    response.headers["HX-Push-Url"] = here
    return response


@blueprint.get("/<account:account>/settlements/<provider_id:transaction_id>")
@requires(Permission.SETTLEMENTS_READ)
@of("postpay")
def show_transaction(account: Account, transaction_id: str) -> Response:
    """One call: everything the row tells, and its fee line by line."""
    try:
        told = postpay(account).get_transaction(transaction_id=transaction_id)
    except GatewayError as error:
        return speak(_words(error, account, transaction_id))
    return make_response(render_template("settlements/show.html", **detail(account, told)))


@blueprint.get("/<account:account>/settlements/<provider_id:transaction_id>/peek")
@requires(Permission.SETTLEMENTS_READ)
@of("postpay")
def peek_transaction(account: Account, transaction_id: str) -> Response:
    """One call: what fits beside the list."""
    template = "settlements/_peek.html" if wants_fragment() else "settlements/peek.html"
    try:
        told = postpay(account).get_transaction(transaction_id=transaction_id)
    except GatewayError as error:
        words = _words(error, account, transaction_id)
        values = {"transaction_id": transaction_id, "problem": words, "request_id": g.get("request_id", "")}
        return make_response(render_template(template, **values), words.status)
    return make_response(render_template(template, transaction_id=transaction_id, **detail(account, told)))


def _words(error: GatewayError, account: Account, transaction_id: str) -> Words:
    """An unknown transaction is named, with the account that was searched."""
    if not isinstance(error, NotFound):
        return words_for_gateway(error)
    return Words(
        404,
        gettext("There is no transaction %(id)s in %(account)s", id=transaction_id, account=account.title),
        gettext("Postpay knows no transaction with exactly this ID in this account. Capital and small letters count."),
        gettext("Check the ID, and whether you are in the right account."),
    )
