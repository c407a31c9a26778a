"""Passkeys: what a browser asks for before it makes or uses one, and signing in with nothing else."""

from __future__ import annotations

from flask import abort, current_app, flash, redirect, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.access import passkeys, second_step
from webapp.access.authentication import Person
from webapp.access.own_factors import add_passkey
from webapp.access.permissions import Permission, public, requires
from webapp.access.reauthentication import CONFIRM
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.user import User
from webapp.web.guard import fresh_sign_in_for
from webapp.web.typed_forms import never_kept

from . import blueprint, factor_page
from .entrance import let_in
from .forms import PasskeyForm


@blueprint.get("/sign-in/passkey")
@public
def tell_sign_in_options() -> dict[str, object]:
    """What the browser needs to offer the passkeys that it has for this address."""
    return passkeys.options_to_prove(passkeys.SIGN_IN, "")


@blueprint.post("/sign-in/passkey")
@public
@never_kept
def sign_in_with_passkey() -> Response:
    """Opens a session without a password, or says that it did not work; not where only the OpenID provider signs in."""
    if not current_app.extensions["settings"].password_sign_in:
        abort(404)
    before = current_user._get_current_object()
    outcome = second_step.sign_in_with_passkey(request.form.get("passkey", ""))
    if isinstance(outcome, Person):
        return let_in(outcome, before, request.form.get("next", ""), request.form.get("kept", ""))
    flash(gettext("Sign-in with the passkey failed. Use your e-mail address and password."), "warning")
    return redirect(url_for("auth.sign_in", next=request.form.get("next") or None), 303)


@blueprint.get("/you/confirm/passkey")
@requires(Permission.OWN_SESSIONS)
def tell_confirm_options() -> dict[str, object]:
    """What the browser needs to use one of the person's own."""
    known = passkeys.of(db.session, current_user.id)
    release()
    return passkeys.options_to_prove(CONFIRM, str(current_user.session_id), known)


@blueprint.get("/you/second-factor/passkeys/new")
@requires(Permission.OWN_SESSIONS)
@fresh_sign_in_for("auth.show_factors")
def tell_new_options() -> dict[str, object]:
    """What the browser needs to make one."""
    if not passkeys.can_be_used():
        abort(404)
    user = db.session.get_one(User, current_user.id)
    known = passkeys.of(db.session, user.id)
    options = passkeys.options_to_create(user, known)
    release()
    return options


@blueprint.post("/you/second-factor/passkeys")
@requires(Permission.OWN_SESSIONS)
@fresh_sign_in_for("auth.show_factors")
def keep_passkey() -> Response:
    """Keeps one that the browser has made."""
    form = PasskeyForm()
    if not form.validate():
        return factor_page.page(form, 422)
    person = current_user._get_current_object()
    outcome = add_passkey(person, form.passkey.data or "", form.name.data)
    return factor_page.after_change(outcome, form, gettext("The passkey is saved. Your other sessions are ended."))
