"""One's own second factors: an authenticator app, passkeys, and recovery codes for when they are lost."""

from __future__ import annotations

from flask import abort, current_app, make_response, redirect, render_template, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.access import own_factors, passkeys, totp
from webapp.access.own_factors import Changed
from webapp.access.permissions import Permission, requires
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.user import User
from webapp.web.guard import fresh_sign_in, fresh_sign_in_for
from webapp.web.typed_forms import never_kept

from . import blueprint, factor_page
from .forms import AppForm

PAGE = "auth.show_factors"


@blueprint.get("/you/second-factor")
@requires(Permission.OWN_SESSIONS)
def show_factors() -> Response:
    """What the person has, and what can be done about it."""
    return factor_page.page()


@blueprint.get("/you/second-factor/app")
@requires(Permission.OWN_SESSIONS)
@fresh_sign_in
def ask_app() -> Response:
    """A new seed as a picture and as text; it is nobody's before its code was typed."""
    return _app(totp.prepare(current_user.id), AppForm(formdata=None))


@blueprint.post("/you/second-factor/app")
@requires(Permission.OWN_SESSIONS)
@fresh_sign_in_for("auth.ask_app")
@never_kept
def set_up_app() -> Response:
    """Keeps the app, or says that its code is wrong."""
    form = AppForm()
    prepared = totp.prepared_for(current_user.id, form.prepared.data or "")
    if prepared is None:
        return redirect(url_for("auth.ask_app"), 303)
    if not form.validate():
        return _app(prepared, form, 422)
    outcome = own_factors.set_up_app(current_user._get_current_object(), prepared, form.code.data)
    if not isinstance(outcome, Changed):
        form.code.errors = [str(outcome)]
        return _app(prepared, form, 422)
    return factor_page.changed(outcome, gettext("The authenticator app is set up. Your other sessions are ended."))


def _app(prepared: totp.Prepared, form: AppForm, status: int = 200) -> Response:
    form.prepared.data = prepared.sealed
    values = {"form": form, "picture": prepared.picture(current_user.email), "seed": prepared.in_groups}
    return make_response(render_template("auth/factor_app.html", **values), status)


@blueprint.get("/you/second-factor/app/remove")
@requires(Permission.OWN_SESSIONS)
@fresh_sign_in
def ask_remove_app() -> Response:
    """What it means, before it is done."""
    user = db.session.get_one(User, current_user.id)
    if user.totp_seed_sealed is None:
        release()
        return redirect(url_for(PAGE), 303)
    is_last = own_factors.would_be_last(db.session, user, app=True)
    release()
    return _remove(gettext("Remove the authenticator app"), url_for("auth.remove_app"), is_last)


@blueprint.post("/you/second-factor/app/remove")
@requires(Permission.OWN_SESSIONS)
@fresh_sign_in_for("auth.ask_remove_app")
def remove_app() -> Response:
    """Codes of the app are worth nothing any more."""
    person = own_factors.remove_app(current_user._get_current_object())
    return factor_page.changed(Changed(person, []), gettext("The authenticator app is removed."))


@blueprint.get("/you/second-factor/passkeys/<row_id:passkey_id>/remove")
@requires(Permission.OWN_SESSIONS)
@fresh_sign_in
def ask_remove_passkey(passkey_id: int) -> Response:
    """What it means, before it is done."""
    user = db.session.get_one(User, current_user.id)
    names = {one.id: one.name for one in passkeys.of(db.session, user.id)}
    is_last = own_factors.would_be_last(db.session, user, app=False)
    release()
    if passkey_id not in names:
        abort(404)
    title = gettext("Remove the passkey %(name)s", name=names[passkey_id])
    return _remove(title, url_for("auth.remove_passkey", passkey_id=passkey_id), is_last)


@blueprint.post("/you/second-factor/passkeys/<row_id:passkey_id>/remove")
@requires(Permission.OWN_SESSIONS)
@fresh_sign_in_for("auth.ask_remove_passkey")
def remove_passkey(passkey_id: int) -> Response:
    """The passkey is worth nothing here any more."""
    person = own_factors.remove_passkey(current_user._get_current_object(), passkey_id)
    return factor_page.changed(Changed(person, []), gettext("The passkey is removed."))


def _remove(title: str, action: str, is_last: bool) -> Response:
    needs_one = current_app.extensions["settings"].requires_second_factor and current_user.roles.need_second_factor
    values = {"title": title, "action": action, "is_last": is_last, "needs_one": needs_one}
    return make_response(render_template("auth/factor_remove.html", **values))


@blueprint.post("/you/second-factor/recovery-codes")
@requires(Permission.OWN_SESSIONS)
@fresh_sign_in_for(PAGE)
def make_recovery_codes() -> Response:
    """Ten new ones, shown once."""
    codes = own_factors.new_recovery_codes(current_user._get_current_object())
    if not codes:
        return redirect(url_for(PAGE), 303)
    return factor_page.show_codes(codes, gettext("The codes before are worth nothing any more."))
