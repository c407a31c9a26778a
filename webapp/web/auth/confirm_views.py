"""Confirming who one is, before an act that needs it."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from webapp.access import passkeys
from webapp.access.authentication import Person, enter
from webapp.access.permissions import Permission, requires
from webapp.access.reauthentication import confirm, confirm_by_factor, takes_password
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.user import User
from webapp.web.safe_redirect import own_address
from webapp.web.typed_forms import never_kept

from . import blueprint
from .forms import ConfirmForm


@blueprint.get("/you/confirm")
@requires(Permission.OWN_SESSIONS)
def ask_confirm() -> Response:
    """The form; it leads on to the page that asked for it."""
    return _page(ConfirmForm(formdata=None, next=own_address(request.args.get("next")) or "/"))


@blueprint.post("/you/confirm")
@requires(Permission.OWN_SESSIONS)
@never_kept
def confirm_person() -> AnyResponse:
    """Goes on, or says what is wrong: with the second factor of who has one, else with the password."""
    form, person = ConfirmForm(), current_user._get_current_object()
    form.validate()
    asks_factor = person.has_second_factor
    outcome = confirm_by_factor(person, form.proof) if asks_factor else confirm(person, form.password.data or "")
    if not isinstance(outcome, Person):
        form["code" if asks_factor else "password"].errors = [str(outcome)]
        return _page(form, 422)
    enter(outcome)
    return redirect(own_address(form.next.data) or "/", 303)


def _page(form: ConfirmForm, status: int = 200) -> Response:
    user = db.session.get_one(User, current_user.id)
    has_app = user.totp_seed_sealed is not None
    offers_passkey = passkeys.can_be_used() and bool(passkeys.of(db.session, user.id))
    release()
    values = {
        "form": form,
        "has_app": has_app,
        "offers_passkey": offers_passkey,
        "takes_password": takes_password(current_user),
    }
    return make_response(render_template("auth/confirm.html", **values), status)
