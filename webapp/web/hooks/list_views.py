"""The list of webhooks, and the page of one."""

from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.extensions import htmx
from webapp.lists.filters.controls import headings, hour_options, kept_bar, page_sizes, preset_options, week_day_options
from webapp.lists.filters.hooks import EVENTS, HOWS, HookFilters
from webapp.presentation.hook_words import EVENT_LABELS
from webapp.presentation.provider_errors import Words, words_for_gateway
from webapp.providers.http.errors import GatewayError, NotFound
from webapp.providers.registry import postpay
from webapp.web.htmx import wants_fragment

from . import blueprint, listing
from .history import history
from .one import is_the_desks_own, unfinished_of


@blueprint.get("/<account:account>/hooks")
@requires(Permission.HOOKS_READ)
@of("postpay")
def list_hooks(account: Account) -> AnyResponse:
    """One call. What cannot be asked is said on the page, with everything that was typed."""
    filters = HookFilters(request.args, account.zone)
    base = url_for("hooks.list_hooks", account=account)
    if filters.errors:
        return _list(account, filters, "invalid", 422)
    if not wants_fragment() and "" in request.args.values():
        return redirect(filters.address(base, page=filters.page if filters.page > 1 else None), 303)
    open_things = listing.unfinished(account)
    try:
        page = postpay(account).list_hooks(query=filters.to_query())
    except NotFound as error:
        is_past = filters.page > 1
        return _list(account, filters, "past-end", 404) if is_past else _not_asked(account, filters, error)
    except GatewayError as error:
        return _not_asked(account, filters, error)
    if not page.results:
        state = "no-match" if filters.is_filtered else "nothing"
        return _list(account, filters, state, open_things=open_things)
    return _list(account, filters, "rows", page=page, open_things=open_things)


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
    )
    return make_response(page)


def _not_asked(account: Account, filters: HookFilters, error: GatewayError) -> Response:
    words = words_for_gateway(error)
    return _list(account, filters, "unavailable", 502 if words.status == 404 else words.status, problem=words)


def _list(
    account: Account,
    filters: HookFilters,
    state: str,
    status: int = 200,
    *,
    page: listing.HookPage | None = None,
    problem: Words | None = None,
    open_things: listing.Unfinished | None = None,
) -> Response:
    """The whole page; for htmx the results."""
    base = url_for("hooks.list_hooks", account=account)
    here = filters.address(base, page=filters.page if filters.page > 1 else None)
    open_things = open_things or listing.unfinished(account)
    values = {
        "account": account,
        "filters": filters,
        "base": base,
        "here": here,
        "state": state,
        "problem": problem,
        "active": listing.chips(filters, base),
        "headings": headings(filters, base, "" if filters.failing_first else filters.ordering, ("created",)),
        "sizes": [] if filters.failing_first else page_sizes(filters, base),
        "listing": listing.listing(page, filters, base, open_things) if page else None,
        "unfinished": open_things,
        "failing_href": filters.address(base, ordering=None if filters.failing_first else "failing"),
        "may_edit": current_user.can(Permission.HOOKS_EDIT),
        "request_id": g.get("request_id", ""),
    }
    if not wants_fragment():
        return make_response(
            render_template("hooks/list.html", filter_bar=_filter_bar(filters, base), **values), status
        )
    if (htmx.trigger or "").startswith(("filters", "chip-")):  # the form changes too: its errors, or what is on
        values |= {"out_of_band": True, "filter_bar": _filter_bar(filters, base)}
    response = make_response(render_template("hooks/_results.html", **values), status)
    response.headers["HX-Push-Url"] = here
    return response


def _filter_bar(filters: HookFilters, base: str) -> Markup:
    return kept_bar(filters, base, lambda: _draw(filters, base))


def _draw(filters: HookFilters, base: str) -> Markup:
    hows = {"contains": gettext("contains"), "starts": gettext("starts with"), "ends": gettext("ends with")}
    html = render_template(
        "hooks/_filters.html",
        filters=filters,
        base=base,
        events=[(event, str(EVENT_LABELS[event]), event in filters.events) for event in EVENTS],
        hows=[(how, hows[how], how == filters.how) for how in HOWS],
        actives=[
            ("", gettext("Any"), False),
            ("yes", listing.active_words(True), filters.active is True),
            ("no", listing.active_words(False), filters.active is False),
        ],
        presets=[("", gettext("Any time"), False), *preset_options(filters.created)],
        week_days=week_day_options(filters),
        hours=hour_options(filters),
    )
    return Markup(html)  # noqa: S704 - a template of ours has escaped it
