"""Who may change other people, and what of them: an admin, and nothing that reaches beyond themselves."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from webapp.models.user import User

from .permissions import Role
from .roles import EVERY_ACCOUNT, role_on, roles_of


class StaffChangeRefused(Exception):
    """The change cannot be made; the message says why, in a sentence for the person who asked."""


def require_grant(session: Session, by: int, accounts: Collection[str]) -> None:
    """Raises StaffChangeRefused unless somebody is an admin now: of the desk, and of each account of a role."""
    if session.execute(select(User.id).where(User.id == by, is_admin())).first() is None:
        raise StaffChangeRefused(_l("You are not an admin any more."))
    roles = roles_of(session, by)
    of_single = {slug: role for slug, role in roles.by_account.items() if slug != EVERY_ACCOUNT}
    lacks_one = any(role != Role.ADMIN for role in of_single.values())
    if any(lacks_one if slug == EVERY_ACCOUNT else roles.on(slug) != Role.ADMIN for slug in accounts):
        raise StaffChangeRefused(_l("You can give roles only on accounts of which you are an admin yourself."))


def require_reach(session: Session, by: int | None, user: User) -> None:
    """Raises StaffChangeRefused where somebody could act as a person who may do more than they, on any account."""
    if by is None:
        return
    try:
        require_grant(session, by, set(roles_of(session, user.id).by_account))
    except StaffChangeRefused:
        words = _l("They have a role on an account of which you are no admin. Ask an admin of all accounts.")
        raise StaffChangeRefused(words) from None


def is_admin() -> ColumnElement[bool]:
    """Of each `User` of a statement: whether they look after the whole desk; one account is not enough for that."""
    return User.active & (role_on(EVERY_ACCOUNT) == Role.ADMIN.value)
