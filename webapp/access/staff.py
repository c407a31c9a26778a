"""People of the desk: hired, given another role, sent away, let in again. Each change is one audit entry.

Whoever loses or changes something is signed out everywhere. At least one admin stays.
"""

from __future__ import annotations

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.database import writing
from webapp.core.provider_id import without_marks
from webapp.models.base import now
from webapp.models.staff_session import StaffSession
from webapp.models.user import User, UserRole, normalised_email

from . import password_rules, passwords, sessions, throttle
from .permissions import Role
from .roles import EVERY_ACCOUNT, NO_ROLE, Roles, role_on, roles_of, tidied

# The desk sends no mail: an address is a name to sign in with, and houses have ones like `farah@shop.local`.
SPECIAL_USE_DOMAIN_NAMES.clear()


class StaffChangeRefused(Exception):
    """The change cannot be made; the message says why, for the person who asked."""


def create_user(
    *,
    email: str,
    name: str,
    role: Role,
    password: str,
    account: str = EVERY_ACCOUNT,
    must_change: bool = False,
    is_demo: bool = False,
) -> int:
    """Hires somebody, for every account or for one; returns their id.

    Raises StaffChangeRefused when the address is taken or is none.
    """
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
            password_hash=hashed,
            must_change_password=must_change,
            is_demo=is_demo,
        )
        session.add(user)
        session.flush()
        session.add(UserRole(user_id=user.id, account=account, role=role.value))
        after = {"name": name, "role": role.value, "active": True}
        _record(audit.Action.USER_CREATED, user, account=account, after=after)
        return user.id


def set_role(email: str, role: str, account: str | None = None) -> None:
    """Gives somebody another role on one account, or this one for every account; signs them out.

    On one account NO_ROLE takes the account away from them.
    """
    with writing(lock="staff") as session:
        user = _find(session, email)
        now_held = roles_of(session, user.id)
        if account is None:
            if role == NO_ROLE:
                raise StaffChangeRefused("name the account to take away with --account, or disable the person")
            wanted = {EVERY_ACCOUNT: role}
        else:
            wanted = {**now_held.by_account, account: role}
        change_roles(session, user, Roles(wanted))


def change_roles(session: Session, user: User, wanted: Roles) -> None:
    """Makes these the roles of a person, one entry for each account that differs. Call inside of the lock on staff."""
    before, after = roles_of(session, user.id).by_account, tidied(wanted).by_account
    if before == after:
        raise StaffChangeRefused("has this role already")
    if after.get(EVERY_ACCOUNT) != Role.ADMIN:
        _keep_an_admin(session, user)
    session.execute(delete(UserRole).where(UserRole.user_id == user.id))
    session.add_all(UserRole(user_id=user.id, account=account, role=role) for account, role in after.items())
    _end_all(session, user, sessions.ROLE_CHANGED)
    for account in sorted({*before, *after}):
        old, new = before.get(account), after.get(account)
        if old != new:
            facts = {"before": {"role": old}, "after": {"role": new}}
            _record(audit.Action.USER_ROLE_CHANGED, user, account=account, **facts)


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
    others = select(func.count()).where(is_admin(), User.id != leaving.id)
    is_one = session.execute(select(User.id).where(is_admin(), User.id == leaving.id)).first() is not None
    if is_one and not session.execute(others).scalar_one():
        raise StaffChangeRefused("is the last admin; make somebody else an admin first")


def is_admin() -> ColumnElement[bool]:
    """Of each `User` of a statement: whether they look after the whole desk; one account is not enough for that."""
    return User.active & (role_on(EVERY_ACCOUNT) == Role.ADMIN.value)


def _end_all(session: Session, user: User, reason: str) -> int:
    return sessions.end(session, StaffSession.user_id == user.id, reason=reason)


def _record(
    action: audit.Action,
    user: User,
    *,
    account: str = EVERY_ACCOUNT,
    before: audit.Facts | None = None,
    after: audit.Facts | None = None,
) -> None:
    slug = None if account == EVERY_ACCOUNT else account
    audit.record(action, account=slug, object_type="user", object_id=user.id, before=before, after=after)
