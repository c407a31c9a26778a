"""What people do about their own sessions and their own password."""

from __future__ import annotations

from flask import abort, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response

from webapp.access import sessions, staff
from webapp.access.authentication import enter
from webapp.access.grants import StaffChangeRefused
from webapp.access.own_password import NotTaken, change_password
from webapp.access.permissions import Permission, requires
from webapp.core.database import writing
from webapp.models.staff_session import StaffSession
from webapp.presentation.role_words import roles_words

from . import blueprint, ending
from .browser_words import browser_words
from .forms import NameForm, PasswordForm


@blueprint.get("/you")
@requires(Permission.OWN_SESSIONS)
def show_you() -> Response:
    """Who the person is on the desk, and what they can change about it."""
    return _you(NameForm(formdata=None, name=current_user.name))


@blueprint.post("/you")
@requires(Permission.OWN_SESSIONS)
def change_name() -> Response:
    """Another name, or what is wrong with it."""
    form = NameForm()
    if not form.validate():
        return _you(form, 422)
    try:
        staff.rename(current_user.id, form.name.data)
    except StaffChangeRefused as error:
        form.name.errors = [str(error)]
        return _you(form, 422)
    flash(gettext("Your name is saved. Entries of the audit log keep the one they were written with."), "success")
    return redirect(url_for("auth.show_you"), 303)


def _you(form: NameForm, status: int = 200) -> Response:
    roles = roles_words(current_user.roles, current_user.accounts)
    return make_response(render_template("auth/you.html", form=form, roles=roles), status)


@blueprint.get("/you/sessions")
@requires(Permission.OWN_SESSIONS)
def list_sessions() -> str:
    """Where the person is signed in, this browser first."""
    mine = sorted(sessions.open_sessions(current_user.id), key=lambda one: one.id != current_user.session_id)
    rows = [
        {
            "id": one.id,
            "browser": browser_words(one.user_agent),
            "ip": one.ip,
            "created": one.created,
            "last_seen": one.last_seen,
            "is_this": one.id == current_user.session_id,
        }
        for one in mine
    ]
    return render_template("auth/sessions.html", rows=rows)


@blueprint.get("/you/time-left")
@requires(Permission.OWN_SESSIONS)
def tell_time_left() -> dict[str, object]:
    """When to ask again, and the warning if the session ends soon; a page that asks by itself keeps nothing alive."""
    return ending.told(*sessions.time_left(current_user.session_id))


@blueprint.post("/you/sessions/<row_id:session_id>/end")
@requires(Permission.OWN_SESSIONS)
def end_session(session_id: int) -> Response:
    """Ends one other session of the person; somebody else's is not found."""
    if not _end(StaffSession.id == session_id):
        abort(404)
    flash(gettext("The session is ended. That browser has to sign in again."), "success")
    return redirect(url_for("auth.list_sessions"), 303)


@blueprint.post("/you/sessions/end-others")
@requires(Permission.OWN_SESSIONS)
def end_other_sessions() -> Response:
    """Ends all sessions of the person but this one."""
    count = _end()
    words = ngettext("%(num)s other session is ended.", "%(num)s other sessions are ended.", count)
    flash(words if count else gettext("There was no other session to end."), "success" if count else "info")
    return redirect(url_for("auth.list_sessions"), 303)


def _end(*which: ColumnElement[bool]) -> int:
    others = (StaffSession.user_id == current_user.id, StaffSession.id != current_user.session_id)
    with writing() as transaction:
        return sessions.end(transaction, *others, *which, reason=sessions.ENDED_ELSEWHERE)


@blueprint.get("/you/password")
@requires(Permission.OWN_SESSIONS)
def show_password() -> str:
    """The form for another password."""
    return render_template("auth/password.html", form=PasswordForm(formdata=None))


@blueprint.post("/you/password")
@requires(Permission.OWN_SESSIONS)
def save_password() -> Response:
    """Changes the password, or says what is wrong with it."""
    form = PasswordForm()
    if not form.validate():
        return _password_again(form)
    outcome = change_password(current_user._get_current_object(), form.current.data, form.new.data)
    if isinstance(outcome, NotTaken):
        form[outcome.field].errors = [str(outcome.message)]
        return _password_again(form)
    enter(outcome)
    flash(gettext("Your password is changed. Every other session of yours is ended."), "success")
    return redirect(url_for("auth.list_sessions"), 303)


def _password_again(form: PasswordForm) -> Response:
    return make_response(render_template("auth/password.html", form=form), 422)
