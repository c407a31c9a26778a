"""The frame round every page: who is signed in, on which account, and where they can go."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask, Response, current_app, g, make_response, redirect, request, url_for
from flask_babel import get_locale, gettext, lazy_gettext
from flask_login import current_user
from werkzeug.local import LocalProxy

from webapp.access.permissions import Permission, public
from webapp.access.roles import label_of
from webapp.core.accounts import Account
from webapp.core.extensions import htmx

from .list_place import current_place
from .safe_redirect import own_address

THEMES = ("light", "dark")
YEAR = 365 * 24 * 3600

Places = tuple[tuple[str, Any, str, Permission], ...]

PLACES: tuple[tuple[Any, Places], ...] = (
    (
        lazy_gettext("Support"),
        (
            ("orders.list_orders", lazy_gettext("Orders"), "receipt", Permission.ORDER_READ),
            ("orders.list_awaiting_capture", lazy_gettext("Awaiting capture"), "clock", Permission.ORDER_READ),
            ("refunds.list_refunds", lazy_gettext("Refunds"), "receipt-refund", Permission.ORDER_READ),
            ("in_progress.list_unsettled", lazy_gettext("In progress"), "hourglass-high", Permission.ORDER_READ),
            ("approvals.list_approvals", lazy_gettext("Approvals"), "circle-check", Permission.REFUND_CHECK),
        ),
    ),
    (
        lazy_gettext("Finance"),
        (
            ("settlements.list_transactions", lazy_gettext("Settlements"), "cash", Permission.SETTLEMENTS_READ),
            ("payouts.list_payouts", lazy_gettext("Payouts"), "building-bank", Permission.SETTLEMENTS_READ),
            ("checks.list_to_look_at", lazy_gettext("Needs review"), "alert-triangle", Permission.SETTLEMENTS_READ),
            ("checks.show_fees", lazy_gettext("Fees"), "wallet", Permission.SETTLEMENTS_READ),
            ("exports.list_exports", lazy_gettext("Exports"), "file-download", Permission.EXPORT),
        ),
    ),
    (
        lazy_gettext("Integration"),
        (
            ("hooks.list_hooks", lazy_gettext("Webhooks"), "webhook", Permission.HOOKS_READ),
            ("deliveries.list_deliveries", lazy_gettext("Deliveries"), "inbox", Permission.HOOKS_READ),
            ("connection.show_connection", lazy_gettext("Connection"), "world", Permission.HOOKS_READ),
            ("alerts.show_alerts", lazy_gettext("Alerts"), "bell", Permission.HOOKS_EDIT),
        ),
    ),
    (
        lazy_gettext("Records"),
        (("audit.list_entries", lazy_gettext("Audit log"), "history", Permission.AUDIT_READ_OWN),),
    ),
    (
        lazy_gettext("Desk"),
        (("people.list_people", lazy_gettext("People"), "users", Permission.PEOPLE_MANAGE),),
    ),
)
"""Endpoint, words, icon and permission of each place, by group. A place shows when its endpoint exists."""


@dataclass(frozen=True, slots=True)
class NavItem:
    """One place; `count` is how many things wait there, `for_you` how many of them for nobody but the person."""

    label: str
    href: str
    icon: str
    active: bool = False
    count: int | None = None
    for_you: int = 0


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Places that belong together."""

    label: str
    items: list[NavItem]


@dataclass(frozen=True, slots=True)
class AccountLink:
    """An account in the switcher, leading to its orders."""

    title: str
    environment: str
    href: str
    active: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """What `base.html` draws round a page. `account` and `environment` are None where a page has no account.

    `home` is the account that the places and the search lead to: the page's own, or else the first that the person
    may know; None for somebody without a role on any.
    """

    account: Account | None = None
    home: Account | None = None
    accounts: list[AccountLink] = field(default_factory=list)
    environment: str | None = None
    nav: list[NavGroup] = field(default_factory=list)
    signed_in: bool = False
    user_name: str = ""
    user_role: str = ""
    theme: str | None = None
    language: str = "en"
    direction: str = "ltr"
    orders_href: str | None = None
    search_action: str | None = None
    may_search_people: bool = False
    sessions_href: str | None = None
    sign_out_action: str | None = None
    theme_action: str | None = None
    here: str = "/"


def build_shell() -> Shell:
    """The frame of the current request, for the person who is signed in, or for nobody."""
    accounts: dict[str, Account] = current_app.extensions["accounts"]
    account: Account | None = g.get("account")
    locale = get_locale()
    anonymous = Shell(
        account=account,
        environment=_environment(account, accounts),
        theme=_chosen_theme(),
        language=str(locale).replace("_", "-") if locale else "en",
        direction=locale.text_direction if locale else "ltr",
        here=request.full_path.rstrip("?") if request.method == "GET" else "/",
    )
    if not current_user.is_authenticated:
        return anonymous
    known: dict[str, Account] = current_user.accounts
    home = account or next(iter(known.values()), None)
    return replace(
        anonymous,
        home=home,
        environment=_environment(account, known),
        accounts=_account_links(known, account),
        nav=_nav(home, _permissions(home)),
        signed_in=True,
        user_name=current_user.name,
        user_role=_role_words(),
        orders_href=_address("orders.list_orders", home),
        search_action=_address("search.find_orders", home),
        may_search_people=Permission.PERSONAL_DATA_OPEN in _permissions(home),
        sessions_href=_address("auth.list_sessions", home),
        sign_out_action=_address("auth.sign_out", home),
        theme_action=url_for("choose_theme"),
    )


def choose_theme() -> Response:
    """Remembers light or dark, or, with any other value, forgets the choice and follows the system."""
    theme = request.form["theme"] if request.form.get("theme") in THEMES else ""
    if htmx:
        response = make_response("", 204)
        response.headers["HX-Trigger"] = json.dumps({"theme-chosen": theme})
    else:
        response = make_response(redirect(own_address(request.form.get("next")) or "/", 303))
    response.set_cookie(
        _theme_cookie(),
        theme,
        max_age=YEAR if theme else 0,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def _theme_cookie() -> str:
    return "__Host-theme" if current_app.config["SESSION_COOKIE_SECURE"] else "theme"


def _chosen_theme() -> str | None:
    theme = request.cookies.get(_theme_cookie())
    return theme if theme in THEMES else None


def _environment(account: Account | None, accounts: dict[str, Account]) -> str | None:
    """The account's; without one, the one that all accounts share, if they do."""
    if account:
        return account.environment.value
    shared = {each.environment.value for each in accounts.values()}
    return shared.pop() if len(shared) == 1 else None


def _permissions(home: Account | None) -> frozenset[Permission]:
    """On the account that the places lead to; without one, only what needs none."""
    permissions: frozenset[Permission] = current_user.roles.permissions_on(home.slug if home else "")
    return permissions


def _role_words() -> str:
    """The role on the page's account; elsewhere the one for all accounts, or that they differ."""
    role: str | None = current_user.role
    return label_of(role) if role or not current_user.accounts else gettext("Different roles by account")


def _account_links(accounts: dict[str, Account], chosen: Account | None) -> list[AccountLink]:
    """Each account with its orders, if there are several."""
    if len(accounts) < 2:
        return []
    return [
        AccountLink(each.title, each.environment.value, _address("orders.list_orders", each) or "/", each == chosen)
        for each in accounts.values()
    ]


def _nav(account: Account | None, permissions: frozenset[Permission]) -> list[NavGroup]:
    """The places that exist and that the person may see; without an account, those that need none."""
    counts = current_app.extensions["nav_counts"](account) if account else {}
    is_finance = Permission.REFUND_RESOLVE in permissions
    groups = []
    for label, places in PLACES:
        items = [
            NavItem(str(words), href, icon, _is_here(endpoint), waiting, for_finance if is_finance else 0)
            for endpoint, words, icon, permission in places
            if permission in permissions and (href := _address(endpoint, account))
            for waiting, for_finance in [counts.get(endpoint, (None, 0))]
        ]
        if items:
            groups.append(NavGroup(str(label), items))
    return groups


def _is_here(endpoint: str) -> bool:
    """Whether the current page is the place, or lies below it: an order's page is under Orders."""
    here = request.endpoint or ""
    every = [place[0] for _, places in PLACES for place in places]
    if here in every:
        return here == endpoint
    blueprint = here.partition(".")[0]
    if blueprint in ("orders", "refunds") and current_place().is_queue:
        return endpoint == "orders.list_awaiting_capture"
    first_of_area = next((place for place in every if place.startswith(f"{blueprint}.")), None)
    return endpoint == (_LIES_UNDER.get(here) or _LIES_UNDER.get(blueprint) or first_of_area)


_LIES_UNDER = {
    "search": "orders.list_orders",
    "captures": "orders.list_awaiting_capture",
    "refunds": "orders.list_orders",
    "refunds.show_refund": "refunds.list_refunds",
}
"""Areas and pages that do not lie under the first place of their own area: a refund's form is about an order."""


def _address(endpoint: str, account: Account | None) -> str | None:
    """The address of an endpoint, on the account if it is about one; None without that account or endpoint."""
    if endpoint not in current_app.view_functions:
        return None
    if current_app.url_map.is_endpoint_expecting(endpoint, "account"):
        return url_for(endpoint, account=account) if account else None
    return url_for(endpoint)


def current_shell() -> Shell:
    """The frame, built when a template first asks for it and once per request."""
    if "shell" not in g:
        g.shell = build_shell()
    shell: Shell = g.shell
    return shell


def init_app(app: Flask) -> None:
    """Gives every template `shell`, and the desk the address that keeps a theme."""
    app.context_processor(lambda: {"shell": LocalProxy(current_shell)})
    app.add_url_rule("/theme", "choose_theme", public(choose_theme), methods=["POST"])
