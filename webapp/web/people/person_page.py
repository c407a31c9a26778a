"""One person as values, and the link that is shown once."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.access import people_search, sessions
from webapp.access.invitations import Link
from webapp.access.people_search import State
from webapp.access.roles import Roles, roles_of
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.user import User
from webapp.presentation.formatting import time_html

from .forms import RolesForm, roles_form
from .words import ROLE_SENTENCES, roles_words, state_words


def roles(user: User) -> Roles:
    """As they are stored now."""
    found = roles_of(db.session, user.id)
    release()
    return found


def values(user: User, form: RolesForm | None) -> dict[str, Any]:
    """The values of somebody's page. There is no form of roles on one's own."""
    (found,) = people_search.described(db.session, [user])
    is_self = user.id == current_user.id
    accounts = current_user.accounts
    return {
        "person": user,
        "state": state_words(found.state),
        "is_self": is_self,
        "is_locked": found.state is State.LOCKED,
        "waits": found.state in (State.INVITED, State.EXPIRED),
        "session_count": len(sessions.open_sessions(user.id)),
        "form": None if is_self else form or roles_form(found.roles, accounts, formdata=None),
        "role_sentences": list(ROLE_SENTENCES.values()),
        "facts": [
            (gettext("E-mail"), user.email),
            (gettext("Roles"), roles_words(found.roles, accounts)),
            (gettext("Added"), time_html(user.created)),
            (gettext("Last sign-in"), time_html(found.last_sign_in) if found.last_sign_in else gettext("never")),
            (gettext("Link can be used until"), time_html(found.link_until) if found.link_until else None),
        ],
    }


def show_link(name: str, link: Link) -> Response:
    """The link in full, on this page only: of what is stored nobody can make it again."""
    address = url_for("auth.show_welcome", token=link.token, _external=True)
    page = url_for("people.show_person", person_id=link.user_id)
    until = time_html(link.expires)
    return make_response(render_template("people/link.html", name=name, address=address, until=until, page=page))
