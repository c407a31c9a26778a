"""First sign-in links: an admin makes one and passes it on, the person chooses a password with it, once, within a day.

No admin ever knows somebody's password. Of the link only a hash is stored; a new one makes the one before worthless.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.database import put, release, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.invitation import Invitation
from webapp.models.staff_session import StaffSession
from webapp.models.user import User

from . import password_rules, passwords, sessions, throttle
from .grants import StaffChangeRefused, require_grant, require_reach
from .permissions import Role
from .staff import add_user, changing

LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Link:
    """What is shown once: whose link it is, its token, and until when it can be used."""

    user_id: int
    token: str
    expires: datetime


class LinkIsGone(Exception):
    """It was used, replaced, is too old, or never was."""


def invite(*, by: int, email: str, name: str, role: Role, account: str) -> Link:
    """Adds somebody who has no password yet, with a link to choose one. Raises StaffChangeRefused."""
    unknown = passwords.hash_password(secrets.token_urlsafe(32))  # a real one: a sign-in takes as long as anybody's
    with writing(lock="staff") as session:
        require_grant(session, by, {account})
        user = add_user(session, email, name, role, account, password_hash=unknown, must_change_password=True)
        return _issue(session, user)


def new_link(email: str, *, by: int) -> Link:
    """Another link for somebody, who keeps the password they have until it is used. Raises StaffChangeRefused."""
    with changing(email, by) as (session, user):
        if not user.active:
            raise StaffChangeRefused("They are disabled. Enable them first.")
        if user.is_demo:
            raise StaffChangeRefused("Demo people keep their password.")
        require_reach(session, by, user)
        user.roles_changed = now()
        return _issue(session, user)


def _issue(session: Session, user: User) -> Link:
    link = Link(user.id, sessions.new_token(), now() + LIFE)
    kept = {"token_hash": sessions.digest(link.token), "created": now(), "expires": link.expires}
    put(session, Invitation, user_id=user.id, **kept)
    audit.record(
        audit.Action.USER_LINK_MADE,
        object_type="user",
        object_id=user.id,
        after={"expires": link.expires.isoformat(timespec="seconds")},
    )
    return link


def invited_by(token: str) -> User:
    """Whose link it is. Raises LinkIsGone."""
    query = select(User).join(Invitation, Invitation.user_id == User.id).where(*_is_good(token))
    user = db.session.scalars(query).one_or_none()
    release()
    if user is None:
        raise LinkIsGone
    return user


def accept(token: str, password: str) -> LazyString | None:
    """Sets the first password, and ends every session there was; what is wrong with the password, if something is.

    Raises LinkIsGone, also for the second of two who use the link at once.
    """
    user = invited_by(token)
    wrong = password_rules.problem(password, email=user.email, name=user.name)
    if wrong is not None:
        return wrong
    hashed = passwords.hash_password(password)
    with writing(lock="staff") as session:
        if not session.execute(delete(Invitation).where(*_is_good(token))).rowcount:  # type: ignore[attr-defined]
            raise LinkIsGone
        person = session.get_one(User, user.id, populate_existing=True, with_for_update=True)
        person.password_hash, person.password_changed, person.must_change_password = hashed, now(), False
        throttle.unlock(session, person.email)
        audit.bind(audit.Who(actor_id=person.id, actor_label=person.name, **_from_where()))
        sessions.end(session, StaffSession.user_id == person.id, reason=sessions.PASSWORD_CHANGED)
        audit.record(audit.Action.USER_JOINED, object_type="user", object_id=person.id)
    return None


def _from_where() -> dict[str, str | None]:
    stranger = audit.who()
    return {"ip": stranger.ip, "user_agent": stranger.user_agent, "request_id": stranger.request_id}


def _is_good(token: str) -> tuple[ColumnElement[bool], ...]:
    may_join = select(User.id).where(User.active)
    return (
        Invitation.token_hash == sessions.digest(token),
        Invitation.expires > now(),
        Invitation.user_id.in_(may_join),
    )
