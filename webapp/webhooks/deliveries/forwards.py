"""Which targets a delivery is forwarded to, written down together with it; and the sum of what became of it there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from webapp.models.delivery import GENUINE, Delivery, ForwardState
from webapp.models.forward import FRESH, Forward, ForwardTarget

from .payload import ORDER, TRANSACTION

OTHER = "other"
"""Of events: what is neither about an order nor about a transaction."""
TARGET_EVENTS = (ORDER, TRANSACTION, OTHER)
FORWARD_FOR = timedelta(days=2)
AT_ONCE = 500
"""Deliveries in one statement."""
_BY_RANK = {0: ForwardState.WAITING.value, 1: ForwardState.FAILED.value, 2: ForwardState.SENT.value}
Key = tuple[str, str]
"""An account and the digest of a delivery: what it is known by before it is written down."""


class Plan(NamedTuple):
    """Where a delivery goes, and when it came."""

    targets: tuple[int, ...]
    received: datetime


def event_of(kind: str | None, event: str | None) -> str:
    """What a delivery tells of, in the words that targets choose by; however its event is spelt."""
    told = kind or event
    return told if told in (ORDER, TRANSACTION) else OTHER


def plan_forwards(session: Session, rows: Iterable[dict[str, Any]]) -> dict[Key, Plan]:
    """Where new deliveries go, by account and digest; their rows say from now on that they wait."""
    targets = session.execute(
        select(ForwardTarget.id, ForwardTarget.account, ForwardTarget.events).where(
            ForwardTarget.active, ForwardTarget.deleted.is_(None)
        )
    ).all()
    plans: dict[Key, Plan] = {}
    for row in rows:
        event = event_of(row["object_kind"], row["event"])
        mine = tuple(
            one.id for one in targets if one.account == row["account"] and event in one.events.split(",")
        )  # fmt: skip
        if mine and row["verdict"] in GENUINE:
            row["forward_state"] = ForwardState.WAITING.value
            plans[row["account"], row["digest"]] = Plan(mine, row["received"])
    return plans


def write_forwards(session: Session, plans: Mapping[Key, Plan], new: Mapping[Key, int]) -> None:
    """The forwards of what was new, of which `new` gives the number."""
    for key in plans.keys() & new.keys():
        for target_id in plans[key].targets:
            session.add(new_forward(new[key], target_id, plans[key].received))
    session.flush()


def new_forward(delivery_id: int, target_id: int, moment: datetime) -> Forward:
    """One that is due at once."""
    return Forward(
        delivery_id=delivery_id, target_id=target_id, state=ForwardState.WAITING, turn=FRESH, tries=0, next_try=moment,
        until=moment + FORWARD_FOR,
    )  # fmt: skip


def lock_deliveries(session: Session, delivery_ids: Sequence[int]) -> None:
    """In one order. Whoever changes forwards holds their target first, then the deliveries, then the forwards."""
    if delivery_ids:
        rows = select(Delivery.id).where(Delivery.id.in_(delivery_ids)).order_by(Delivery.id)
        session.execute(rows.with_for_update())


def sum_up(session: Session, delivery_ids: Sequence[int]) -> None:
    """Writes into deliveries what their forwards come to. Inside of `writing()`, with the deliveries locked."""
    rank = case({state: rank for rank, state in _BY_RANK.items()}, value=Forward.state, else_=3)
    least = select(func.min(rank)).where(Forward.delivery_id == Delivery.id).scalar_subquery()
    state = case({**_BY_RANK, 3: ForwardState.SUPERSEDED.value}, value=least, else_=None)
    for start in range(0, len(delivery_ids), AT_ONCE):
        some = delivery_ids[start : start + AT_ONCE]
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(some))
            .values(forward_state=state)
            .execution_options(synchronize_session=False)
        )
