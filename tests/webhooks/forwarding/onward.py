"""What the tests of forwarding do: add a target, look at what became of deliveries there, let time pass."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select, update

from tests.webhooks.receiving import Receiving
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.jobs import work_once
from webapp.models.base import now
from webapp.models.forward import Forward, ForwardAttempt, ForwardTarget
from webapp.webhooks.address import read_address
from webapp.webhooks.deliveries.forwards import TARGET_EVENTS
from webapp.webhooks.forwarding import replay, targets

SHOP_SECRET = "the-shops-own-secret-0123456789"


def add_target(
    receiving: Receiving, url: str, name: str = "Shop", events: Sequence[str] = TARGET_EVENTS, secret: str = SHOP_SECRET
) -> int:
    """The number of a target that is on from now on."""
    wish = targets.Wish(name, read_address(url, loopback=True), tuple(events), SecretStr(secret))
    with receiving.app.app_context():
        return targets.add_target(receiving.account, wish, 1, receiving.settings).id


def forwards(receiving: Receiving, target_id: int = 1) -> list[tuple[str, int]]:
    """State and tries of each delivery at a target, oldest first."""
    with receiving.app.app_context():
        mine = select(Forward).where(Forward.target_id == target_id).order_by(Forward.delivery_id)
        return [(one.state, one.tries) for one in db.session.scalars(mine)]


def summed_up(receiving: Receiving) -> list[str | None]:
    return [row.forward_state for row in receiving.rows()]


def attempts(receiving: Receiving) -> Sequence[ForwardAttempt]:
    with receiving.app.app_context():
        return db.session.scalars(select(ForwardAttempt).order_by(ForwardAttempt.id)).all()


def wind(receiving: Receiving, **values: object) -> None:
    """As if time had gone by: of what waits."""
    with receiving.app.app_context(), writing() as session:
        if values:
            session.execute(update(Forward).where(Forward.state == "waiting").values(**values))
        session.execute(update(ForwardTarget).values(silent_until=None, lease_until=None))


def make_due(receiving: Receiving) -> None:
    wind(receiving, next_try=now() - timedelta(seconds=1))


def give_up(receiving: Receiving) -> None:
    """As if two days had gone by."""
    with receiving.app.app_context():
        for one in targets.targets_of(receiving.account):
            targets.pause_target(receiving.account, one.id, 1)
            targets.resume_target(receiving.account, one.id, 1)


def replay_missing(receiving: Receiving, target_id: int = 1, **more: Any) -> int:
    """Starts a replay of what a target has not taken, and has it queued; its number."""
    with receiving.app.app_context():
        replay_id = start_replay(receiving, target_id, **more)
    assert work_once(receiving.app)
    return replay_id


def start_replay(receiving: Receiving, target_id: int = 1, *, token: str = "", **more: Any) -> int:
    """As a press of the button; `more` of what is chosen."""
    target, last_id = targets.target_of(receiving.account, target_id), replay.last_delivery(receiving.account)
    chosen = replay.Choice(None, None, None, "", replay.MISSING, True, last_id)
    choice = dataclasses.replace(chosen, **more)
    seen = replay.count(receiving.account, target, choice)
    token_hash = token or uuid.uuid4().hex
    return replay.start(receiving.account, target, choice, seen=seen, token_hash=token_hash, person_id=1)
