"""Replays: deliveries that somebody chooses by time, event and object, counts first, and has sent to a target again.

The form that confirms one stands for exactly what it showed: of what came later nothing is sent, and one form is one
replay however often it is pressed. A job queues them batch by batch and writes down how far it is with each batch, so
a worker that follows a dead one goes on where that stopped. The sending itself is the target's usual one, after
everything that has just come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g
from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, union, update
from sqlalchemy.orm import Session, aliased, defer

from webapp import audit, jobs
from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.delivery import GENUINE, Delivery, ForwardState
from webapp.models.finding import Finding
from webapp.models.forward import Forward, ForwardTarget, Replay
from webapp.models.intent import Intent
from webapp.models.job import OPEN_JOB_STATES, Job
from webapp.webhooks.deliveries.forwards import lock_deliveries, sum_up
from webapp.webhooks.deliveries.search import about_clause, of_event

KIND = "replay"
MISSING, ALL = "missing", "all"
MOST = 10_000
"""Deliveries of one replay."""
RECENT = 5


class TooMany(Exception):
    """More than one replay may send."""


class OtherwiseNow(Exception):
    """What would be sent is no longer what the form showed."""


class UnderWay(Exception):
    """A replay to the same target is not queued yet."""

    def __init__(self, replay_id: int) -> None:
        super().__init__(replay_id)
        self.replay_id = replay_id


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen for a target; `since` is included, `until` is not. `about`: the id of an order, a transaction or a
    refund. `last_id`: the newest delivery that counts."""

    since: datetime | None
    until: datetime | None
    event: str | None
    about: str
    scope: str
    newest_only: bool
    last_id: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many are sent, and how many are left out because a newer delivery tells of the same object."""

    chosen: int
    replaced: int


def last_delivery(account: Account) -> int:
    """The number of the newest delivery of an account; 0 before the first."""
    newest = select(func.max(Delivery.id)).where(Delivery.account == account.slug)
    return db.session.scalar(newest) or 0


def count(account: Account, target: ForwardTarget, choice: Choice) -> Count:
    """Up to one more than MOST of each."""

    def up_to(statement: Select[Any]) -> int:
        return db.session.scalar(select(func.count()).select_from(statement.limit(MOST + 1).subquery())) or 0

    chosen = up_to(chosen_by(account, target, choice))
    if not choice.newest_only:
        return Count(chosen, 0)
    return Count(chosen, up_to(matching(account, target, choice).where(has_newer())))


def page_of(
    account: Account, target: ForwardTarget, choice: Choice, *, number: int, size: int
) -> Sequence[tuple[Delivery, str | None, bool]]:
    """Some of those that would be sent, in their order: with their state at the target, and whether a newer delivery
    tells of the same object."""
    rows = chosen_by(account, target, choice).with_only_columns(Delivery, Forward.state, has_newer())
    page = rows.options(defer(Delivery.content_sealed)).order_by(Delivery.id).offset((number - 1) * size).limit(size)
    found = db.session.execute(page)
    return [(one, state, newer) for one, state, newer in found]


def start(
    account: Account, target: ForwardTarget, choice: Choice, *, seen: Count, token_hash: str, person_id: int
) -> int:
    """The number of the replay, which may have been begun by the same form before.

    Raises OtherwiseNow, TooMany, UnderWay; nothing is written then.
    """
    with writing(lock=f"replay:{account.slug}") as session:
        known = session.scalar(select(Replay.id).where(Replay.submit_token_hash == token_hash))
        if known is not None:
            return known
        if under_way := _under_way(session, target.id):
            raise UnderWay(under_way)
        counted = count(account, target, choice)
        if counted.chosen > MOST:
            raise TooMany
        if counted != seen or not counted.chosen:
            raise OtherwiseNow
        replay = Replay(
            account=account.slug, target_id=target.id, submit_token_hash=token_hash, requested_by=person_id,
            since=choice.since, until=choice.until, event=choice.event, about=choice.about or None, scope=choice.scope,
            newest_only=choice.newest_only, last_id=choice.last_id, chosen=counted.chosen, replaced=counted.replaced,
        )  # fmt: skip
        session.add(replay)
        session.flush()
        job = jobs.start(
            KIND, account=account.slug, key=f"replay {replay.id}", parameters={"replay_id": replay.id},
            owner_id=person_id, request_id=g.get("request_id"),
        )  # fmt: skip
        replay.job_id = job.id
        record(replay, target, "replay", count=counted.chosen, left_out=counted.replaced)
        return replay.id


def cancel(account: Account, replay_id: int) -> int | None:
    """What was queued and not tried yet is as it was before.

    Returns how many are not sent; None where there is nothing to cancel.
    """
    with writing() as session:
        replay = session.get(Replay, replay_id, with_for_update={"of": Replay}, populate_existing=True)
        if replay is None or replay.account != account.slug or replay.cancelled is not None:
            return None
        untried = (Forward.replay_id == replay.id, Forward.state == ForwardState.WAITING, Forward.tries == 0)
        session.get(ForwardTarget, replay.target_id, with_for_update={"of": ForwardTarget}, populate_existing=True)
        deliveries = session.scalars(select(Forward.delivery_id).where(*untried)).all()
        if not deliveries and not (replay.job and replay.job.is_open):
            return None
        replay.cancelled = now()
        lock_deliveries(session, deliveries)
        fast = {"synchronize_session": False}
        session.execute(delete(Forward).where(*untried, Forward.before.is_(None)).execution_options(**fast))
        session.execute(
            update(Forward).where(*untried).values(state=Forward.before, next_try=None).execution_options(**fast)
        )
        sum_up(session, deliveries)
        left = replay.chosen - replay.queued + len(deliveries)
        record(replay, replay.target, "replay_cancelled", count=max(left, 0))
        job_id = replay.job_id
    if job_id is not None:
        jobs.ask_to_cancel(job_id)
    return max(left, 0)


def progress(replay: Replay) -> Counter[str]:
    """How many of its deliveries stand how at the target, by state."""
    counted = select(Forward.state, func.count()).where(Forward.replay_id == replay.id).group_by(Forward.state)
    return Counter(dict(db.session.execute(counted).all()))


def recent(account: Account) -> Sequence[Replay]:
    """The newest few."""
    mine = select(Replay).where(Replay.account == account.slug)
    return db.session.scalars(mine.order_by(Replay.id.desc()).limit(RECENT)).all()


def record(replay: Replay, target: ForwardTarget, what: str, **counts: int) -> None:
    """In the audit log. Inside of `writing()`."""
    audit.record(
        audit.Action.DELIVERY_RESENT,
        outcome="failed" if what == "replay_failed" else "ok",
        account=replay.account,
        object_type="replay",
        object_id=replay.id,
        after={"what": what, "target": target.name, **counts},
    )


def chosen_by(account: Account, target: ForwardTarget, choice: Choice) -> Select[Any]:
    """The numbers of the deliveries to send."""
    every = matching(account, target, choice)
    return every.where(~has_newer()) if choice.newest_only else every


def has_newer() -> ColumnElement[bool]:
    """Whether a newer genuine delivery tells of the same object."""
    newer = aliased(Delivery)
    return (
        select(newer.id)
        .where(newer.account == Delivery.account, newer.object_id == Delivery.object_id, newer.id > Delivery.id)
        .where(newer.object_kind == Delivery.object_kind, newer.verdict.in_(GENUINE))
        .exists()
    )


def matching(account: Account, target: ForwardTarget, choice: Choice) -> Select[Any]:
    """The same with those that a newer delivery has replaced."""
    told = or_(Forward.id.is_(None), Forward.state.in_((ForwardState.FAILED, ForwardState.SUPERSEDED)))
    idle = or_(Forward.id.is_(None), Forward.state != ForwardState.WAITING)
    where: list[ColumnElement[bool]] = [
        Delivery.account == account.slug,
        Delivery.verdict.in_(GENUINE),
        Delivery.content_sealed.is_not(None),
        Delivery.id <= choice.last_id,
        or_(*(of_event(event) for event in target.event_list)),
        told if choice.scope == MISSING else idle,
    ]
    if choice.since is not None:
        where.append(Delivery.received >= choice.since)
    if choice.until is not None:
        where.append(Delivery.received < choice.until)
    if choice.event is not None:
        where.append(of_event(choice.event))
    if choice.about:
        where.append(or_(about_clause(account, choice.about), Delivery.order_id.in_(_order_of(account, choice.about))))
    return select(Delivery.id).outerjoin(Forward, _at(target.id)).where(*where)


def _at(target_id: int) -> ColumnElement[bool]:
    return and_(Forward.delivery_id == Delivery.id, Forward.target_id == target_id)


def _order_of(account: Account, refund_id: str) -> Any:
    """The order of a refund, where the desk knows it."""
    return union(
        *(
            select(kind.order_id).where(kind.account == account.slug, kind.refund_id == refund_id)
            for kind in (Intent, Finding)
        )
    )


def _under_way(session: Session, target_id: int) -> int | None:
    open_one = select(Replay.id).join(Job, Job.id == Replay.job_id).where(Replay.target_id == target_id)
    return session.scalar(open_one.where(Job.state.in_(OPEN_JOB_STATES)).limit(1))
