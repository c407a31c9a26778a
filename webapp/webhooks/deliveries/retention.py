"""Forgets deliveries that were kept long enough, and of those that were refused all but the newest."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.models.base import now
from webapp.models.delivery import GENUINE, Delivery
from webapp.models.forward import Forward, ForwardAttempt, ForwardTarget, Replay
from webapp.models.job import Job

MOST_REFUSED = 500
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
    return pruned


def _prune(account: Account, until: datetime) -> int:
    with writing() as session:
        mine = Delivery.account == account.slug
        old = select(Delivery.id).where(mine, Delivery.received < until).order_by(Delivery.id).limit(IN_ONE_GO)
        ids = list(session.scalars(old)) + _refused_too_many(session, account)
        if ids:
            forwards = select(Forward.id).where(Forward.delivery_id.in_(ids))
            session.execute(delete(ForwardAttempt).where(ForwardAttempt.forward_id.in_(forwards)))
            session.execute(delete(Forward).where(Forward.delivery_id.in_(ids)))
            session.execute(delete(Delivery).where(Delivery.id.in_(ids)).execution_options(synchronize_session=False))
        return len(set(ids))


def _refused_too_many(session: Session, account: Account) -> list[int]:
    refused = (Delivery.account == account.slug, Delivery.verdict.not_in(GENUINE))
    if (session.scalar(select(func.count()).where(*refused)) or 0) <= MOST_REFUSED:
        return []
    beyond = select(Delivery.id).where(*refused).order_by(Delivery.id.desc()).offset(MOST_REFUSED).limit(IN_ONE_GO)
    return list(session.scalars(beyond))


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
