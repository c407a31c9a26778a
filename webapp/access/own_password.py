"""Somebody gives themselves another password: all their sessions end, and this browser gets a new one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.database import writing
from webapp.models.base import now
from webapp.models.staff_session import StaffSession
from webapp.models.user import User

from . import password_rules, passwords, sessions, throttle
from .authentication import Person, check_proof, open_for

WRONG = _l("This is not your password.")
LOCKED = _l("Too many wrong passwords. Try again in half an hour, or ask an admin.")
SAME = _l("This is your current password. Choose a different one.")
DEMO = _l("Demo accounts keep their password, because everybody shares them.")


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The password stays as it was: which field is wrong, and what to tell about it."""

    field: Literal["current", "new"]
    message: LazyString


def change_password(person: Person, current: str, new: str) -> Person | NotTaken:
    """Sets the new password; the current one is checked first, so that nobody else has the new one looked at.

    Raises TurnedAway.
    """
    checked = check_proof(person.email, current)
    if checked.user is None or not checked.is_right:
        _record_refusal(person, checked.cause)
        return NotTaken("current", LOCKED if checked.attempt.locked else WRONG)
    wrong = _problem(person, current, new)
    hashed = "" if wrong else passwords.hash_password(new)
    with writing(lock=throttle.LOCK_NAME) as session:
        throttle.forget(session, checked.attempt)
        if wrong is not None:
            return NotTaken("new", wrong)
        user = session.get_one(User, person.id, populate_existing=True, with_for_update=True)
        user.password_hash, user.password_changed, user.must_change_password = hashed, now(), False
        sessions.end(session, StaffSession.user_id == person.id, reason=sessions.PASSWORD_CHANGED)
        again = _as_sure_as_before(session, person, open_for(session, user))
        audit.record(audit.Action.PASSWORD_CHANGED, object_type="user", object_id=person.id)
    return again


def _as_sure_as_before(session: Session, person: Person, again: Person) -> Person:
    """A password alone is no fresh proof of somebody who has more to prove it with, or where passwords are off."""
    is_off = not current_app.extensions["settings"].password_sign_in
    if not person.has_second_factor and not person.is_vouched_for and not is_off:
        return again
    opened = session.get_one(StaffSession, again.session_id)
    opened.confirmed, opened.vouched_for = person.confirmed, person.is_vouched_for
    return replace(again, confirmed=person.confirmed, is_vouched_for=person.is_vouched_for)


def _problem(person: Person, current: str, new: str) -> LazyString | None:
    wrong = password_rules.problem(new, email=person.email, name=person.name)
    if wrong is None and person.is_demo:
        wrong = DEMO
    if wrong is None and passwords.normalised(current) == passwords.normalised(new):
        wrong = SAME
    return wrong


def _record_refusal(person: Person, cause: str) -> None:
    with writing():
        audit.record(
            audit.Action.PASSWORD_CHANGED,
            outcome="denied",
            object_type="user",
            object_id=person.id,
            after={"cause": cause},
        )
