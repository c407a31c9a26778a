"""One's own second factors as values, and what follows a change of them."""

from __future__ import annotations

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel.speaklater import LazyString
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.access import passkeys, recovery_codes
from webapp.access.authentication import enter
from webapp.access.own_factors import Changed
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.user import User

from .forms import PasskeyForm


def page(form: PasskeyForm | None = None, status: int = 200) -> Response:
    """All of them on one page."""
    user = db.session.get_one(User, current_user.id)
    keys = [(one.id, one.name, one.created, one.last_used) for one in passkeys.of(db.session, user.id)]
    values = {
        "form": form or PasskeyForm(formdata=None),
        "has_app": user.totp_seed_sealed is not None,
        "passkeys": keys,
        "codes_left": recovery_codes.count(db.session, user.id),
        "takes_passkeys": passkeys.can_be_used(),
        "by_name": _address_by_name(),
    }
    release()
    return make_response(render_template("auth/factors.html", **values), status)


def after_change(outcome: Changed | LazyString, form: PasskeyForm, words: str) -> Response:
    """Back to them all; first the recovery codes, where there are new ones; or what is wrong."""
    if not isinstance(outcome, Changed):
        form.form_errors = [str(outcome)]
        return page(form, 422)
    return changed(outcome, words)


def changed(outcome: Changed, words: str) -> Response:
    """The same where nothing can be wrong any more."""
    enter(outcome.person)
    if outcome.codes:
        return show_codes(outcome.codes, words)
    flash(words, "success")
    return redirect(url_for("auth.show_factors"), 303)


def show_codes(codes: list[str], words: str) -> Response:
    """The recovery codes, on this page only: what is kept cannot be read back."""
    onward = url_for("auth.show_unsent_form") if current_user.has_kept_form else url_for("auth.show_factors")
    return make_response(render_template("auth/recovery_codes.html", codes=codes, words=words, onward=onward))


def _address_by_name() -> str | None:
    """The same page where browsers take passkeys, if this is the address of the machine itself as a number."""
    settings: Settings = current_app.extensions["settings"]
    if passkeys.can_be_used() or "localhost" not in settings.trusted_hosts:
        return None
    return request.url_root.replace(passkeys.host(), "localhost", 1).rstrip("/")
