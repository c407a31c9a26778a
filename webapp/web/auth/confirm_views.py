"""Confirming who one is, before an act that needs it."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse
from wtforms import HiddenField, PasswordField

from webapp.access.authentication import Person, enter
from webapp.access.permissions import Permission, requires
from webapp.access.reauthentication import confirm
from webapp.web.safe_redirect import own_address

from . import blueprint
from .forms import YOUR_PASSWORD


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """The password alone: whose it is, is known."""

    password = PasswordField(YOUR_PASSWORD)
    next = HiddenField()


@blueprint.get("/you/confirm")
@requires(Permission.OWN_SESSIONS)
def ask_confirm() -> Response:
    """The form; it leads on to the page that asked for it."""
    return _page(ConfirmForm(formdata=None, next=own_address(request.args.get("next")) or "/"))


@blueprint.post("/you/confirm")
@requires(Permission.OWN_SESSIONS)
def confirm_person() -> AnyResponse:
    """Goes on, or says what is wrong."""
    form = ConfirmForm()
    form.validate()
    outcome = confirm(current_user._get_current_object(), form.password.data or "")
    if not isinstance(outcome, Person):
        form.password.errors = [str(outcome)]
        return _page(form, 422)
    enter(outcome)
    return redirect(own_address(form.next.data) or "/", 303)


def _page(form: ConfirmForm, status: int = 200) -> Response:
    return make_response(render_template("auth/confirm.html", form=form), status)
