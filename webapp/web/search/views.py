"""The search box: what is typed goes out by a form and is answered by an address that does not hold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from pydantic import SecretStr
from werkzeug.wrappers import Response as AnyResponse

from webapp import audit
from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.sealing import fingerprint
from webapp.core.settings import Settings
from webapp.lists.filters.controls import row_address
from webapp.lists.filters.found_orders import FoundOrderFilters
from webapp.payments.search_index import queries, spelling, store
from webapp.payments.search_index.entry import Entry
from webapp.payments.search_index.question import Expression, read_question
from webapp.payments.search_index.reach import reach_of
from webapp.presentation.unreadable_words import unread_rows
from webapp.providers.http.errors import GatewayError
from webapp.providers.postpay.filters import LARGEST_PAGE, OrderQuery
from webapp.providers.postpay.models import OrderSummary, Page
from webapp.providers.registry import postpay
from webapp.web.filtered_list import FilteredList

from . import blueprint, exact, listing
from .forms import SearchForm
from .words import reach_words


class Asked(NamedTuple):
    """A search as it is answered: the question (None where nothing can be asked), and what it found."""

    question: Expression | None
    found: store.Found


@blueprint.post("/<account:account>/search")
@requires(Permission.ORDER_READ)
@of("postpay")
def find_orders(account: Account) -> AnyResponse:
    """Leads to the order whose ID was typed, or to what was found. Each search is one entry of the audit log."""
    typed = SearchForm().typed
    if not typed:
        return redirect(url_for("orders.list_orders", account=account), 303)
    if _is_over_limit(account):
        values = {"searched": typed, "limit": _settings().searches_an_hour}
        return make_response(render_template("search/limited.html", **values), 429)
    asked = _ask(account, typed)
    order_id = _whole_id(account, typed, asked)
    name = _write_down(account, typed, asked, order_id)
    if order_id is not None:
        return redirect(row_address(url_for("orders.list_orders", account=account), order_id), 303)
    return redirect(url_for(".show_results", account=account, name=name), 303)


@blueprint.get("/<account:account>/search/<name>")
@requires(Permission.ORDER_READ)
@of("postpay")
def show_results(account: Account, name: str) -> AnyResponse:
    """What was found, a page of it: one call."""
    typed = queries.open_query(_settings(), account.slug, name, session_id=current_user.session_id)
    if typed is None:
        return make_response(render_template("search/ended.html"), 404)
    filters = FoundOrderFilters(request.args, account.zone)
    base = url_for(".show_results", account=account, name=name)
    page = _list(account, filters, base, typed)
    if answer := page.unasked():
        return answer
    asked = _ask(account, typed)
    entries, count = _candidates(account, asked, filters)
    try:
        found, count = _read(account, entries, count, filters)
    except GatewayError as error:
        return page.unanswered(error)
    orders_base = url_for("orders.list_orders", account=account)
    shown = listing.listing(
        found, {one.order_id: one for one in entries}, count, filters, (base, orders_base), may_open=_may_open()
    )
    if not shown.rows and not found.bad and filters.page > 1:
        return page.past_end()
    unread = unread_rows("list_orders", found.bad, orders_base)
    return page.rows(shown, unread=unread, notes=_notes(asked, filters))


def _list(account: Account, filters: FoundOrderFilters, base: str, typed: str) -> FilteredList:
    values = {
        "active": listing.chips(filters, base),
        "searched": typed,
        "reach": reach_words(reach_of(account, _settings()), account.zone),
        "may_open": _may_open(),
    }
    return FilteredList("search", filters, base, partial(listing.choices, filters), values, is_bar_kept=False)


def _ask(account: Account, typed: str) -> Asked:
    region = spelling.region_of(account.time_zone)
    question = read_question(typed, may_open=_may_open(), region=region)
    found = store.find(db.session, _settings(), account.slug, question) if question else store.Found()
    release()
    return Asked(question, found)


def _candidates(account: Account, asked: Asked, filters: FoundOrderFilters) -> tuple[list[Entry], int | None]:
    """What the index knows of the orders that Postpay is to be asked for: 50 at most, for one call.

    And how many there are in all, where those are a page already; None where Postpay cuts and counts, which it can
    when one question names them all.
    """
    if asked.question is None:
        return [], None
    ids, first = asked.found.ids, (filters.page - 1) * filters.page_size
    if filters.refunded is None and not filters.statuses and len(ids) > LARGEST_PAGE:
        return _open(account, ids[first : first + filters.page_size], asked.question), len(ids)
    opened = _open(account, ids if filters.refunded else ids[:LARGEST_PAGE], asked.question)
    entries = [one for one in opened if filters.refunded in (None, one.refunded)]
    if filters.statuses or len(entries) <= LARGEST_PAGE:
        return entries[:LARGEST_PAGE], None
    return entries[first : first + filters.page_size], len(entries)


def _open(account: Account, ids: Sequence[int], question: Expression) -> list[Entry]:
    entries = store.open_rows(db.session, _settings(), account.slug, ids, question)
    release()
    return entries


def _read(
    account: Account, entries: Sequence[Entry], count: int | None, filters: FoundOrderFilters
) -> tuple[Page[OrderSummary], int]:
    """What Postpay says of them, and how many there are in all. Raises GatewayError; NotFound past the end."""
    ids = tuple(one.order_id for one in entries if "," not in one.order_id)
    if not ids:
        return Page(0, (), filters.page, filters.page_size, has_next=False), count or 0
    query = OrderQuery(order_ids=ids, page_size=LARGEST_PAGE)
    if count is None:
        query = replace(query, statuses=filters.statuses, page=filters.page, page_size=filters.page_size)
    page = postpay(account).list_orders(query=query, tolerant=True)
    return page, page.count if count is None else count


def _notes(asked: Asked, filters: FoundOrderFilters) -> list[str]:
    notes = []
    if asked.found.is_more:
        words = gettext("More than %(count)s orders match; these are the newest. Add a word.", count=store.MOST_HITS)
        notes.append(words)
    if filters.statuses and len(asked.found.ids) > LARGEST_PAGE:
        notes.append(gettext("Only the newest %(count)s are filtered by status.", count=LARGEST_PAGE))
    return notes


def _whole_id(account: Account, typed: str, asked: Asked) -> str | None:
    """The order that is opened at once, if one has this very ID."""
    if asked.question and (order_id := exact.known_order(account, typed, asked.found.ids, asked.question)):
        return order_id
    if not exact.may_be_unknown(typed, has_hits=bool(asked.found.ids)):
        return None
    release()
    try:
        return exact.order_at_provider(account, typed)
    except GatewayError:
        flash(gettext("Postpay could not be asked for an order with this ID, so only the search index was."), "warning")
        return None


def _is_over_limit(account: Account) -> bool:
    """Whether somebody has searched as often as one may within an hour; that is on record too."""
    if queries.count_lately(db.session, current_user.id) < _settings().searches_an_hour:
        release()
        return False
    with writing():
        audit.record(audit.Action.SEARCH_LIMITED, outcome="denied", account=account.slug)
    return True


def _write_down(account: Account, typed: str, asked: Asked, order_id: str | None) -> str:
    """Committed before anything is shown; returns the name of the search."""
    facts: dict[str, str | int | bool | None] = {
        "term_digest": fingerprint(_settings(), SecretStr(typed.casefold())),
        "hits": len(asked.found.ids) or int(order_id is not None),
        "more": asked.found.is_more,
    }
    with writing() as session:
        audit.record(audit.Action.SEARCH_ASKED, account=account.slug, after=facts)
        return queries.put_query(
            session, _settings(), account.slug, typed, user_id=current_user.id, session_id=current_user.session_id
        )


def _may_open() -> bool:
    may_open: bool = current_user.can(Permission.PERSONAL_DATA_OPEN)
    return may_open


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
