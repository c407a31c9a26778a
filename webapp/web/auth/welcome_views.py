"""The first password, chosen with a link that an admin has passed on."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from webapp.access.invitations import LinkIsGone, accept, invited_by
from webapp.access.permissions import public
from webapp.models.user import User
from webapp.presentation.provider_errors import Words
from webapp.web.errors import speak

from . import blueprint
from .forms import FirstPasswordForm


@blueprint.get("/welcome/<token>")
@public
def show_welcome(token: str) -> Response:
    """The form. Looking at it does not use the link up: programs that read mail follow links, too."""
    return _page(FirstPasswordForm(formdata=None), invited_by(token))


@blueprint.post("/welcome/<token>")
@public
def choose_first_password(token: str) -> Response:
    """Keeps the password and leads to the sign-in, or says what is wrong with it."""
    form = FirstPasswordForm()
    person = invited_by(token)
    if not form.validate():
        return _page(form, person, 422)
    wrong = accept(token, form.new.data)
    if wrong is not None:
        form.new.errors = [str(wrong)]
        return _page(form, person, 422)
    flash(gettext("Your password is saved. Sign in with it."), "success")
    return redirect(url_for("auth.sign_in"), 303)


@blueprint.errorhandler(LinkIsGone)
def _link_is_gone(_error: LinkIsGone) -> Response:
    return speak(
        Words(
            410,
            gettext("This link cannot be used any more"),
            gettext("It was used already, replaced by a newer one, or is older than a day."),
            gettext("If you have chosen a password, sign in with it. Else ask an admin for a new link."),
        )
    )


def _page(form: FirstPasswordForm, person: User, status: int = 200) -> Response:
    return make_response(render_template("auth/welcome.html", form=form, person=person), status)
