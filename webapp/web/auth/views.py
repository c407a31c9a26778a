"""Signing in and out, and getting back what was typed when a session ended."""

from __future__ import annotations

from dataclasses import replace

from flask import current_app, flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from webapp.access import passkeys, sessions
from webapp.access.authentication import HalfOpen, SignInRefused, TurnedAway
from webapp.access.authentication import sign_in as check_and_open
from webapp.access.demo_users import DEMO_PASSWORD, demo_people
from webapp.access.permissions import Permission, public, requires
from webapp.core.database import writing
from webapp.models.staff_session import StaffSession
from webapp.web import form_drafts
from webapp.web.errors import csrf_error, with_retry_after, words_for_turned_away
from webapp.web.guard import SignInFirst, record_csrf_failure
from webapp.web.safe_redirect import own_address, page_before
from webapp.web.typed_forms import came_from_our_page

from . import blueprint
from . import confirm_views as _confirm_views  # noqa: F401 - adds the question who somebody is
from . import factor_views as _factor_views  # noqa: F401 - adds one's own second factors
from . import oidc_views as _oidc_views  # noqa: F401 - adds signing in at the OpenID provider
from . import own_views as _own_views  # noqa: F401 - adds the views of one's own sessions and password
from . import passkey_views as _passkey_views  # noqa: F401 - adds passkeys, and what browsers ask to use them
from . import welcome_views as _welcome_views  # noqa: F401 - adds the first password
from .entrance import let_in
from .forms import SignInForm
from .lapse_words import words_for
from .second_step_views import ask_second_step


@blueprint.get("/sign-in")
@public
def sign_in() -> Response | str:
    """The form, with a word about why the last session is over."""
    address = own_address(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(address or "/")
    sessions.close_lapsed()
    return _page(SignInForm(formdata=None, next=address or "", email=_email_of_last()))


def _email_of_last() -> str:
    """Whose session has just run out in this browser; nobody's who signed out, or may not come back."""
    over = sessions.lapse()
    return over.email if over and over.reason not in (sessions.SIGNED_OUT, sessions.DISABLED) else ""


@blueprint.post("/sign-in")
@public
def open_session() -> Response:
    """Opens a session, or shows the form again with one sentence for every kind of failure."""
    form = SignInForm()
    before = current_user._get_current_object()
    try:
        outcome = check_and_open(form.email.data or "", form.password.data or "")
    except TurnedAway as error:
        return _turned_away(form, error)
    if isinstance(outcome, SignInRefused):
        form.form_errors = [gettext("Sign-in failed. Check the e-mail address and the password.")]
        return make_response(_page(form), 422)
    if isinstance(outcome, HalfOpen):
        return ask_second_step(outcome, form.next.data or "", form.kept.data or "")
    return let_in(outcome, before, form.next.data or "", form.kept.data or "")


@blueprint.app_errorhandler(SignInFirst)
def _sign_in_first(error: SignInFirst) -> Response:
    """The sign-in page in place of the answer to a form, which it carries: a stranger has nothing stored here."""
    return make_response(_page(SignInForm(formdata=None, next=page_before() or "", kept=error.carried)), 401)


@blueprint.errorhandler(CSRFError)
def _of_another_session(error: CSRFError) -> Response:
    """A sign-in page that stood open too long: the form again, with what was typed but the password."""
    if request.endpoint != "auth.open_session" or not came_from_our_page():
        return csrf_error(error)
    record_csrf_failure()
    form = SignInForm()
    if current_user.is_authenticated:
        return redirect(own_address(form.next.data) or "/", 303)
    form.form_errors = [gettext("This page was open for too long, so nothing was checked. Type your password again.")]
    return make_response(_page(form), 400)


def _turned_away(form: SignInForm, error: TurnedAway) -> Response:
    form.form_errors = [words_for_turned_away(error).message]
    return with_retry_after(make_response(_page(form), words_for_turned_away(error).status), error)


def _page(form: SignInForm) -> str:
    over, settings = sessions.lapse(), current_app.extensions["settings"]
    if over and over.has_unsent_form:
        over = replace(over, has_unsent_form=form_drafts.unsent(over.session_id) is not None)
    return render_template(
        "auth/sign_in.html",
        form=form,
        lapse=words_for(over) if over else None,
        demo_people=demo_people(),
        demo_password=DEMO_PASSWORD,
        takes_passkeys=passkeys.can_be_used() and settings.password_sign_in,
        requires_second_factor=settings.requires_second_factor,
    )


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
    """What the person had typed before they had to prove who they are; it is sent by their click only."""
    unsent = form_drafts.unsent(current_user.session_id)
    return render_template("auth/unsent_form.html", unsent=unsent) if unsent else redirect("/")
