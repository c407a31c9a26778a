"""People of the desk: hired, given another role, sent away, let in again. Each change is one audit entry.

Whoever loses or changes something is signed out everywhere. At least one admin stays.
"""

from __future__ import annotations

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.database import writing
from webapp.core.provider_id import without_marks
from webapp.models.base import now
from webapp.models.staff_session import StaffSession
from webapp.models.user import User, normalised_email

from . import password_rules, passwords, sessions, throttle
from .permissions import Role

# The desk sends no mail: an address is a name to sign in with, and houses have ones like `farah@shop.local`.
SPECIAL_USE_DOMAIN_NAMES.clear()


class StaffChangeRefused(Exception):
    """The change cannot be made; the message says why, for the person who asked."""


def create_user(
    *, email: str, name: str, role: Role, password: str, must_change: bool = False, is_demo: bool = False
) -> int:
    """Hires somebody; returns their id. Raises StaffChangeRefused when the address is taken or is none."""
    email, name = normalised_email(without_marks(email)), " ".join(name.split())
    _check_email(email)
    if not 0 < len(name) <= 120:
        raise StaffChangeRefused("the name needs 1 to 120 characters")
    if not is_demo:
        check_password(password, email, name)
    hashed = passwords.hash_password(password)
    with writing(lock="staff") as session:
        if session.execute(select(User.id).where(User.email == email)).first():
            raise StaffChangeRefused("somebody with this e-mail address exists already")
        user = User(
            email=email,
            name=name,
            role=role.value,
            password_hash=hashed,
            must_change_password=must_change,
            is_demo=is_demo,
        )
        session.add(user)
        session.flush()
        _record(audit.Action.USER_CREATED, user, after={"name": name, "role": role.value, "active": True})
        return user.id


def set_role(email: str, role: Role) -> None:
    """Gives somebody another role, and signs them out."""
    with writing(lock="staff") as session:
        user = _find(session, email)
        if user.role == role:
            raise StaffChangeRefused(f"is {role} already")
        _keep_an_admin(session, user)
        before, user.role = user.role, role.value
        _end_all(session, user, sessions.ROLE_CHANGED)
        _record(audit.Action.USER_ROLE_CHANGED, user, before={"role": before}, after={"role": role.value})


def disable(email: str) -> None:
    """Sends somebody away: no sign-in any more, and every session ended."""
    with writing(lock="staff") as session:
        user = _find(session, email)
        if not user.active:
            raise StaffChangeRefused("is disabled already")
        _keep_an_admin(session, user)
        user.active = False
        _end_all(session, user, sessions.DISABLED)
        _record(audit.Action.USER_DISABLED, user, before={"active": True}, after={"active": False})


def enable(email: str) -> None:
    """Lets somebody in again."""
    with writing(lock="staff") as session:
        user = _find(session, email)
        if user.active:
            raise StaffChangeRefused("is not disabled")
        user.active = True
        _record(audit.Action.USER_ENABLED, user, before={"active": False}, after={"active": True})


def reset_password(email: str, password: str) -> None:
    """Gives an initial password, good for a day and for one sign-in: then another one must be chosen."""
    with writing() as session:
        known = _find(session, email)
        name, address, is_demo = known.name, known.email, known.is_demo
    if is_demo:
        raise StaffChangeRefused("demo people keep their password")
    check_password(password, address, name)
    hashed = passwords.hash_password(password)
    with writing(lock="staff") as session:
        user = _find(session, email)
        user.password_hash, user.password_changed, user.must_change_password = hashed, now(), True
        throttle.unlock(session, user.email)
        _end_all(session, user, sessions.PASSWORD_CHANGED)
        _record(audit.Action.USER_PASSWORD_RESET, user, after={"must_change_password": True})


def unlock(email: str) -> None:
    """Takes the lock off somebody who failed to sign in too often."""
    with writing(lock=throttle.LOCK_NAME) as session:
        user = _find(session, email)
        if not throttle.unlock(session, user.email):
            raise StaffChangeRefused("has no failed sign-ins to forget")
        _record(audit.Action.USER_UNLOCKED, user)


def end_sessions(email: str) -> int:
    """Signs somebody out everywhere; returns in how many places."""
    with writing() as session:
        return _end_all(session, _find(session, email), sessions.ENDED_BY_ADMIN)


def everybody(session: Session) -> list[User]:
    """All people, those who left too, by e-mail address."""
    return list(session.execute(select(User).order_by(User.email)).scalars())


def check_password(password: str, email: str, name: str) -> None:
    """Raises StaffChangeRefused, in the words for the person, when the password does not do."""
    wrong = password_rules.problem(password, email=email, name=name)
    if wrong is not None:
        raise StaffChangeRefused(str(wrong))


def _check_email(email: str) -> None:
    try:
        validate_email(email, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise StaffChangeRefused(f"not an e-mail address: {error}") from None


def _find(session: Session, email: str) -> User:
    query = select(User).where(User.email == normalised_email(without_marks(email))).with_for_update()
    user = session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    if user is None:
        raise StaffChangeRefused("there is nobody with this e-mail address")
    return user


def _keep_an_admin(session: Session, leaving: User) -> None:
    admins = select(func.count()).where(User.role == Role.ADMIN.value, User.active, User.id != leaving.id)
    if leaving.role == Role.ADMIN and leaving.active and not session.execute(admins).scalar_one():
        raise StaffChangeRefused("is the last admin; make somebody else an admin first")


def _end_all(session: Session, user: User, reason: str) -> int:
    return sessions.end(session, StaffSession.user_id == user.id, reason=reason)


def _record(
    action: audit.Action,
    user: User,
    *,
    before: dict[str, str | bool] | None = None,
    after: dict[str, str | bool] | None = None,
) -> None:
    audit.record(action, object_type="user", object_id=user.id, before=before, after=after)
