"""Refund limits of single people: an admin sets lower ones than their role has, never their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from webapp import audit
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.core.refund_limits_setting import Limits
from webapp.models.person_limit import LIMITS, PersonLimit

from .grants import StaffChangeRefused, require_grant
from .roles import EVERY_ACCOUNT, roles_of
from .staff import changing


def limits_set(user_id: int) -> Sequence[PersonLimit]:
    """What was set for somebody, by account and currency."""
    theirs = select(PersonLimit).where(PersonLimit.user_id == user_id)
    found = db.session.scalars(theirs.order_by(PersonLimit.account, PersonLimit.currency)).all()
    release()
    return found


def set_limits(
    email: str, account: str, currency: str, wanted: Mapping[str, int | None], *, by: int, by_role: Limits
) -> None:
    """Makes these somebody's limits on an account, or on every one, in minor units; None is as the role has it.

    One entry with what was and what is. Raises StaffChangeRefused, also where one is above that of the role: else an
    admin alone could do without approvals, through somebody they have invited.
    """
    with changing(email, by) as (session, user):
        require_grant(session, by, {account})
        of_role = by_role.get(roles_of(session, user.id).on(account) or "", {}).get(currency)
        if of_role and any(value and value > of_role.ceilings[name] for name, value in wanted.items()):
            raise StaffChangeRefused(_l("Limits of one person are at most those of the role, which are a setting."))
        key = {"user_id": user.id, "account": account, "currency": currency}
        row = session.get(PersonLimit, tuple(key.values()))
        before = {name: getattr(row, name) for name in LIMITS} if row else dict.fromkeys(LIMITS)
        after = {name: wanted.get(name) for name in LIMITS}
        if before == after:
            raise StaffChangeRefused(_l("These are their limits already."))
        if row:
            session.delete(row)
            session.flush()
        if any(value is not None for value in after.values()):
            session.add(PersonLimit(**key, **after))
        audit.record(
            audit.Action.USER_LIMITS_CHANGED,
            account=None if account == EVERY_ACCOUNT else account,
            object_type="user",
            object_id=user.id,
            before=_facts(currency, before),
            after=_facts(currency, after),
        )


def _facts(currency: str, limits: Mapping[str, int | None]) -> dict[str, str | int]:
    named = {name if name == "per_hour" else f"{name}_minor": value for name, value in limits.items()}
    return {"currency": currency, **{name: value for name, value in named.items() if value is not None}}
