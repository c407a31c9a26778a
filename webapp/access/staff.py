"""People of the desk: hired, given another role, sent away, let in again. Each change is one audit entry.

Whoever loses or changes something is signed out everywhere. At least one admin stays. An admin changes others, never
themselves, and gives roles only on accounts of which they are an admin; the terminal may do either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.database import writing
from webapp.core.provider_id import without_marks
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now
from webapp.models.invitation import Invitation
from webapp.models.staff_session import StaffSession
from webapp.models.user import User, UserRole, normalised_email

from . import password_rules, passwords, second_factor, sessions, throttle
from .grants import StaffChangeRefused, is_admin, require_grant, require_reach
from .permissions import Role
from .roles import EVERY_ACCOUNT, NO_ROLE, Roles, roles_of, tidied

# The desk sends no mail: an address is a name to sign in with, and houses have ones like `farah@shop.local`.
SPECIAL_USE_DOMAIN_NAMES.clear()



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
    if not is_demo:
        check_password(password, email, name)
    hashed = passwords.hash_password(password)
    with writing(lock="staff") as session:
        given = {"password_hash": hashed, "must_change_password": must_change, "is_demo": is_demo}
        return add_user(session, email, name, role, account, **given).id


def add_user(session: Session, email: str, name: str, role: Role, account: str, **given: object) -> User:
    """A new person, with the columns `given`. Call inside of the lock on staff. Raises StaffChangeRefused."""
    email, name = normalised_email(without_marks(email)), _tidy(name)
    _check_email(email)
    if session.execute(select(User.id).where(User.email == email)).first():
        raise StaffChangeRefused(_l("Somebody with this e-mail address exists already."))
    user = User(email=email, name=name, **given)
    session.add(user)
    session.flush()
    session.add(UserRole(user_id=user.id, account=account, role=role.value))
    _begin_to_look(session, user)
    after = {"name": name, "role": role.value, "active": True}
    _record(audit.Action.USER_CREATED, user, account=account, after=after)
    return user


def set_role(email: str, role: str, account: str | None = None, *, by: int | None = None) -> None:
    """Gives somebody another role on one account, or this one for every account; signs them out.

    On one account NO_ROLE takes the account away from them.
    """
    with changing(email, by) as (session, user):
        held = roles_of(session, user.id)
        if account is None and role == NO_ROLE:
            raise StaffChangeRefused(_l("Name the account to take away with --account, or disable the person."))
        wanted = {EVERY_ACCOUNT: role} if account is None else {**held.by_account, account: role}
        _change_roles(session, user, Roles(wanted), by)


def set_roles(email: str, seen: Roles, wanted: Roles, *, by: int) -> None:
    """Makes these somebody's roles, if they still are as they were `seen`; signs them out."""
    with changing(email, by) as (session, user):
        if roles_of(session, user.id) != tidied(seen):
            raise StaffChangeRefused(_l("Somebody else has changed these roles meanwhile. Look at them again."))
        _change_roles(session, user, wanted, by)


def _change_roles(session: Session, user: User, wanted: Roles, by: int | None) -> None:
    """One entry for each account that differs."""
    before, after = roles_of(session, user.id).by_account, tidied(wanted).by_account
    changed = {slug for slug in {*before, *after} if before.get(slug) != after.get(slug)}
    if not changed:
        raise StaffChangeRefused(_l("These are their roles already."))
    if by is not None:
        require_grant(session, by, changed)
    if after.get(EVERY_ACCOUNT) != Role.ADMIN:
        _keep_an_admin(session, user)
    elif EVERY_ACCOUNT in changed:
        _begin_to_look(session, user)
    _write_roles(session, user, before, after)


def follow_roles(session: Session, user: User, wanted: Roles) -> None:
    """Makes these somebody's roles because the OpenID provider says so, the last admin's too; signs them out.

    Call inside of the lock on staff.
    """
    before, after = roles_of(session, user.id).by_account, tidied(wanted).by_account
    if before == after:
        return
    if after.get(EVERY_ACCOUNT) == Role.ADMIN != before.get(EVERY_ACCOUNT):
        _begin_to_look(session, user)
    _write_roles(session, user, before, after)


def _write_roles(session: Session, user: User, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    session.execute(delete(UserRole).where(UserRole.user_id == user.id))
    session.add_all(UserRole(user_id=user.id, account=account, role=role) for account, role in after.items())
    user.roles_changed = now()
    _end_all(session, user, sessions.ROLE_CHANGED)
    for account in sorted({*before, *after}):
        old, new = {"role": before.get(account)}, {"role": after.get(account)}
        if old != new:
            _record(audit.Action.USER_ROLE_CHANGED, user, account=account, before=old, after=new)


def disable(email: str, *, by: int | None = None) -> None:
    """Sends somebody away: no sign-in any more, every session and first link ended."""
    with changing(email, by) as (session, user):
        if not user.active:
            raise StaffChangeRefused(_l("They are disabled already."))
        _keep_an_admin(session, user)
        user.active = False
        session.execute(delete(Invitation).where(Invitation.user_id == user.id))
        _end_all(session, user, sessions.DISABLED)
        _record(audit.Action.USER_DISABLED, user, before={"active": True}, after={"active": False})


def enable(email: str, *, by: int | None = None) -> None:
    """Lets somebody in again."""
    with changing(email, by) as (_session, user):
        if user.active:
            raise StaffChangeRefused(_l("They are not disabled."))
        user.active, user.roles_changed = True, now()
        _record(audit.Action.USER_ENABLED, user, before={"active": False}, after={"active": True})


def reset_password(email: str, password: str) -> None:
    """Gives an initial password, good for a day and for one sign-in: then another one must be chosen."""
    with writing() as session:
        known = _find(session, email)
        name, address, is_demo = known.name, known.email, known.is_demo
    if is_demo:
        raise StaffChangeRefused(_l("Demo people keep their password."))
    check_password(password, address, name)
    hashed = passwords.hash_password(password)
    with changing(email, None) as (session, user):
        user.password_hash, user.password_changed, user.must_change_password = hashed, now(), True
        user.roles_changed = now()
        session.execute(delete(Invitation).where(Invitation.user_id == user.id))
        throttle.unlock(session, user.email)
        _end_all(session, user, sessions.PASSWORD_CHANGED)
        _record(audit.Action.USER_PASSWORD_RESET, user, after={"must_change_password": True})


def unlock(email: str, *, by: int | None = None) -> None:
    """Takes the lock off somebody who failed to sign in too often."""
    with changing(email, by, lock=throttle.LOCK_NAME) as (session, user):
        if not throttle.unlock(session, user.email):
            raise StaffChangeRefused(_l("There are no failed sign-ins to forget."))
        _record(audit.Action.USER_UNLOCKED, user)


def reset_second_factor(email: str, *, by: int | None = None) -> None:
    """Takes somebody's app, passkeys and recovery codes away, who has lost them; signs them out everywhere."""
    with changing(email, by) as (session, user):
        if not second_factor.has_any(session, user):
            raise StaffChangeRefused(_l("They have no second factor."))
        require_reach(session, by, user)
        user.roles_changed = now()
        second_factor.remove_all(session, user)
        _end_all(session, user, sessions.FACTORS_CHANGED)
        _record(audit.Action.USER_FACTORS_RESET, user)


def end_sessions(email: str, *, by: int | None = None) -> int:
    """Signs somebody out everywhere; returns in how many places."""
    with changing(email, by) as (session, user):
        count = _end_all(session, user, sessions.ENDED_BY_ADMIN)
        if count:
            _record(audit.Action.USER_SESSIONS_ENDED, user, after={"count": count})
        return count


def rename(person_id: int, name: str) -> None:
    """Somebody gives themselves another name; entries that are written keep the one before."""
    with writing(lock="staff") as session:
        user = session.get_one(User, person_id, populate_existing=True, with_for_update=True)
        before, user.name = user.name, _tidy(name)
        if before != user.name:
            _record(audit.Action.USER_RENAMED, user, before={"name": before}, after={"name": user.name})


def everybody(session: Session) -> list[User]:
    """All people, those who left too, by e-mail address."""
    return list(session.execute(select(User).order_by(User.email)).scalars())


def check_password(password: str, email: str, name: str) -> None:
    """Raises StaffChangeRefused, in the words for the person, when the password does not do."""
    wrong = password_rules.problem(password, email=email, name=name)
    if wrong is not None:
        raise StaffChangeRefused(str(wrong))


@contextmanager
def changing(email: str, by: int | None, *, lock: str = "staff") -> Iterator[tuple[Session, User]]:
    """Somebody to be changed by another person who still is an admin, or at the terminal. Raises StaffChangeRefused."""
    with writing(lock=lock) as session:
        user = _find(session, email)
        if by == user.id:
            raise StaffChangeRefused(_l("Nobody changes this about themselves. Ask another admin."))
        if by is not None:
            require_grant(session, by, set())
        yield session, user


def _tidy(name: str) -> str:
    """Without blanks around it, or several in a row. Raises StaffChangeRefused for what is no name."""
    name = " ".join(without_marks(name).split())
    if not 0 < len(name) <= 120:
        raise StaffChangeRefused(_l("The name needs 1 to 120 characters."))
    return name


def _check_email(email: str) -> None:
    try:
        validate_email(email, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise StaffChangeRefused(_l("This is not an e-mail address: %(why)s", why=str(error))) from None


def _find(session: Session, email: str) -> User:
    query = select(User).where(User.email == normalised_email(without_marks(email))).with_for_update()
    user = session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    if user is None:
        raise StaffChangeRefused(_l("There is nobody with this e-mail address."))
    return user


def _keep_an_admin(session: Session, leaving: User) -> None:
    others = select(func.count()).where(is_admin(), User.id != leaving.id)
    is_one = session.execute(select(User.id).where(is_admin(), User.id == leaving.id)).first() is not None
    if is_one and not session.execute(others).scalar_one():
        raise StaffChangeRefused(_l("This is the last admin. Make somebody else an admin first."))


def _begin_to_look(session: Session, user: User) -> None:
    """What was done with people before is no news to somebody who becomes an admin."""
    user.seen_people_until = session.scalar(select(func.max(AuditEntry.seq))) or 0


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
