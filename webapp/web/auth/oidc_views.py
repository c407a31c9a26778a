"""Signing in at the OpenID provider: there by a link, as a form must not lead to another site, and back with a code."""

from __future__ import annotations

from typing import NamedTuple

import structlog
from flask import abort, current_app, flash, redirect, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import audit
from webapp.access.authentication import HalfOpen
from webapp.access.permissions import public
from webapp.access.rejection_sampler import RejectionSampler
from webapp.access.single_sign_on.issuer import Issuer, NotAccepted, NotAvailable
from webapp.access.single_sign_on.pending import begin, take
from webapp.access.single_sign_on.people import LABEL, sign_in
from webapp.core.database import release, writing
from webapp.core.settings import Settings
from webapp.web.safe_redirect import own_address

from . import blueprint
from .entrance import let_in
from .second_step_views import ask_second_step

log = structlog.stdlib.get_logger("webapp.web.auth")


class SingleSignOn(NamedTuple):
    """What pages say of it; `is_only`: nobody signs in with a password. `gives_roles`: the provider's claim decides."""

    name: str
    is_only: bool
    gives_roles: bool


@blueprint.app_context_processor
def _offered() -> dict[str, SingleSignOn | None]:
    settings = _settings()
    if not settings.oidc_issuer:
        return {"single_sign_on": None}
    return {
        "single_sign_on": SingleSignOn(settings.oidc_name, not settings.password_sign_in, bool(settings.oidc_roles))
    }


@blueprint.get("/sign-in/oidc")
@public
def begin_oidc() -> Response:
    """Leads to the provider; with `anew` in the address the person must prove there once more who they are."""
    issuer = _issuer_or_404()
    begun = begin(own_address(request.args.get("next")) or "/", is_anew="anew" in request.args)
    release()
    try:
        return redirect(issuer.address(begun.pending, _answer_address()))
    except NotAvailable as error:
        return _not_available(error)


@blueprint.get("/sign-in/oidc/answer")
@public
def end_oidc() -> Response:
    """Opens a session for whom the provider names, or says on the sign-in page that it did not come to that."""
    issuer, given = _issuer_or_404(), request.args
    begun = take(given.get("state", ""))
    if begun is None:
        return _back(gettext("This sign-in was begun too long ago, or in another browser. Begin again."))
    release()
    try:
        if "error" in given or given.get("iss", _settings().oidc_issuer) != _settings().oidc_issuer:
            raise NotAccepted("refused by the provider" if "error" in given else "an answer of another provider")
        claims = issuer.claims(begun.pending, given.get("code", ""), _answer_address())
        outcome, before = sign_in(claims, _settings()), current_user._get_current_object()
        if isinstance(outcome, HalfOpen):
            return ask_second_step(outcome, begun.next, "")
        return let_in(outcome, before, begun.next, "")
    except NotAvailable as error:
        return _not_available(error)
    except NotAccepted as error:
        _record_failure(error)
        words = gettext("%(name)s did not sign you in here. An admin finds the cause in the audit log.", name=_name())
        return _back(words)


def _record_failure(error: NotAccepted) -> None:
    """Of strangers the first few of a minute: a state is to be had for the asking."""
    log.warning("single sign-on refused", cause=error.cause)
    strangers: RejectionSampler = current_app.extensions["strangers_refusals"]
    if strangers.is_worth_an_entry(request.remote_addr or ""):
        with writing():
            audit.record(audit.Action.LOGIN_FAILED, outcome="denied", after={"cause": error.cause, "means": LABEL})


def _not_available(error: NotAvailable) -> Response:
    log.error("single sign-on is not available", cause=str(error))
    return _back(gettext("%(name)s does not answer as it should at the moment. Try again in a moment.", name=_name()))


def _back(words: str) -> Response:
    flash(words, "danger")
    return redirect(url_for("auth.sign_in"))


def _answer_address() -> str:
    return url_for("auth.end_oidc", _external=True)


def _name() -> str:
    """As it begins a sentence."""
    name = _settings().oidc_name
    return name[:1].upper() + name[1:]


def _issuer_or_404() -> Issuer:
    if not _settings().oidc_issuer:
        abort(404)
    issuer: Issuer = current_app.extensions.setdefault("oidc_issuer", Issuer(_settings()))
    return issuer


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
