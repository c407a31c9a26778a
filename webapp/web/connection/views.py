"""The connection to the provider: whether it answers, how fast, what went wrong, and whether deliveries arrive."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response, g, make_response, render_template, url_for
from flask_babel import gettext
from flask_login import current_user

from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.provider_health import LastHour, last_hour
from webapp.presentation.charts import ChartColumn, columns
from webapp.presentation.formatting import clock
from webapp.presentation.provider_errors import Words, words_for_gateway
from webapp.presentation.unreadable_words import UnreadRow, unread_rows
from webapp.providers.http.errors import GatewayError
from webapp.providers.postpay.filters import LARGEST_PAGE, HookQuery
from webapp.providers.postpay.models import Hook, Page
from webapp.providers.registry import postpay
from webapp.webhooks.deliveries.silence import silent_orders

from .refused import refused_section
from .words import call_words, outcome_words

blueprint = Blueprint("connection", __name__)

CLOCKS_DIFFER = timedelta(seconds=30)
"""Signatures of deliveries are good for 300 seconds; a tenth of that is worth a look."""


@dataclass(frozen=True, slots=True)
class Probe:
    """The one call of the page: the webhooks, or why there are none, and how long it took."""

    hooks: Page[Hook] | None
    unread: dict[int, list[UnreadRow]]
    problem: Words | None
    ms: int
    skew: timedelta | None


@blueprint.get("/<account:account>/connection")
@requires(Permission.HOOKS_READ)
@of("postpay")
def show_connection(account: Account) -> Response:
    """One call, which shows whether the provider answers and how each webhook stands; the rest was written down."""
    probe = _probe(account)
    hour = last_hour(account)
    values = {
        "account": account,
        "probe": probe,
        "clocks_differ": probe.skew is not None and abs(probe.skew) > CLOCKS_DIFFER,
        "skew_seconds": round(probe.skew.total_seconds()) if probe.skew is not None else None,
        "hour": hour,
        "calls": sorted((call_words(name), tally) for name, tally in hour.endpoints.items()),
        "failures": sorted(((outcome_words(each), n) for each, n in hour.failures.items()), key=lambda one: -one[1]),
        "picture": columns(_columns(hour)),
        "refused": refused_section(account),
        "silent": silent_orders(account),
        "others": [(each, last_hour(each)) for each in _others(account)],
        "request_id": g.get("request_id", ""),
    }
    return make_response(render_template("connection/show.html", **values))


def _probe(account: Account) -> Probe:
    client = postpay(account)
    began = time.perf_counter()
    hooks, problem, unread = None, None, {}
    try:
        hooks = client.list_hooks(HookQuery(page_size=LARGEST_PAGE), tolerant=True)
        unread = unread_rows("list_hooks", hooks.bad, url_for("hooks.list_hooks", account=account))
    except GatewayError as error:
        problem = words_for_gateway(error)
    return Probe(hooks, unread, problem, round((time.perf_counter() - began) * 1000), client.clock_skew)


def _columns(hour: LastHour) -> list[ChartColumn]:
    """The mean of each five minutes; nothing where nothing was asked."""
    return [
        ChartColumn(clock(start), tally.mean_ms, gettext("%(ms)s ms", ms=tally.mean_ms))
        if tally.calls
        else ChartColumn(clock(start), None, "–")
        for start, tally in hour.slices
    ]


def _others(account: Account) -> list[Account]:
    """The other accounts whose connection the person may see."""
    return [
        each
        for slug, each in current_user.accounts.items()
        if each != account and Permission.HOOKS_READ in current_user.roles.permissions_on(slug)
    ]
