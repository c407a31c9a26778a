"""People of the desk as admins look for them: by role and state, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from webapp.models.base import now
from webapp.models.invitation import Invitation
from webapp.models.sign_in_throttle import SignInThrottle
from webapp.models.staff_session import StaffSession
from webapp.models.user import User, UserRole

from .roles import Roles
from .throttle import identity_digest


class State(StrEnum):
    """Whether somebody can come in. Invited: a first link waits for them; expired: it waited for too long."""

    ACTIVE = "active"
    INVITED = "invited"
    EXPIRED = "expired"
    LOCKED = "locked"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Somebody with what a list shows of them; `link_until` is of the link that is not used yet."""

    user: User
    roles: Roles
    state: State
    link_until: datetime | None
    last_sign_in: datetime | None


def find(session: Session, *, role: str | None, state: State | None, page: int, size: int) -> list[FoundPerson]:
    """A page of people by name; `page` from 1."""
    asked = select(User).where(*_conditions(session, role, state)).order_by(func.lower(User.name), User.id)
    return described(session, session.scalars(asked.limit(size).offset((page - 1) * size)).all())


def count(session: Session, *, role: str | None, state: State | None) -> int:
    return session.scalar(select(func.count(User.id)).where(*_conditions(session, role, state))) or 0


def described(session: Session, users: Sequence[User]) -> list[FoundPerson]:
    """The same people, in the same order, with what is known of them: three questions for all of them."""
    ids = [user.id for user in users]
    roles: dict[int, dict[str, str]] = {user_id: {} for user_id in ids}
    kept = select(UserRole).where(UserRole.user_id.in_(ids)).order_by(UserRole.user_id, UserRole.account)
    for row in session.scalars(kept):
        roles[row.user_id][row.account] = row.role
    links = {row.user_id: row.expires for row in session.scalars(select(Invitation).where(Invitation.user_id.in_(ids)))}
    signed_in = select(StaffSession.user_id, func.max(StaffSession.created)).where(StaffSession.user_id.in_(ids))
    last = {row.user_id: row[1] for row in session.execute(signed_in.group_by(StaffSession.user_id))}
    locked = _locked(session)
    return [
        FoundPerson(
            user=user,
            roles=Roles(roles[user.id]),
            state=_state(user, links.get(user.id), identity_digest(user.email) in locked),
            link_until=links.get(user.id),
            last_sign_in=last.get(user.id),
        )
        for user in users
    ]


def _state(user: User, link_until: datetime | None, is_locked: bool) -> State:
    if not user.active:
        return State.DISABLED
    if link_until is not None and user.must_change_password:
        return State.INVITED if link_until > now() else State.EXPIRED
    return State.LOCKED if is_locked else State.ACTIVE


def _conditions(session: Session, role: str | None, state: State | None) -> list[ColumnElement[bool]]:
    """Those who have the role on some account; of the states, those that `_state` tells."""
    found: list[ColumnElement[bool]] = []
    if role is not None:
        found.append(User.id.in_(select(UserRole.user_id).where(UserRole.role == role)))
    if state is None:
        return found
    if state is State.DISABLED:
        return [*found, ~User.active]
    waits = User.must_change_password & User.id.in_(select(Invitation.user_id))
    if state in (State.INVITED, State.EXPIRED):
        is_good = Invitation.expires > now()
        fitting = select(Invitation.user_id).where(is_good if state is State.INVITED else ~is_good)
        return [*found, User.active.is_(True), waits, User.id.in_(fitting)]
    locked = _locked_ids(session)
    is_locked = User.id.in_(locked)
    return [*found, User.active.is_(True), ~waits, is_locked if state is State.LOCKED else ~is_locked]


def _locked(session: Session) -> set[str]:
    """The digests of identities that are locked now, be it in one browser; also of such as belong to nobody."""
    identity = func.coalesce(SignInThrottle.identity, SignInThrottle.key_digest)
    return set(session.scalars(select(identity).where(SignInThrottle.locked_until > now())))


def _locked_ids(session: Session) -> list[int]:
    """Digests are keyed, so no statement can compare them with addresses."""
    locked = _locked(session)
    if not locked:
        return []
    return [key for key, email in session.execute(select(User.id, User.email)) if identity_digest(email) in locked]
