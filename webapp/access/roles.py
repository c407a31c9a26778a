"""Which role a person has where: one for every account, others for single accounts, or none there.

On a page without an account, a person may what any of their roles allows; what concerns the whole desk needs the role
for every account. An account on which a person has no role does not exist for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext
from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from webapp.models.user import User, UserRole

from .permissions import (
    DESK_WIDE,
    NEED_SECOND_FACTOR,
    OWN,
    ROLE_LABELS,
    ROLE_PERMISSIONS,
    Permission,
    Role,
    permissions_of,
)

EVERY_ACCOUNT = "*"
NO_ROLE = "none"
"""In the place of a role: not on this account, though there is a role for every account."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Accounts on which something is allowed: these, or with `is_all_but` all but these."""

    accounts: frozenset[str]
    is_all_but: bool

    def __contains__(self, account: str) -> bool:
        return (account in self.accounts) != self.is_all_but

    @property
    def is_everything(self) -> bool:
        return self.is_all_but and not self.accounts


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of one person; `by_account` maps slugs, and `*` for every account without an own one, to roles."""

    by_account: Mapping[str, str] = field(default_factory=dict)

    @property
    def everywhere(self) -> str | None:
        """The role for every account, if there is one."""
        return self.by_account.get(EVERY_ACCOUNT)

    def on(self, account: str) -> str | None:
        """The role on an account; None for an account that the person may not know."""
        role = self.by_account.get(account, self.everywhere)
        return role if role in ROLE_PERMISSIONS else None

    def permissions_on(self, account: str) -> frozenset[Permission]:
        """What the person may do on an account, and the desk over."""
        return (permissions_of(self.on(account)) - DESK_WIDE) | self._desk_wide() | OWN

    def permissions_anywhere(self) -> frozenset[Permission]:
        """What the person may do on one account at least."""
        every = frozenset[Permission]().union(*map(permissions_of, self.by_account.values()))
        return (every - DESK_WIDE) | self._desk_wide() | OWN

    def anywhere(self) -> str | None:
        """The role where no account is spoken of: the one for every account, or else the only one there is."""
        several = {role for role in self.by_account.values() if role in ROLE_PERMISSIONS}
        return self.everywhere or (several.pop() if len(several) == 1 else None)

    @property
    def need_second_factor(self) -> bool:
        """Whether one of them moves money or looks after the desk."""
        return any(role in NEED_SECOND_FACTOR for role in self.by_account.values())

    def _desk_wide(self) -> frozenset[Permission]:
        return permissions_of(self.everywhere) & DESK_WIDE

    def reach_of(self, permission: Permission) -> Reach:
        """Where the person has a permission."""
        is_all_but = permission in permissions_of(self.everywhere)
        single = {slug: role for slug, role in self.by_account.items() if slug != EVERY_ACCOUNT}
        differing = {slug for slug, role in single.items() if (permission in permissions_of(role)) != is_all_but}
        return Reach(frozenset(differing), is_all_but)


def label_of(role: str | None) -> str:
    """A role as a person reads it."""
    if role in ROLE_PERMISSIONS:
        return str(ROLE_LABELS[Role(str(role))])
    return gettext("No access") if role in (None, NO_ROLE) else str(role)


def roles_of(session: Session, user_id: int) -> Roles:
    """The roles of a person as they are stored now."""
    kept = select(UserRole.account, UserRole.role).where(UserRole.user_id == user_id).order_by(UserRole.account)
    return Roles({row.account: row.role for row in session.execute(kept)})


def role_on(account: str) -> ScalarSelect[str]:
    """The role of each `User` of a statement on an account, as SQL; NULL where there is none."""
    here = (UserRole.user_id == User.id, UserRole.account.in_((account, EVERY_ACCOUNT)))
    own_first = UserRole.account == EVERY_ACCOUNT
    return select(UserRole.role).where(*here).order_by(own_first).limit(1).correlate(User).scalar_subquery()


def tidied(roles: Roles) -> Roles:
    """Without what says nothing: the role for every account once more, or no role where there is none anyway."""
    everywhere = roles.everywhere if roles.everywhere != NO_ROLE else None
    single = {
        slug: role
        for slug, role in sorted(roles.by_account.items())
        if slug != EVERY_ACCOUNT and role != (everywhere or NO_ROLE)
    }
    return Roles({EVERY_ACCOUNT: everywhere, **single} if everywhere else single)
