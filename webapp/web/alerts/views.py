"""Alerts: where they go, what is watched and how it stands, what was sent; and a test. For admins only."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, Response, current_app, flash, make_response, render_template, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from markupsafe import Markup

from webapp.access.permissions import Permission, of, requires
from webapp.alerts.messages import latest, queue_test
from webapp.alerts.readings import read
from webapp.alerts.watch import alerts_of, channels, rule_of
from webapp.alerts.webhook import webhook_address
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.settings import Settings
from webapp.models.alert import Alert, AlertChannel, AlertKind, AlertMessage, AlertMessageState
from webapp.presentation.alert_words import CHANNELS, STATES, TITLES, WATCHED, error_words, news_words
from webapp.presentation.formatting import time_html
from webapp.web.address_field import PROBLEMS
from webapp.web.htmx import redirect_after_post
from webapp.webhooks.address import BadAddress

blueprint = Blueprint("alerts", __name__)


class Watched(NamedTuple):
    """One thing that is watched: how it stands, how much of it there is now, and from when on it is told."""

    title: str
    words: str
    state: tuple[str, str]
    since: Markup | None
    figure: str
    rule: str
    told: Markup | None


class SentLine(NamedTuple):
    """One message, ready for its cells."""

    words: str
    channel: str
    state: tuple[str, str]
    why: str
    at: Markup


@blueprint.get("/<account:account>/alerts")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def show_alerts(account: Account) -> Response:
    """Asks nobody but our own database."""
    settings = _settings()
    before = alerts_of(account)
    page = render_template(
        "alerts/show.html",
        account=account,
        settings=settings,
        webhook=_webhook(settings),
        watched=[_watched(account, kind, before.get(kind), settings) for kind in AlertKind],
        messages=[_line(message) for message in latest(account)],
        can_test=bool(channels(settings)),
    )
    release()
    return make_response(page)


@blueprint.post("/<account:account>/alerts/test")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def send_test(account: Account) -> Response:
    """A message by each way that is set up; the worker sends it."""
    ways = queue_test(account, current_user.id, _settings()) if channels(_settings()) else 0
    if ways:
        words = "%(num)s test alert is on its way. Look again in a moment; the list below says whether it arrived."
        many = (
            "%(num)s test alerts are on their way. Look again in a moment; the list below says whether they arrived."
        )
        flash(ngettext(words, many, ways), "success")
    else:
        flash(gettext("No way for alerts is set up, so nothing was sent."), "warning")
    return redirect_after_post(url_for("alerts.show_alerts", account=account))


def _webhook(settings: Settings) -> tuple[str, str] | None:
    """The host that it leads to and what is wrong with it; its address holds a token, and is shown to nobody."""
    if not settings.alert_webhook.get_secret_value():
        return None
    try:
        return webhook_address(settings).host, ""
    except BadAddress as error:
        return "", str(PROBLEMS[error.problem])


def _watched(account: Account, kind: AlertKind, alert: Alert | None, settings: Settings) -> Watched:
    rule = rule_of(settings, kind)
    since = alert.since if alert and rule else None
    reading = read(account, kind, since)
    if rule is None:
        state = (gettext("Switched off"), "idle")
    elif since:
        state = (gettext("Goes wrong"), "bad")
    else:
        state = (gettext("Does not apply"), "idle") if reading.is_moot else (gettext("OK"), "ok")
    return Watched(
        str(TITLES[kind]),
        str(WATCHED[kind]),
        state,
        time_html(since) if since else None,
        f"{reading.figure:,}",
        _rule_words(rule.threshold, rule.quiet_minutes) if rule else "",
        time_html(alert.told) if alert and alert.told else None,
    )


def _rule_words(threshold: int, minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    every = (
        ngettext("%(num)s minute", "%(num)s minutes", minutes)
        if rest
        else ngettext("%(num)s hour", "%(num)s hours", hours)
    )
    return gettext("from %(count)s, repeated after %(every)s", count=f"{threshold:,}", every=every)


def _line(message: AlertMessage) -> SentLine:
    words, tone = STATES[AlertMessageState(message.state)]
    why = error_words(message.error) if message.error else ""
    if message.state == AlertMessageState.WAITING and message.error:
        words, tone = gettext("Not sent yet"), "bad"
    return SentLine(
        news_words(message),
        str(CHANNELS[AlertChannel(message.channel)]),
        (str(words), tone),
        why,
        time_html(message.settled or message.created),
    )


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
