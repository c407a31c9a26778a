"""Forgets deliveries that were kept long enough, and of those that were refused all but a few of each sender.

What was refused is counted elsewhere (refused.py), so forgetting some of it needs no entry in the audit log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.models.base import now
from webapp.models.delivery import Delivery, DeliveryOutcome
from webapp.models.forward import Forward, ForwardAttempt, ForwardTarget, Replay
from webapp.models.job import Job
from webapp.models.refused_minute import RefusedMinute

from .refused import KEEP

MOST_REFUSED = 500
MOST_OF_SENDER = 100
RUN_ENDS = timedelta(hours=1)
"""A refused delivery begins a run when nothing alike came from its sender for so long."""
IN_ONE_GO = 1000
"""Rows deleted in one transaction: others want to write too."""


def prune_deliveries(account: Account, days: int) -> int:
    """Deletes what is older than so many days, and says so in the audit log. Returns how many went."""
    until = now() - timedelta(days=days)
    pruned = 0
    while gone := _prune(account, until):
        pruned += gone
        if gone < IN_ONE_GO:
            break
    _prune_replays(account, until)
    if pruned:
        with writing():
            facts: dict[str, str | int] = {"rows": pruned, "until": until.isoformat(timespec="seconds")}
            audit.record(audit.Action.DELIVERIES_PRUNED, account=account.slug, after=facts)
    trim_refused(account.slug)
    with writing() as session:
        session.execute(delete(RefusedMinute).where(RefusedMinute.minute < now() - KEEP))
    return pruned


def _prune(account: Account, until: datetime) -> int:
    with writing() as session:
        mine = Delivery.account == account.slug
        old = select(Delivery.id).where(mine, Delivery.received < until).order_by(Delivery.id).limit(IN_ONE_GO)
        ids = list(session.scalars(old))
        _delete(session, ids)
        return len(ids)


def trim_refused(account: str) -> None:
    """Of what was refused, keeps of each sender the first of a run and the newest, MOST_REFUSED in all."""
    with writing() as session:
        columns = (Delivery.id, Delivery.sender, Delivery.receiver_id, Delivery.verdict, Delivery.received)
        refused = (Delivery.account == account, Delivery.outcome == DeliveryOutcome.REFUSED)
        rows = session.execute(select(*columns).where(*refused).order_by(Delivery.id)).all()
        _delete(session, beyond(rows)[:IN_ONE_GO])


def beyond(rows: Iterable[Any]) -> list[int]:
    """The ids of what is more than is kept; `rows` are in the order of their ids.

    A sender that sends much pushes out its own and nobody else's: what is kept is each one's newest, then each one's
    second newest, and so on. The first of a run counts as one of the newest.
    """
    rows, firsts = list(rows), set()
    last_of: dict[Any, datetime] = {}
    for row in rows:
        run = (row.sender, row.receiver_id, row.verdict)
        if run not in last_of or row.received - last_of[run] > RUN_ENDS:
            firsts.add(row.id)
        last_of[run] = row.received
    seen: Counter[str | None] = Counter()
    ranked = []
    for row in reversed(rows):
        rank = min(seen[row.sender], 1) if row.id in firsts else seen[row.sender]
        seen[row.sender] += 1
        ranked.append((rank, -row.id))
    ranked.sort()
    return [-key for place, (rank, key) in enumerate(ranked) if place >= MOST_REFUSED or rank >= MOST_OF_SENDER]


def _delete(session: Session, ids: list[int]) -> None:
    if ids:
        forwards = select(Forward.id).where(Forward.delivery_id.in_(ids))
        session.execute(delete(ForwardAttempt).where(ForwardAttempt.forward_id.in_(forwards)))
        session.execute(delete(Forward).where(Forward.delivery_id.in_(ids)))
        session.execute(delete(Delivery).where(Delivery.id.in_(ids)).execution_options(synchronize_session=False))


def _prune_replays(account: Account, until: datetime) -> None:
    """Replays whose deliveries are gone, with their jobs; and what is left of deleted targets that nothing names."""
    with writing() as session:
        unused = ~select(Forward.id).where(Forward.replay_id == Replay.id).exists()
        old = session.execute(
            delete(Replay)
            .where(Replay.account == account.slug, Replay.created < until, unused)
            .returning(Replay.job_id)
            .execution_options(synchronize_session=False)
        ).scalars()
        jobs = [number for number in old if number is not None]
        session.execute(delete(Job).where(Job.id.in_(jobs)).execution_options(synchronize_session=False))
        told = select(Forward.id).where(Forward.target_id == ForwardTarget.id).exists()
        replayed = select(Replay.id).where(Replay.target_id == ForwardTarget.id).exists()
        session.execute(
            delete(ForwardTarget)
            .where(ForwardTarget.account == account.slug, ForwardTarget.deleted.is_not(None), ~told, ~replayed)
            .execution_options(synchronize_session=False)
        )
