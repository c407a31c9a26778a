"""Who is signed in: the person of a request, and the check of an e-mail address and a password."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask, g, request
from flask_login import AnonymousUserMixin, UserMixin
from sqlalchemy import select, update

from . import audit, passwords, sessions, throttle
from .database import writing
from .extensions import db, login_manager
from .models.base import now
from .models.user import User
from .permissions import ROLE_LABELS, Permission, Role, permissions_of

INITIAL_PASSWORD_LIFE = timedelta(hours=24)


@dataclass(frozen=True)
class Person(UserMixin):
    """Somebody signed in, as the database knew them at the start of this request."""

    id: int
    name: str
    email: str
    role: str
    session_id: int
    must_change_password: bool
    confirmed: datetime
    token: str = field(repr=False)

    @property
    def permissions(self) -> frozenset[Permission]:
        return permissions_of(self.role)

    @property
    def role_label(self) -> str:
        return str(ROLE_LABELS[Role(self.role)]) if self.role in ROLE_LABELS else self.role

    def can(self, permission: Permission) -> bool:
        return permission in self.permissions

    def get_id(self) -> str:
        """What the signed cookie holds: the session's token, never the person's id."""
        return self.token


class Stranger(AnonymousUserMixin):  # type: ignore[misc]
    """Nobody is signed in."""

    permissions: frozenset[Permission] = frozenset()

    def can(self, _permission: Permission) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Refused:
    """The sign-in did not happen. `wait`: too many failures from this address; nothing else is ever told."""

    wait: timedelta | None = None


def normalised_email(text: str) -> str:
    """How addresses are stored and compared."""
    return text.strip().lower()


@login_manager.user_loader
def load_person(token: str) -> Person | None:
    """The person of a session that is still good; else remembers for this request why it is not."""
    found = sessions.find(token)
    if found is None:
        return None
    return Person(
        id=found.user_id,
        name=found.name,
        email=found.email,
        role=found.role,
        session_id=found.id,
        must_change_password=found.must_change_password,
        confirmed=found.confirmed,
        token=token,
    )


def sign_in(email: str, password: str) -> Person | Refused:
    """Checks and, if right, opens a session. A wrong, locked, disabled and unknown identity are answered alike."""
    email = normalised_email(email)
    ip = request.remote_addr or ""
    with writing(lock="sign-in") as session:
        attempt = throttle.count_attempt(session, email, ip)
    user = db.session.execute(select(User).where(User.email == email)).scalar_one_or_none()
    right = passwords.verify_password(user.password_hash if user else passwords.NOBODYS, password)
    if user is None or not right or attempt.locked or attempt.wait or not may_enter(user):
        _record_failure(user, attempt, right)
        return Refused(attempt.wait)
    return _open_session(user, password, attempt)


def may_enter(user: User) -> bool:
    """Whether somebody with the right password may come in; an initial password is good for a day."""
    is_stale = user.must_change_password and user.password_changed < now() - INITIAL_PASSWORD_LIFE
    return user.active and not is_stale


def _record_failure(user: User | None, attempt: throttle.Attempt, right: bool) -> None:
    """One entry per refusal. Of an unknown identity only the digest is kept."""
    locked = attempt.locks or attempt.locked
    with writing():
        audit.record(
            audit.Action.LOGIN_LOCKED if locked else audit.Action.LOGIN_FAILED,
            outcome="denied",
            object_type="user" if user else None,
            object_id=user.id if user else None,
            after={"cause": _why(user, attempt, right), **({} if user else {"name_digest": attempt.identity})},
        )


def _why(user: User | None, attempt: throttle.Attempt, right: bool) -> str:
    if attempt.wait:
        return "too many failures from this address"
    if attempt.locked:
        return "locked"
    if user is None:
        return "unknown"
    if not right:
        return "wrong password, now locked" if attempt.locks else "wrong password"
    return "disabled" if not user.active else "initial password is too old"


def _open_session(user: User, password: str, attempt: throttle.Attempt) -> Person:
    outdated = passwords.is_outdated(user.password_hash)
    better = passwords.hash_password(password) if outdated else None
    token = sessions.new_token()
    with writing() as session:
        throttle.forget(session, attempt)
        if better:
            session.execute(update(User).where(User.id == user.id).values(password_hash=better))
        opened = sessions.open_session(session, user.id, token)
        person = Person(
            id=user.id,
            name=user.name,
            email=user.email,
            role=user.role,
            session_id=opened.id,
            must_change_password=user.must_change_password,
            confirmed=opened.confirmed,
            token=token,
        )
        bind_person(person)
        audit.record(audit.Action.LOGIN_SUCCEEDED, object_type="session", object_id=opened.id)
    return person


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
