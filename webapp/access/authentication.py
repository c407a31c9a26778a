"""Who is signed in: the person of a request, and the check of an e-mail address and a password."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from flask import Flask, current_app, g, request
from flask import session as cookie
from flask_login import login_user
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.database import release, writing
from webapp.core.extensions import db, login_manager
from webapp.core.provider_id import without_marks
from webapp.models.base import now
from webapp.models.user import User, normalised_email

from . import known_browsers, one_time, passwords, second_factor, sessions, throttle
from .demo_users import ensure_demo_users
from .form_tokens import own_forms
from .person import Person, Stranger
from .roles import roles_of
from .slots import NoSlot, Slots
from .turned_away import NO_PLACE, TOO_MANY_FAILURES, Flood, Tallies, TurnedAway

__all__ = [
    "SECOND_STEP",
    "HalfOpen",
    "Person",
    "SignInRefused",
    "Stranger",
    "TurnedAway",
    "bind_person",
    "bind_stranger",
    "check",
    "check_proof",
    "ensure_demo_users",
    "enter",
    "half_open_subject",
    "sign_in",
    "turn_away_a_flood",
]

SECOND_STEP = "second step"
"""The purpose of a token between the steps, and of the passkey's challenge there."""
INITIAL_PASSWORD_LIFE = timedelta(hours=24)
LITTLE_WHILE = timedelta(seconds=5)
"""When to try again where no place was free."""


class SignInRefused:
    """The sign-in did not happen; why is never told."""


@dataclass(frozen=True, slots=True)
class HalfOpen:
    """The password was right, and nobody is signed in: the token leads to the question for the second factor."""

    token: str = field(repr=False)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_person(token: str) -> Person | None:
    """The person of a session that is still good; else remembers for this request why it is not."""
    found = sessions.find(token)
    if found is None:
        return None
    return Person(
        id=found.user_id,
        name=found.name,
        email=found.email,
        roles=found.roles,
        session_id=found.id,
        must_change_password=found.must_change_password,
        is_demo=found.is_demo,
        confirmed=found.confirmed,
        token=token,
        has_kept_form=found.has_unsent_form,
        has_second_factor=found.has_second_factor,
        is_vouched_for=found.is_vouched_for,
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check: `is_right` only if the password is right and the person may be let in with it."""

    user: User | None
    attempt: throttle.SignInAttempt
    is_right: bool
    cause: str


def check(email: str, password: str, places: Slots, counter: throttle.Counter) -> Checked:
    """Counts an attempt and verifies one password, of a person or of nobody: both take as long.

    Raises TurnedAway, with nothing counted or looked at, where the address has to wait or no place is free.
    """
    if counter.counts_address:
        require_no_wait(throttle.wait_of(request.remote_addr or ""))
    release()
    try:
        with places.one():
            return _check(email, password, counter)
    except NoSlot:
        raise _turned_away(NO_PLACE, LITTLE_WHILE) from None


def check_proof(email: str, password: str) -> Checked:
    """The same of somebody who is signed in, whom no failed sign-in of strangers keeps from it. Raises TurnedAway."""
    return check(email, password, passwords.STAFF, throttle.of_proof(email))


def _check(email: str, password: str, counter: throttle.Counter) -> Checked:
    with writing(lock=throttle.LOCK_NAME) as session:
        attempt = throttle.count_attempt(session, counter, request.remote_addr or "")
    require_no_wait(attempt.wait)  # of many at once, the one before this was the last that the address had
    user = db.session.execute(select(User).where(User.email == email)).scalar_one_or_none()
    release()
    matches = passwords.verify_password(user.password_hash if user else passwords.NOBODYS, password)
    cause = _why_not(user, attempt, matches)
    return Checked(user, attempt, not cause, cause)


def require_no_wait(wait: timedelta | None) -> None:
    """Raises TurnedAway where an address has to wait."""
    if wait is not None:
        raise _turned_away(TOO_MANY_FAILURES, wait)


def _turned_away(cause: str, wait: timedelta) -> TurnedAway:
    address = request.remote_addr or ""
    _count(cause, address)
    _flood().note(cause, address, wait)
    return TurnedAway(cause, wait)


def turn_away_a_flood(places: Slots) -> None:
    """Before anything is looked up for whoever sends a password. Raises TurnedAway, but for a few in a second."""
    flood, address = _flood(), request.remote_addr or ""
    if not flood.is_on:
        return
    wait = flood.wait_of(address) if places is passwords.STRANGERS else None
    if wait is None and not places.are_taken:
        return
    cause = NO_PLACE if wait is None else TOO_MANY_FAILURES
    _count(cause, address)
    raise TurnedAway(cause, wait or LITTLE_WHILE, briefly=True)


def _count(cause: str, address: str) -> None:
    tallies: Tallies = current_app.extensions["turned_away"]
    tallies.add(cause, address)


def _flood() -> Flood:
    flood: Flood = current_app.extensions["flood"]
    return flood


def _why_not(user: User | None, attempt: throttle.SignInAttempt, matches: bool) -> str:
    """For the audit log only: nobody who tries to sign in is told which it was."""
    if attempt.locked:
        return "locked"
    if user is None:
        return "unknown"
    if not matches:
        return "wrong password, now locked" if attempt.locks else "wrong password"
    if not sessions.may_work(user):
        return "disabled"
    return "initial password is too old" if is_stale(user) else ""


def is_stale(user: User) -> bool:
    """Whether an initial password has waited for too long."""
    return user.must_change_password and user.password_changed < now() - INITIAL_PASSWORD_LIFE


def sign_in(email: str, password: str) -> Person | HalfOpen | SignInRefused:
    """Checks and, if right, opens a session, or asks for the second factor of who has one.

    A wrong, locked, disabled and unknown identity are answered alike. Raises TurnedAway.
    """
    address = normalised_email(without_marks(email))
    counter = throttle.of_sign_in(address, known_browsers.number_for(address))
    checked = _only_where_passwords_count(check(address, password, passwords.STRANGERS, counter))
    outcome = _enter(checked.user, checked.attempt, password) if checked.user and checked.is_right else None
    if outcome is None:
        _record_failure(checked)
        return SignInRefused()
    return outcome


def _only_where_passwords_count(checked: Checked) -> Checked:
    """With PASSWORD_SIGN_IN off only one from the terminal opens a session, once: that is how an admin gets back in."""
    is_off = not current_app.extensions["settings"].password_sign_in
    if is_off and checked.is_right and checked.user and not checked.user.must_change_password:
        return replace(checked, is_right=False, cause="passwords are off")
    return checked


def _enter(user: User, attempt: throttle.SignInAttempt, password: str) -> Person | HalfOpen | None:
    """Opens the session, and stores a better hash; None if the person was changed since the password was verified."""
    outdated = passwords.is_outdated(user.password_hash)
    hashed = passwords.hash_password(password) if outdated else user.password_hash
    unchanged = (User.id == user.id, User.password_changed == user.password_changed, User.active)
    with writing(lock=throttle.LOCK_NAME) as session:
        if not session.execute(update(User).where(*unchanged).values(password_hash=hashed)).rowcount:  # type: ignore[attr-defined]
            return None
        throttle.forget(session, attempt)
        if second_factor.has_any(session, user):
            audit.record(audit.Action.LOGIN_HALF, object_type="user", object_id=user.id)
            return HalfOpen(one_time.new_token(SECOND_STEP, half_open_subject(user)))
        person = open_for(session, user)
        audit.record(audit.Action.LOGIN_SUCCEEDED, object_type="session", object_id=person.session_id)
    return person


def half_open_subject(user: User) -> str:
    """Whose second step it is, and after which password: another one makes it worthless."""
    return f"{user.id} {user.password_changed.isoformat()}"


def _record_failure(checked: Checked) -> None:
    """One entry per refusal. Of an unknown identity only the digest is kept."""
    user, attempt = checked.user, checked.attempt
    with writing():
        audit.record(
            audit.Action.LOGIN_LOCKED if attempt.locks or attempt.locked else audit.Action.LOGIN_FAILED,
            outcome="denied",
            object_type="user" if user else None,
            object_id=user.id if user else None,
            after={
                "cause": checked.cause or "changed meanwhile",
                **({} if user else {"name_digest": attempt.key}),
            },
        )


def open_for(session: Session, user: User) -> Person:
    """A new session with a new token, and its person, who acts from here on. Call inside `writing()`."""
    token = sessions.new_token()
    opened = sessions.open_session(session, user.id, token)
    person = Person(
        id=user.id,
        name=user.name,
        email=user.email,
        roles=roles_of(session, user.id),
        session_id=opened.id,
        must_change_password=user.must_change_password,
        is_demo=user.is_demo,
        confirmed=opened.confirmed,
        token=token,
        has_second_factor=second_factor.has_any(session, user),
    )
    bind_person(person)
    return person


def enter(person: Person) -> None:
    """Gives the browser a cookie with nothing in it from before."""
    cookie.clear()
    own_forms(person.id)
    login_user(person)


def bind_stranger() -> None:
    """Says to the audit log that nobody is known yet in this request, only where it came from."""
    audit.bind(
        audit.Who(
            actor_label="stranger",
            ip=request.remote_addr,
            user_agent=str(request.user_agent)[:256],
            request_id=g.get("request_id"),
        )
    )


def bind_person(person: Person) -> None:
    """Says to the audit log who acts in this request."""
    audit.bind(
        audit.Who(
            actor_id=person.id,
            actor_label=person.name,
            actor_role=person.role,
            session_ref=sessions.digest(person.token)[:12],
            ip=request.remote_addr,
            user_agent=str(request.user_agent)[:256],
            request_id=g.get("request_id"),
        )
    )


def init_app(app: Flask) -> None:
    """Sets what Flask-Login leaves open: our stranger, and no second opinion about sessions."""
    login_manager.anonymous_user = Stranger
    login_manager.session_protection = None
