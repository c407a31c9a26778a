"""What somebody is told after signing in: when they were here last, and who has tried to come in as them since."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext, ngettext
from sqlalchemy import func, select

from webapp import audit
from webapp.access import sessions
from webapp.access.person import Person
from webapp.audit.chain import stored
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.presentation.formatting import when

from .browser_words import browser_words

_FAILED = (
    audit.Action.LOGIN_FAILED,
    audit.Action.LOGIN_LOCKED,
    audit.Action.FACTOR_FAILED,
    audit.Action.FACTOR_LOCKED,
)


def tell_last_sign_in(person: Person) -> None:
    """On the next page; nothing at the first sign-in of all."""
    last = sessions.last_before(person.session_id, person.id)
    if last is None:
        release()
        return
    failed = (
        AuditEntry.object_id == str(person.id),
        AuditEntry.object_type == "user",
        AuditEntry.event.in_(_FAILED),
        AuditEntry.ts > stored(last.created),
    )
    count = db.session.scalar(select(func.count()).select_from(AuditEntry).where(*failed)) or 0
    words = gettext(
        "Last sign-in: %(when)s, %(browser)s.", when=when(last.created), browser=browser_words(last.user_agent)
    )
    release()
    if not count:
        flash(words, "info")
        return
    since = ngettext(
        "Since then %(num)s sign-in with your address has failed. If that was not you, tell an admin.",
        "Since then %(num)s sign-ins with your address have failed. If that was not you, tell an admin.",
        count,
    )
    flash(f"{words} {since}", "warning")
