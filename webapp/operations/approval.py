"""What awaits a second person: let go to be sent, once, or given up; nothing was sent before either."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from webapp.models.base import now
from webapp.models.operation import State

from .engine import compare_and_set, lease, record
from .kind import Kind, R

AWAITING = (State.AWAITING_APPROVAL,)


def let_go(session: Session, kind: Kind[R], row: R, *, deadline: float, **values: Any) -> R | None:
    """Approved: from here on it is as if it had just been written, leased to us, to be sent with `perform`.

    Should this process end before that, the worker sends it like any other. None where it does not wait any more.
    """
    moment = now()
    until = moment + lease(kind, deadline)
    values |= {"state": State.PENDING, "lease_until": until, "next_check": until, "first_sent": moment}
    if not compare_and_set(session, kind, row, states=AWAITING, **values):
        return None
    approved = session.get_one(kind.table, row.id, populate_existing=True)
    record(kind, approved, "approved")
    return approved


def give_up(session: Session, kind: Kind[R], row: R, code: str, *, reason: str | None = None) -> R | None:
    """It is not going to be sent, ever; `code` says why. None where it does not wait any more."""
    values = {"state": State.REFUSED, "outcome_code": code, "settled": now()}
    if not compare_and_set(session, kind, row, states=AWAITING, **values):
        return None
    over = session.get_one(kind.table, row.id, populate_existing=True)
    record(kind, over, State.REFUSED, reason=reason, outcome_code=code)
    kind.settled(session, over)
    return over
