"""Acts that need to know that it is still the same person, who is asked again when the last proof is old.

Whoever has a second factor gives that: a code, a passkey or a recovery code; everybody else the password. The session
gets a new token with it (R31), so what somebody may have stolen before is worth nothing after.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.database import writing
from webapp.core.settings import Settings
from webapp.models.base import now

from . import second_factor, sessions, throttle
from .authentication import Person, bind_person, check_proof
from .own_password import LOCKED, WRONG
from .second_factor import Proof

FRESH = timedelta(minutes=5)
ELSEWHERE = _l("A password of the desk does not count here. Confirm with single sign-on.")
CONFIRM = "confirm"
"""The purpose of the passkey's challenge; its subject is the session."""


def is_fresh(person: Person) -> bool:
    """Whether the person proved a short while ago who they are."""
    return now() - person.confirmed <= FRESH


def takes_password(person: Person) -> bool:
    """Whether the password proves who somebody is: not where the OpenID provider does instead, or they have more."""
    return not person.has_second_factor and not person.is_vouched_for and _passwords_count()


def _passwords_count() -> bool:
    settings: Settings = current_app.extensions["settings"]
    return settings.password_sign_in


def confirm(person: Person, password: str) -> Person | LazyString:
    """The person in the same session under a new token, or what to tell: counted like a sign-in, by itself.

    Only for who has no second factor, and where passwords count: see `takes_password`. Raises TurnedAway.
    """
    if not takes_password(person):
        return ELSEWHERE
    checked = check_proof(person.email, password)
    if checked.user is None or not checked.is_right:
        with writing():
            _record_refusal(person, checked.cause)
        return LOCKED if checked.attempt.locked else WRONG
    with writing(lock=throttle.LOCK_NAME) as session:
        throttle.forget(session, checked.attempt)
        return _confirmed(session, person, "password")


def confirm_by_factor(person: Person, proof: Proof) -> Person | LazyString:
    """The same with a second factor, counted apart from passwords."""
    counter = throttle.of_factor_proof(person.email)
    checked = second_factor.check(person.id, proof, counter, CONFIRM, str(person.session_id))
    with writing(lock=throttle.LOCK_NAME) as session:
        if checked.take(session):
            return _confirmed(session, person, str(checked.factor))
        if checked.attempt is not None:
            _record_refusal(person, checked.cause)
    return checked.words


def renewed(session: Session, person: Person) -> Person:
    """The person in the same session under a new token, confirmed now. Call inside `writing()`."""
    token, confirmed = sessions.renew(session, person.session_id)
    again = replace(person, token=token, confirmed=confirmed)
    bind_person(again)
    return again


def _confirmed(session: Session, person: Person, factor: str) -> Person:
    again = renewed(session, person)
    after = {"factor": factor}
    audit.record(audit.Action.CONFIRMED, object_type="session", object_id=person.session_id, after=after)
    return again


def _record_refusal(person: Person, cause: str) -> None:
    audit.record(
        audit.Action.CONFIRMED,
        outcome="denied",
        object_type="session",
        object_id=person.session_id,
        after={"cause": cause},
    )
