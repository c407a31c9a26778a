"""Sends one delivery to one target now: one that waits, was given up, was taken already, or was never sent there."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from webapp import audit
from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.models.base import now
from webapp.models.delivery import Delivery, ForwardState
from webapp.models.forward import FRESH, Forward, ForwardTarget
from webapp.webhooks.deliveries.forwards import FORWARD_FOR, new_forward, sum_up


class Answer(StrEnum):
    """What came of asking for it."""

    SENDING = "sending"
    TARGET_OFF = "target_off"
    NOT_POSSIBLE = "not_possible"


def try_now(account: Account, delivery_id: int, target_id: int) -> Answer:
    """Before all else that waits there; a pause after silence ends. One that waits keeps its tries and its end."""
    with writing() as session:
        target = session.get(ForwardTarget, target_id, with_for_update={"of": ForwardTarget}, populate_existing=True)
        if target is None or target.account != account.slug or not target.active:
            return Answer.TARGET_OFF
        delivery = session.get(
            Delivery, delivery_id, with_for_update=True, populate_existing=True,
            options=[defer(Delivery.content_sealed)],
        )  # fmt: skip
        if delivery is None or delivery.account != account.slug or not delivery.is_genuine:
            return Answer.NOT_POSSIBLE
        _make_due(session, delivery_id, target_id)
        target.silent_until = None
        session.flush()
        sum_up(session, [delivery_id])
        audit.record(
            audit.Action.DELIVERY_RESENT,
            account=account.slug,
            object_type="delivery",
            object_id=delivery_id,
            after={"what": "one", "count": 1, "target": target.name},
        )
    return Answer.SENDING


def _make_due(session: Session, delivery_id: int, target_id: int) -> None:
    moment = now()
    mine = select(Forward).where(Forward.delivery_id == delivery_id, Forward.target_id == target_id)
    forward = session.scalar(mine.with_for_update(of=Forward).execution_options(populate_existing=True))
    if forward is None:
        session.add(new_forward(delivery_id, target_id, moment))
        return
    if forward.state != ForwardState.WAITING:
        forward.state, forward.tries, forward.until = ForwardState.WAITING, 0, moment + FORWARD_FOR
    forward.turn, forward.next_try = FRESH, moment
