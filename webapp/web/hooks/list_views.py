"""The list of webhooks, and the page of one."""

from __future__ import annotations

from functools import partial

from flask import Response, make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.lists.filters.controls import headings
from webapp.lists.filters.hooks import HookFilters
from webapp.presentation.unreadable_words import unread_rows
from webapp.providers.http.errors import GatewayError, NotFound
from webapp.providers.postpay.answered import unreadable_fields
from webapp.providers.registry import postpay
from webapp.web.filtered_list import FilteredList
from webapp.web.list_notes import missing_ids

from . import blueprint, listing
from .history import history
from .one import is_the_desks_own, unfinished_of


@blueprint.get("/<account:account>/hooks")
@requires(Permission.HOOKS_READ)
@of("postpay")
def list_hooks(account: Account) -> AnyResponse:
    """One call; failing ones first takes one for each fifty. What cannot be asked is said on the page, with what was
    typed."""
    filters = HookFilters(request.args, account.zone)
    open_things = listing.unfinished(account)
    page = _list(account, filters, open_things)
    if answer := page.unasked():
        return answer
    try:
        found = _found(account, filters)
    except GatewayError as error:
        return page.unanswered(error)
    unread = unread_rows("list_hooks", found.bad, page.base)
    notes = missing_ids(filters.hook_ids, found, [hook.id for hook in found.results])
    return page.rows(listing.listing(found, filters, page.base, open_things), unread=unread, notes=notes)


def _found(account: Account, filters: HookFilters) -> listing.HookPage:
    """The page that is asked for; for failing ones first all are read, as Postpay cannot sort by the last response."""
    client = postpay(account)
    if not filters.failing_first:
        return client.list_hooks(query=filters.to_query(), tolerant=True)
    return listing.failing_first(client.list_all_hooks(filters.to_query()), filters)


def _list(account: Account, filters: HookFilters, open_things: listing.Unfinished) -> FilteredList:
    base = url_for("hooks.list_hooks", account=account)
    values = {
        "account": account,
        "active": listing.chips(filters, base),
        "headings": headings(filters, base, "" if filters.failing_first else filters.ordering, ("created",)),
        "unfinished": open_things,
        "failing_href": filters.address(base, ordering=None if filters.failing_first else "failing"),
        "may_edit": current_user.can(Permission.HOOKS_EDIT),
    }
    if filters.failing_first:
        values["sizes"] = []
    return FilteredList("hooks", filters, base, partial(listing.choices, filters), values)


@blueprint.get("/<account:account>/hooks/<provider_id:hook_id>")
@requires(Permission.HOOKS_READ)
@of("postpay")
def show_hook(account: Account, hook_id: str) -> Response:
    """A webhook as the provider has it, what is open about it, and what was done with it. One call."""
    past = history(account, hook_id)
    change, rotation = unfinished_of(account, hook_id)
    own = is_the_desks_own(account, hook_id)
    try:
        hook = postpay(account).get_hook(hook_id=hook_id)
    except NotFound:
        if not past.days:
            raise
        page = render_template(
            "hooks/gone.html", account=account, hook_id=hook_id, history=past.days, change=change, rotation=rotation
        )
        return make_response(page, 404)
    page = render_template(
        "hooks/show.html",
        account=account,
        hook=hook,
        change=change,
        rotation=rotation,
        history=past.days,
        secret_change=past.waiting_secret,
        last_secret=past.last_secret,
        may_edit=current_user.can(Permission.HOOKS_EDIT),
        is_own=own,
        unreadable=list(unreadable_fields(hook)),
    )
    return make_response(page)
