"""The list of transactions, and one of them."""

from __future__ import annotations

from functools import partial

from flask import Response, g, make_response, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.provider_id import visible
from webapp.lists.filters.controls import headings
from webapp.lists.filters.transactions import TransactionFilters
from webapp.presentation.provider_errors import Words, words_for_gateway
from webapp.presentation.unreadable_words import unread_rows
from webapp.providers.http.errors import GatewayError, NotFound
from webapp.providers.registry import postpay
from webapp.settlement.ledger.payout_field import OLDER, known_payout_field, read_transactions
from webapp.web.errors import speak
from webapp.web.filtered_list import FilteredList
from webapp.web.htmx import wants_fragment

from . import blueprint, listing
from . import exported as _exported  # noqa: F401 - tells exports what the list shows
from .detail import detail


@blueprint.get("/<account:account>/settlements")
@requires(Permission.SETTLEMENTS_READ)
@of("postpay")
def list_transactions(account: Account) -> AnyResponse:
    """One call. What cannot be asked is said on the page, with everything that was typed."""
    known = known_payout_field(account)
    filters = TransactionFilters(request.args, account.zone, by_payout=known == OLDER)
    page = _list(account, filters)
    if answer := page.unasked():
        return answer
    try:
        reading = read_transactions(account, filters.to_query(), known)
        found = reading.page
        if filters.search:
            ids = [*(each.id for each in found.results), *(row.id for row in found.bad)]
            return page.searched(filters, ids, lambda name: postpay(account).get_transaction(transaction_id=name))
    except GatewayError as error:
        return page.unanswered(error)
    unread = unread_rows("list_transactions", found.bad, page.base)
    notes = listing.notes(found, filters)
    return page.rows(listing.listing(account, reading, filters, page.base), unread=unread, notes=notes)


def _list(account: Account, filters: TransactionFilters) -> FilteredList:
    base = url_for("settlements.list_transactions", account=account)
    sortable = ("created", "amount", *(("paid",) if filters.by_payout else ()))
    values = {
        "active": listing.chips(filters, base),
        "headings": headings(filters, base, filters.ordering, sortable),
    }
    return FilteredList("settlements", filters, base, partial(listing.choices, filters), values)


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
        gettext("There is no transaction %(id)s in %(account)s", id=visible(transaction_id), account=account.title),
        gettext("Postpay knows no transaction with exactly this ID in this account. Capital and small letters count."),
        gettext("Check the ID, and whether you are in the right account."),
    )
