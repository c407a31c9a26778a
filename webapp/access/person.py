"""The person of a request, with their roles; or nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from flask import current_app, g
from flask_login import AnonymousUserMixin, UserMixin

from webapp.core.accounts import Account

from .permissions import Permission
from .roles import Roles


@dataclass(frozen=True)
class Person(UserMixin):  # type: ignore[misc]
    """Somebody signed in, as the database knew them at the start of this request."""

    id: int
    name: str
    email: str
    roles: Roles
    session_id: int
    must_change_password: bool
    is_demo: bool
    confirmed: datetime
    token: str = field(repr=False)
    has_second_factor: bool = False
    is_vouched_for: bool = False
    has_kept_form: bool = False

    @property
    def role(self) -> str | None:
        """On the account of this request's address; without one, the role for every account or the only one."""
        account = _account_here()
        return self.roles.on(account) if account else self.roles.anywhere()

    @property
    def permissions(self) -> frozenset[Permission]:
        """On the account of this request's address; without one, those on any account."""
        account = _account_here()
        return self.roles.permissions_on(account) if account else self.roles.permissions_anywhere()

    @property
    def accounts(self) -> dict[str, Account]:
        """The configured accounts that the person may know, by slug."""
        configured: dict[str, Account] = current_app.extensions["accounts"]
        return {slug: account for slug, account in configured.items() if self.roles.on(slug)}

    @property
    def lacks_second_factor(self) -> bool:
        """Whether the person must set one up before anything else."""
        is_required: bool = current_app.extensions["settings"].requires_second_factor
        has_proof = self.has_second_factor or self.is_vouched_for
        return is_required and self.roles.need_second_factor and not has_proof

    def can(self, permission: Permission) -> bool:
        return permission in self.permissions

    def get_id(self) -> str:
        """What the signed cookie holds: the session's token, never the person's id."""
        return self.token


def _account_here() -> str | None:
    account: Account | None = g.get("account")
    return account.slug if account else None


class Stranger(AnonymousUserMixin):  # type: ignore[misc]
    """Nobody is signed in."""

    permissions: frozenset[Permission] = frozenset()
    accounts: ClassVar[dict[str, Account]] = {}

    def can(self, _permission: Permission) -> bool:
        return False
