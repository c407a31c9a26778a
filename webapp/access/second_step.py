"""Signing in with more than a password: the second step after one, or a passkey instead of both.

Between the steps nobody is signed in: the browser holds a signed token that opens nothing but the question. The session
begins with the second step, under a token of its own (R31).
"""

from __future__ import annotations

from flask import request
from flask_babel.speaklater import LazyString
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.user import User

from . import known_browsers, one_time, passkeys, passwords, second_factor, sessions, throttle
from .authentication import (
    SECOND_STEP,
    Person,
    SignInRefused,
    half_open_subject,
    is_stale,
    open_for,
    require_no_wait,
)
from .second_factor import Checked, Factor, Proof


class StepIsGone(Exception):
    """It took too long, was used, or the person was changed meanwhile: sign in from the beginning."""


def waiting(token: str) -> User:
    """Who gave the right password. Raises StepIsGone."""
    try:
        return _found(db.session, token)
    except StepIsGone:
        release()
        raise


def _found(session: Session, token: str) -> User:
    subject = one_time.subject_of(SECOND_STEP, token) or ""
    number = subject.partition(" ")[0]
    user = session.get(User, int(number), populate_existing=True) if number.isdecimal() else None
    if user is None or half_open_subject(user) != subject or not sessions.may_work(user):
        raise StepIsGone
    return user


def finish(token: str, proof: Proof) -> Person | LazyString:
    """Opens the session, or says what is wrong with the second factor. Raises StepIsGone."""
    user = waiting(token)
    user_id, email, subject = user.id, user.email, half_open_subject(user)
    release()
    counter = throttle.of_factor(email, known_browsers.number_for(email))
    checked = second_factor.check(user_id, proof, counter, SECOND_STEP, subject, passwords.STRANGERS)
    with writing(lock=throttle.LOCK_NAME) as session:
        user = _found(session, token)
        if checked.take(session):
            if not one_time.use_up(session, token):
                raise StepIsGone
            return _open(session, user, checked.factor)
        _record_failure(user.id, checked)
    return checked.words


def _open(session: Session, user: User, factor: Factor | None) -> Person:
    person = open_for(session, user)
    facts = {"factor": str(factor)}
    audit.record(audit.Action.LOGIN_SUCCEEDED, object_type="session", object_id=person.session_id, after=facts)
    return person


def _record_failure(user_id: int, checked: Checked) -> None:
    if checked.attempt is None:
        return
    is_locked = checked.attempt.locked or checked.attempt.locks
    action = audit.Action.FACTOR_LOCKED if is_locked else audit.Action.FACTOR_FAILED
    audit.record(action, outcome="denied", object_type="user", object_id=user_id, after={"cause": checked.cause})


def sign_in_with_passkey(credential: str) -> Person | SignInRefused:
    """Opens a session for whom a passkey names. Raises TurnedAway where the address failed too often."""
    require_no_wait(throttle.wait_of(request.remote_addr or ""))
    used = passkeys.used(credential, passkeys.SIGN_IN, "")
    with writing(lock=throttle.LOCK_NAME) as session:
        user = session.scalar(select(User).where(User.id == used.user_id)) if used else None
        if used and user and sessions.may_work(user) and not is_stale(user) and passkeys.use(session, used):
            return _open(session, user, Factor.PASSKEY)
        throttle.count_address(session, request.remote_addr or "")
        audit.record(
            audit.Action.LOGIN_FAILED,
            outcome="denied",
            object_type="user" if user else None,
            object_id=user.id if user else None,
            after={"cause": "passkey"},
        )
    return SignInRefused()
