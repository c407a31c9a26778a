"""Signing in and out, and what people can do about their own sessions and password."""

from __future__ import annotations

from math import ceil

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import current_user, login_user
from werkzeug.wrappers import Response

from ... import sessions, unsent_forms
from ...database import writing
from ...models.staff_session import StaffSession
from ...own_address import own_address
from ...permissions import Permission, public, requires
from ...sign_in import Person, Refused
from ...sign_in import sign_in as check_sign_in
from .forms import SignInForm

blueprint = Blueprint("auth", __name__)


@blueprint.get("/sign-in")
@public
def sign_in() -> Response | str:
    """The form, with a word about why the last session is over."""
    if current_user.is_authenticated:
        return redirect(_after_sign_in(request.args.get("next")))
    sessions.close_lapsed()
    form = SignInForm(formdata=None, next=own_address(request.args.get("next")) or "")
    return render_template("auth/sign_in.html", form=form, lapse=sessions.lapse())


@blueprint.post("/sign-in")
@public
def open_session() -> Response:
    """Opens a session, or shows the form again with one sentence for every kind of failure."""
    form = SignInForm()
    before = current_user._get_current_object()
    outcome = check_sign_in(form.email.data or "", form.password.data or "")
    if isinstance(outcome, Refused):
        return _refused(form, outcome)
    with writing() as transaction:
        has_unsent = unsent_forms.hand_over(transaction, outcome.id, outcome.session_id)
        if isinstance(before, Person):
            sessions.end(transaction, StaffSession.id == before.session_id, reason="signed in anew")
    session.clear()
    login_user(outcome)
    return redirect(url_for("auth.show_unsent_form") if has_unsent else _after_sign_in(form.next.data), 303)


def _refused(form: SignInForm, refused: Refused) -> Response:
    form.form_errors = [_refusal_words(refused)]
    response = make_response(render_template("auth/sign_in.html", form=form, lapse=None), 429 if refused.wait else 422)
    if refused.wait:
        response.headers["Retry-After"] = str(ceil(refused.wait.total_seconds()))
    return response


def _refusal_words(refused: Refused) -> str:
    if refused.wait:
        minutes = ceil(refused.wait.total_seconds() / 60)
        return gettext("Too many attempts from your network. Try again in %(minutes)s minutes.", minutes=minutes)
    return gettext("This did not work. Check the e-mail address and the password.")


def _after_sign_in(address: str | None) -> str:
    return own_address(address) or "/"


@blueprint.post("/sign-out")
@requires(Permission.OWN_SESSIONS)
def sign_out() -> Response:
    """Ends this session for good and leaves nothing of it in the browser."""
    with writing() as transaction:
        sessions.end(transaction, StaffSession.id == current_user.session_id, reason=sessions.SIGNED_OUT)
    session.clear()
    flash(gettext("You are signed out."), "success")
    response = redirect(url_for("auth.sign_in"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.get("/you/unsent")
@requires(Permission.OWN_SESSIONS)
def show_unsent_form() -> Response | str:
    """What the person had typed when their last session ended; it goes on by a click only."""
    unsent = unsent_forms.read(current_user.session_id)
    if unsent is None:
        return redirect("/")
    return render_template("auth/unsent_form.html", unsent=unsent)
