"""Finds out what became of open operations: reads back, and is the only one to send again.

Run by the worker, by `flask reconcile` and by the button "Check now". A lease taken by compare-and-set keeps two
runners off the same operation.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.operation import UNDECIDED, State
from webapp.providers.contract import Mover, Promise, Proof

from .classify import NOT_SEEN, AttemptResult, Conclusion, read_result, verdict_on_refusal
from .engine import count_attempt, deliver, is_spaced, record, settle, settle_within, take
from .kind import Kind, NotYet, R
from .standing import Standing, next_move


def resolve_due(
    kind: Kind[R], account: Account, mover: Mover[R], *, limit: int = 20, deadline: float, all_open: bool = False
) -> int:
    """Looks at the account's open operations that are due (`all_open`: whatever their next look), oldest first.

    Returns how many it looked at.
    """
    moment, table = now(), kind.table
    due = [table.account == account.slug, table.state.in_(UNDECIDED), table.lease_until <= moment]
    if not all_open:
        due.append(table.next_check <= moment)
    rows = db.session.scalars(select(table).where(*due).order_by(table.next_check).limit(limit)).all()
    release()
    if mover.breaker_open and not all_open:
        return 0
    for row in rows:
        resolve(kind, mover, row, deadline=deadline)
    return len(rows)


def resolve(kind: Kind[R], mover: Mover[R], row: R, *, deadline: float, by_hand: bool = False) -> R:
    """Looks at one open operation, and sends it again where that is safe. Returns the row as it now is.

    `by_hand`: a person pressed "Send again", so the quarter of an hour does not count.
    """
    leased = take(kind, row, deadline=deadline)
    if leased is None:
        return _reread(kind, row)
    seen = read_result(mover.look(leased, deadline=deadline))
    if seen.found.proof not in NOT_SEEN:
        return settle(kind, leased, seen)
    move = next_move(leased, now())
    if move is Standing.COMPARED:
        return settle(kind, leased, _after_refusal(mover, leased, seen, deadline))
    if not by_hand and (move is Standing.FOR_PERSON or mover.promise is not Promise.NAMED):
        return settle(kind, leased, seen)
    counted = count_attempt(kind, leased, deadline=deadline, by_hand=by_hand)
    if counted is None:
        return _reread(kind, row)
    return settle(kind, counted, deliver(kind, mover, counted, deadline=deadline))


def check_now(kind: Kind[R], mover: Mover[R], row: R, *, deadline: float) -> R:
    """The button "Check now": looks at once, whatever the next look was planned for; leaves an entry."""
    if row.state not in UNDECIDED:
        return row
    with writing():
        record(kind, row, "checked", attempt=row.attempt)
    with audit.by_the_desk():
        return resolve(kind, mover, row, deadline=deadline)


def send_again(kind: Kind[R], mover: Mover[R], row: R, *, deadline: float) -> R:
    """A person's button: sends the same once more. Raises NotYet while somebody is at it, or it may not be yet."""
    if not kind.may_send_again(row, now()) or row.lease_until > now():
        raise NotYet
    return resolve(kind, mover, row, deadline=deadline, by_hand=True)


def close(kind: Kind[R], row: R, found: str, reason: str) -> R:
    """A person's last word on what cannot be settled by asking, and what they found. Raises NotYet.

    `reason` goes into the audit log.
    """
    with writing() as session:
        return close_within(session, kind, row, found, reason)


def close_within(session: Session, kind: Kind[R], row: R, found: str, reason: str) -> R:
    """The same in a transaction that is open."""
    if not kind.may_close(row, now()):
        raise NotYet
    return settle_within(session, kind, row, AttemptResult(Conclusion(State.CLOSED, found)), reason=reason)


def _after_refusal(mover: Mover[R], row: R, seen: AttemptResult, deadline: float) -> AttemptResult:
    """A sending met a 409, and it is not there: final only after spaced looks, and where it is in no list."""
    verdict = verdict_on_refusal(row.refusal or "", row.misses + is_spaced(row, now()))
    if verdict is None:
        return seen
    listed = mover.look(row, deadline=deadline, in_lists=True) if verdict.outcome is State.REFUSED else seen.found
    return AttemptResult(verdict, None, seen.found) if listed.proof is Proof.MISSING else read_result(listed)


def _reread(kind: Kind[R], row: R) -> R:
    row = db.session.get_one(kind.table, row.id, populate_existing=True)
    release()
    return row
