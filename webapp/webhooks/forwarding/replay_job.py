"""The job of a replay: queues what was chosen, batch by batch, each with how far it has come in one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.jobs import Cancelled, Failed, JobContext, performs
from webapp.models.base import now
from webapp.models.delivery import Delivery, ForwardState
from webapp.models.forward import REPLAYED, Forward, ForwardTarget, Replay
from webapp.models.job import Job, JobState
from webapp.webhooks.deliveries.forwards import FORWARD_FOR, lock_deliveries, new_forward, sum_up

from .replay import KIND, Choice, chosen_by, has_newer, matching, record

BATCH = 200


def _ended(job: Job) -> None:
    """A cancelled one was written down by whoever cancelled it."""
    replay = db.session.get(Replay, job.given["replay_id"])
    if replay is not None and job.state == JobState.DONE:
        record(replay, replay.target, "replay_queued", count=replay.queued)
    if replay is not None and job.state == JobState.FAILED:
        record(replay, replay.target, "replay_failed", count=replay.queued)


@performs(KIND, ended=_ended)
def queue_replay(job: JobContext) -> None:
    """Goes on after the last batch that is on disk. Raises Failed when its target is off or gone."""
    while True:
        with job.writing() as session:
            replay = session.get_one(
                Replay, job.given["replay_id"], with_for_update={"of": Replay}, populate_existing=True
            )
            if replay.cancelled is not None:
                raise Cancelled
            target = session.get_one(
                ForwardTarget, replay.target_id, with_for_update={"of": ForwardTarget}, populate_existing=True
            )
            if not target.active:
                raise Failed("target_off")
            is_over = _queue_batch(session, job.account, replay)
            queued, chosen = replay.queued, replay.chosen
        job.tell(queued, chosen)
        if is_over:
            return


def _queue_batch(session: Session, account: Account, replay: Replay) -> bool:
    """The next few, and what they have replaced. Returns whether there is nothing more."""
    choice = Choice(
        replay.since, replay.until, replay.event, replay.about or "", replay.scope, replay.newest_only, replay.last_id
    )
    after = Delivery.id > replay.cursor
    found = chosen_by(account, replay.target, choice).where(after).order_by(Delivery.id).limit(BATCH)
    ids = session.scalars(found).all()
    is_over = len(ids) < BATCH
    end = replay.last_id if is_over else ids[-1]
    if replay.newest_only:
        old = matching(account, replay.target, choice).where(after, Delivery.id <= end, has_newer())
        _supersede(session, replay, session.scalars(old).all())
    _queue(session, replay, ids)
    replay.cursor, replay.queued = end, replay.queued + len(ids)
    return is_over


def _queue(session: Session, replay: Replay, ids: Sequence[int]) -> None:
    moment = now()
    lock_deliveries(session, ids)
    mine = select(Forward).where(Forward.target_id == replay.target_id, Forward.delivery_id.in_(ids))
    known = {one.delivery_id: one for one in session.scalars(mine.with_for_update(of=Forward))}
    for delivery_id in ids:
        forward = known.get(delivery_id)
        if forward is None:
            forward = new_forward(delivery_id, replay.target_id, moment)
            session.add(forward)
        else:
            forward.before = forward.state
            forward.state, forward.tries = ForwardState.WAITING, 0
            forward.next_try, forward.until = moment, moment + FORWARD_FOR
        forward.turn, forward.replay_id = REPLAYED, replay.id
    session.flush()
    sum_up(session, ids)


def _supersede(session: Session, replay: Replay, ids: Sequence[int]) -> None:
    """What was given up, and is not sent because there is news of the same object: nobody needs to look after it."""
    lock_deliveries(session, ids)
    session.execute(
        update(Forward)
        .where(
            Forward.target_id == replay.target_id, Forward.delivery_id.in_(ids), Forward.state == ForwardState.FAILED
        )
        .values(state=ForwardState.SUPERSEDED)
        .execution_options(synchronize_session=False)
    )
    sum_up(session, ids)
