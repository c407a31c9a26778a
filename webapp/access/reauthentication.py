"""Acts that need to know that it is still the same person: the password is asked for again when the last proof is old.

The session gets a new token with it (R31), so what somebody may have stolen before is worth nothing after.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask_babel.speaklater import LazyString
from sqlalchemy import update

from webapp import audit
from webapp.core.database import writing
from webapp.models.base import now
from webapp.models.staff_session import StaffSession

from . import sessions, throttle
from .authentication import Person, bind_person, check_proof
from .own_password import LOCKED, WRONG

FRESH = timedelta(minutes=5)


def is_fresh(person: Person) -> bool:
    """Whether the person proved a short while ago who they are."""
    return now() - person.confirmed <= FRESH


def confirm(person: Person, password: str) -> Person | LazyString:
    """The person in the same session under a new token, or what to tell: counted like a sign-in, by itself.

    Raises TurnedAway.
    """
    checked = check_proof(person.email, password)
    if checked.user is None or not checked.is_right:
        with writing():
            audit.record(
                audit.Action.CONFIRMED,
                outcome="denied",
                object_type="session",
                object_id=person.session_id,
                after={"cause": checked.cause},
            )
        return LOCKED if checked.attempt.locked else WRONG
    again = replace(person, token=sessions.new_token(), confirmed=now())
    with writing(lock=throttle.LOCK_NAME) as session:
        throttle.forget(session, checked.attempt)
        session.execute(
            update(StaffSession)
            .where(StaffSession.id == person.session_id)
            .values(token_hash=sessions.digest(again.token), confirmed=again.confirmed)
        )
        bind_person(again)
        audit.record(audit.Action.CONFIRMED, object_type="session", object_id=person.session_id)
    return again
