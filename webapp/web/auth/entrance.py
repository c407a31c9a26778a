"""The last of a sign-in, however somebody proved who they are: their browser gets the session, and what was typed."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from webapp.access import known_browsers, sessions
from webapp.access.authentication import Person, enter
from webapp.access.person import Stranger
from webapp.core.database import writing
from webapp.models.staff_session import StaffSession
from webapp.web import form_drafts
from webapp.web.safe_redirect import own_address

from .last_sign_in import tell_last_sign_in


def let_in(person: Person, before: Person | Stranger, address: str, kept: str) -> Response:
    """Goes on to the address, or to the form that waits: `kept`, sealed. `before` was signed in here until now."""
    over = sessions.lapse()
    last = before.session_id if isinstance(before, Person) else over.session_id if over else None
    with writing() as transaction:
        has_unsent = form_drafts.hand_over(transaction, person.id, last, person.session_id)
        if isinstance(before, Person):
            sessions.end(transaction, StaffSession.id == before.session_id, reason=sessions.REPLACED)
    has_unsent |= form_drafts.take_up_carried(kept, person.id, person.session_id)
    enter(person)
    tell_last_sign_in(person)
    onward = url_for("auth.show_unsent_form") if has_unsent else own_address(address) or "/"
    response = redirect(onward, 303)
    known_browsers.remember(response, person.email)
    return response
