"""The second step of a sign-in: a code or a passkey, after the right password. Nobody is signed in meanwhile."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, session, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.access import passkeys
from webapp.access.authentication import SECOND_STEP, HalfOpen, Person, half_open_subject
from webapp.access.permissions import public
from webapp.access.second_step import StepIsGone, finish, waiting
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.web.typed_forms import never_kept

from . import blueprint
from .entrance import let_in
from .forms import SecondStepForm

_COOKIE = "half_open"


def ask_second_step(outcome: HalfOpen, address: str, kept: str) -> Response:
    """The question, in place of an answer to the password: it carries where to go on, and a form that was typed."""
    session[_COOKIE] = outcome.token
    return _page(SecondStepForm(formdata=None, next=address, kept=kept))


@blueprint.get("/sign-in/second-step")
@public
def show_second_step() -> Response:
    """The question once more, as after reloading the page."""
    return _page(SecondStepForm(formdata=None))


@blueprint.post("/sign-in/second-step")
@public
@never_kept
def finish_sign_in() -> Response:
    """Opens the session, or says what is wrong."""
    form, before = SecondStepForm(), current_user._get_current_object()
    outcome = finish(session.get(_COOKIE, ""), form.proof)
    if isinstance(outcome, Person):
        return let_in(outcome, before, form.next.data or "", form.kept.data or "")
    form.code.errors = [str(outcome)]
    return _page(form, 422)


@blueprint.get("/sign-in/second-step/passkey")
@public
def tell_second_step_options() -> dict[str, object]:
    """What the browser needs to use one of the person's passkeys."""
    user = waiting(session.get(_COOKIE, ""))
    subject, known = half_open_subject(user), passkeys.of(db.session, user.id)
    release()
    return passkeys.options_to_prove(SECOND_STEP, subject, known)


@blueprint.errorhandler(StepIsGone)
def _step_is_gone(_error: StepIsGone) -> Response:
    session.pop(_COOKIE, None)
    if current_user.is_authenticated:
        return redirect("/", 303)
    flash(gettext("The sign-in took too long, or was finished already. Type your password again."), "info")
    return redirect(url_for("auth.sign_in"), 303)


def _page(form: SecondStepForm, status: int = 200) -> Response:
    user = waiting(session.get(_COOKIE, ""))
    offers_passkey = passkeys.can_be_used() and bool(passkeys.of(db.session, user.id))
    values = {"form": form, "email": user.email, "has_app": user.totp_seed_sealed is not None}
    release()
    return make_response(render_template("auth/second_step.html", offers_passkey=offers_passkey, **values), status)
