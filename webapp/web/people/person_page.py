"""One person as values, and the link that is shown once."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, make_response, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.access import people_search, second_factor, sessions
from webapp.access.invitations import Link
from webapp.access.people_search import State
from webapp.access.permissions import Permission
from webapp.access.roles import Roles, roles_of
from webapp.alerts.mail import send_mail
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.user import User
from webapp.presentation.formatting import time_html, when_long
from webapp.presentation.role_words import ROLE_SENTENCES, roles_words
from webapp.web.htmx import redirect_after_post

from .forms import RolesForm, roles_form
from .limit_form import LimitsForm, limit_rows, limits_form
from .words import state_words

MAIL_DEADLINE = 8.0
"""Seconds that an admin waits for the mail server; the link is on the page in any case."""


def roles(user: User) -> Roles:
    """As they are stored now."""
    found = roles_of(db.session, user.id)
    release()
    return found


def values(user: User, form: RolesForm | None, limits: LimitsForm | None = None) -> dict[str, Any]:
    """The values of somebody's page. There is no form of roles or limits on one's own."""
    (found,) = people_search.described(db.session, [user])
    is_self = user.id == current_user.id
    accounts = current_user.accounts
    has_second_factor = second_factor.has_any(db.session, user)
    return {
        "person": user,
        "state": state_words(found.state),
        "is_self": is_self,
        "is_locked": found.state is State.LOCKED,
        "waits": found.state in (State.INVITED, State.EXPIRED),
        "has_second_factor": has_second_factor,
        "session_count": len(sessions.open_sessions(user.id)),
        "form": None if is_self else form or roles_form(found.roles, accounts, formdata=None),
        "limits": None if is_self or not _refunds(found.roles) else limits or limits_form(user.id, accounts),
        "limits_open": limits is not None or "limit_account" in request.args,
        "limit_rows": limit_rows(user.id, accounts),
        "role_sentences": list(ROLE_SENTENCES.values()),
        "facts": [
            (gettext("E-mail"), user.email),
            (gettext("Roles"), roles_words(found.roles, accounts)),
            (gettext("Second factor"), gettext("set up") if has_second_factor else gettext("none")),
            (gettext("Added"), time_html(user.created)),
            (gettext("Last sign-in"), time_html(found.last_sign_in) if found.last_sign_in else gettext("never")),
            (gettext("Link can be used until"), time_html(found.link_until) if found.link_until else None),
        ],
    }


def _refunds(roles: Roles) -> bool:
    """Whether somebody refunds anywhere, so that limits say something."""
    return Permission.REFUND_CREATE in roles.permissions_anywhere()


def show_link(user: User, link: Link) -> Response:
    """The link in full, on this page only, and by mail where the desk sends mail: what is stored does not hold it.

    Where passwords are off there is nothing to choose with it.
    """
    settings: Settings = current_app.extensions["settings"]
    page = url_for("people.show_person", person_id=link.user_id)
    if not settings.password_sign_in:
        facts = {"name": user.name, "provider": settings.oidc_name, "email": user.email}
        flash(gettext("%(name)s can sign in with %(provider)s, known there as %(email)s.", **facts), "success")
        return redirect_after_post(page)
    address = url_for("auth.show_welcome", token=link.token, _external=True)
    values = {
        "name": user.name,
        "email": user.email,
        "address": address,
        "until": time_html(link.expires),
        "page": page,
        "mailed": _mailed(user, address, link),
    }
    return make_response(render_template("people/link.html", **values))


def _mailed(user: User, address: str, link: Link) -> str | None:
    """Empty when the mail server has taken it, else a word for what went wrong; None where the desk sends no mail."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.mails_alerts:
        return None
    text = gettext(
        "%(admin)s has given you access to Postpay Desk. Choose your password here:\n\n%(link)s\n\n"
        "The link works once, until %(until)s. You sign in as %(email)s.\n",
        admin=current_user.name,
        link=address,
        until=when_long(link.expires),
        email=user.email,
    )
    return (
        send_mail(settings, gettext("Your access to Postpay Desk"), text, to=[user.email], deadline=MAIL_DEADLINE) or ""
    )
