"""Who may do what: permissions are constants of the code, roles are sets of them, a user holds one per account.

Deny by default: every view says what it needs with `@requires` or says `@public`; an app with a view
that says neither does not start (`check_every_endpoint`). The matrix is tested role by role.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask
from flask_babel import lazy_gettext

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """One thing that a person can do on the desk."""

    ORDER_READ = "order.read"
    PERSONAL_DATA_OPEN = "personal_data.open"
    CAPTURE = "capture"
    REFUND_CREATE = "refund.create"
    REFUND_CHECK = "refund.check"
    REFUND_APPROVE = "refund.approve"
    REFUND_RESOLVE = "refund.resolve"
    SETTLEMENTS_READ = "settlements.read"
    SETTLEMENTS_RESOLVE = "settlements.resolve"
    EXPORT = "export"
    HOOKS_READ = "hooks.read"
    HOOKS_EDIT = "hooks.edit"
    AUDIT_READ_OWN = "audit.read_own"
    AUDIT_READ_ALL = "audit.read_all"
    AUDIT_EXPORT = "audit.export"
    OWN_SESSIONS = "sessions.own"
    PEOPLE_MANAGE = "people.manage"


class Role(StrEnum):
    """What a person is. Admins manage the desk and move no money; auditors look and take along."""

    VIEWER = "viewer"
    AGENT = "agent"
    FINANCE = "finance"
    AUDITOR = "auditor"
    ADMIN = "admin"


ROLE_LABELS = {
    Role.VIEWER: lazy_gettext("Viewer"),
    Role.AGENT: lazy_gettext("Support agent"),
    Role.FINANCE: lazy_gettext("Finance"),
    Role.AUDITOR: lazy_gettext("Auditor"),
    Role.ADMIN: lazy_gettext("Admin"),
}

OWN = frozenset({Permission.AUDIT_READ_OWN, Permission.OWN_SESSIONS})
"""What concerns nobody but oneself: everybody who is signed in may, on whichever account."""
NEED_SECOND_FACTOR = frozenset({Role.AGENT, Role.FINANCE, Role.ADMIN})
"""Who moves money, or looks after the desk: a password alone is not enough (R26)."""
DESK_WIDE = frozenset({Permission.PEOPLE_MANAGE})
"""What concerns the whole desk: only a role for every account gives it, never one for a single account."""

_EVERYBODY = OWN | {Permission.ORDER_READ}
_AGENT = _EVERYBODY | {
    Permission.PERSONAL_DATA_OPEN,
    Permission.CAPTURE,
    Permission.REFUND_CREATE,
    Permission.REFUND_CHECK,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset(_EVERYBODY),
    Role.AGENT: frozenset(_AGENT),
    Role.FINANCE: frozenset(
        _AGENT
        | {
            Permission.REFUND_APPROVE,
            Permission.REFUND_RESOLVE,
            Permission.SETTLEMENTS_READ,
            Permission.SETTLEMENTS_RESOLVE,
            Permission.EXPORT,
            Permission.HOOKS_READ,
        }
    ),
    Role.AUDITOR: frozenset(
        _EVERYBODY
        | {
            Permission.SETTLEMENTS_READ,
            Permission.EXPORT,
            Permission.HOOKS_READ,
            Permission.AUDIT_READ_ALL,
            Permission.AUDIT_EXPORT,
        }
    ),
    Role.ADMIN: frozenset(
        _EVERYBODY
        | {Permission.AUDIT_READ_ALL, Permission.HOOKS_READ, Permission.HOOKS_EDIT, Permission.PEOPLE_MANAGE}
    ),
}


def permissions_of(role: str | None) -> frozenset[Permission]:
    """The permissions of a role; none without one, or for one that is not known (any more)."""
    return ROLE_PERMISSIONS[Role(role)] if role in ROLE_PERMISSIONS else frozenset()


def requires(permission: Permission) -> Callable[[View], View]:
    """Marks a view: only for signed-in people whose role, on the account of the address, has the permission."""

    def mark(view: View) -> View:
        view.required_permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Marks a view that needs nobody to be signed in."""
    view.required_permission = None  # type: ignore[attr-defined]
    return view


def of(*gateways: str) -> Callable[[View], View]:
    """Marks a view of an account: only for accounts at these providers; for any other there is no such page."""

    def mark(view: View) -> View:
        view.gateways = frozenset(gateways)  # type: ignore[attr-defined]
        return view

    return mark


def of_any(view: View) -> View:
    """Marks a view of an account that is the same at whichever provider the account is."""
    view.gateways = None  # type: ignore[attr-defined]
    return view


def is_for(view: object, gateway: str) -> bool:
    """Whether a marked view is for accounts at this provider."""
    gateways: frozenset[str] | None = getattr(view, "gateways", None)
    return gateways is None or gateway in gateways


def check_every_endpoint(app: Flask) -> None:
    """Raises RuntimeError when an endpoint says neither `@requires` nor `@public`.

    Also when one with an account in its address says neither `@of` nor `@of_any`.
    """
    unguarded = [name for name, view in app.view_functions.items() if not hasattr(view, "required_permission")]
    if unguarded:
        raise RuntimeError(f"endpoints without @requires or @public: {', '.join(sorted(unguarded))}")
    of_accounts = {rule.endpoint for rule in app.url_map.iter_rules() if "account" in rule.arguments}
    homeless = [name for name in of_accounts if not hasattr(app.view_functions[name], "gateways")]
    if homeless:
        raise RuntimeError(f"endpoints of an account without @of or @of_any: {', '.join(sorted(homeless))}")
