"""Finds out what became of open intents: reads back, and is the only one to send an intent again.

Run by the worker, by `flask reconcile` and by the button "Check now". A lease taken by compare-and-set keeps two
runners off the same intent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from webapp import audit
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.intent import Intent, IntentState
from webapp.providers.contract import Mover, Proof

from .attempt import deliver, look
from .classify import AttemptResult, Outcome, verdict_on_refusal
from .finalize import SPACED, close_by_hand, described, settle
from .standing import RESEND_WITHIN, UNDECIDED, Standing, next_move, waits_for_finance
from .write import LEASE_MARGIN

CLOSE_AFTER = timedelta(hours=24)
CLOSE_MISSES = 3
"""What must be seen before finance may close an intent as not refunded."""


class NotYet(Exception):
    """A person asked for something that is not allowed yet; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a run saw: intents looked at, those the desk still finds out about by itself, those that need finance."""

    looked: int = 0
    open: int = 0
    attention: int = 0


def resolve_due(
    account: Account, mover: Mover, *, limit: int = 20, deadline: float = 10.0, all_open: bool = False
) -> Counts:
    """Looks at the account's open intents that are due (`all_open`: whatever their next look), oldest first."""
    moment = now()
    due = [Intent.account == account.slug, Intent.state.in_(UNDECIDED), Intent.lease_until <= moment]
    if not all_open:
        due.append(Intent.next_check <= moment)
    intents = db.session.scalars(select(Intent).where(*due).order_by(Intent.next_check).limit(limit)).all()
    release()
    if mover.breaker_open and not all_open:
        intents = []
    for intent in intents:
        resolve(mover, intent, deadline=deadline)
    return count_open([account], looked=len(intents))


def count_open(accounts: Iterable[Account], *, looked: int = 0) -> Counts:
    """How many intents of the accounts are open, and how many of them need a person of finance."""
    theirs = Intent.account.in_([account.slug for account in accounts])
    open_ones = select(func.count(Intent.id)).where(theirs, Intent.state.in_((*UNDECIDED, IntentState.ATTENTION)))
    attention = db.session.scalar(open_ones.where(waits_for_finance(now() - RESEND_WITHIN))) or 0
    total = db.session.scalar(open_ones) or 0
    release()
    return Counts(looked, total - attention, attention)


def resolve(mover: Mover, intent: Intent, *, deadline: float, by_hand: bool = False) -> Intent:
    """Looks at one open intent, and sends it again where that is safe. Returns the row as it now is.

    `by_hand`: finance pressed "Send again", so the quarter of an hour does not count.
    """
    leased = _lease(intent, deadline)
    if leased is None:
        return _reread(intent)
    seen = look(mover, leased, deadline=deadline)
    if seen.proof is not Proof.MISSING:
        return settle(leased, seen)
    move = next_move(leased, now())
    if move is Standing.COMPARED:
        return settle(leased, _after_refusal(mover, leased, seen, deadline))
    if move is Standing.FOR_FINANCE and not by_hand:
        return settle(leased, seen)
    counted = _count_attempt(leased, deadline, by_hand)
    if counted is None:
        return _reread(intent)
    return settle(counted, deliver(mover, counted, deadline=deadline))


def _after_refusal(mover: Mover, intent: Intent, seen: AttemptResult, deadline: float) -> AttemptResult:
    """A sending met a 409, and it is not there: final only after spaced looks, and where it is in no list."""
    spaced = intent.last_miss is None or now() - intent.last_miss >= SPACED
    verdict = verdict_on_refusal(intent.refusal or "", intent.misses + spaced)
    if verdict is None or (verdict.outcome is Outcome.REFUSED and mover.is_listed(intent, deadline=deadline)):
        return seen
    return AttemptResult(verdict, None, seen.proof)


def _lease(intent: Intent, deadline: float) -> Intent | None:
    """Takes the intent for ourselves for as long as looking and sending may take; None when it is not free."""
    moment = now()
    with writing() as session:
        taken = session.execute(
            update(Intent)
            .where(Intent.id == intent.id, Intent.state.in_(UNDECIDED), Intent.lease_until <= moment)
            .values(lease_until=moment + 2 * timedelta(seconds=deadline) + LEASE_MARGIN)
            .execution_options(synchronize_session=False)
        )
        if taken.rowcount != 1:  # type: ignore[attr-defined]
            return None
        return session.get_one(Intent, intent.id, populate_existing=True)


def _count_attempt(intent: Intent, deadline: float, by_hand: bool) -> Intent | None:
    """Writes down that it is about to be sent again, with a fresh lease; None when the lease is not ours any more."""
    with writing() as session:
        counted = session.execute(
            update(Intent)
            .where(Intent.id == intent.id, Intent.lease_until == intent.lease_until, Intent.state.in_(UNDECIDED))
            .values(attempt=Intent.attempt + 1, lease_until=now() + 2 * timedelta(seconds=deadline) + LEASE_MARGIN)
            .execution_options(synchronize_session=False)
        )
        if counted.rowcount != 1:  # type: ignore[attr-defined]
            return None
        if by_hand:
            _record(intent, "resent")
        return session.get_one(Intent, intent.id, populate_existing=True)


def check_now(mover: Mover, intent: Intent, *, deadline: float) -> Intent:
    """The button "Check now": looks at once, whatever the next look was planned for; leaves an entry."""
    if intent.state not in UNDECIDED:
        return intent
    with writing():
        _record(intent, "checked")
    with audit.by_the_desk():
        return resolve(mover, intent, deadline=deadline)


def send_again(mover: Mover, intent: Intent, *, deadline: float) -> Intent:
    """Finance's button: sends the same number and bytes once more. Raises NotYet while somebody is at it."""
    if not may_send_again(intent) or intent.lease_until > now():
        raise NotYet
    return resolve(mover, intent, deadline=deadline, by_hand=True)


def may_send_again(intent: Intent) -> bool:
    """Whether finance may send it again: not after a 409, which another sending would only meet again."""
    return intent.state == IntentState.UNKNOWN and intent.refusal is None


def close(intent: Intent, found: str, reason: str) -> Intent:
    """Finance's last word, and what it found. Raises NotYet before a day and three spaced looks that found nothing."""
    if not may_close(intent, now()):
        raise NotYet
    return close_by_hand(intent, found, reason)


def may_close(intent: Intent, moment: datetime) -> bool:
    """Whether finance may close it: at once when it needs attention, else after a day and three spaced misses."""
    if intent.state == IntentState.ATTENTION:
        return True
    if intent.state != IntentState.UNKNOWN:
        return False
    return moment - intent.created >= CLOSE_AFTER and intent.misses >= CLOSE_MISSES


def _reread(intent: Intent) -> Intent:
    intent = db.session.get_one(Intent, intent.id, populate_existing=True)
    release()
    return intent


def _record(intent: Intent, what: str) -> None:
    audit.record(
        audit.Action(f"{intent.kind}.{what}"),
        account=intent.account,
        object_type="order",
        object_id=intent.order_id,
        after=described(intent) | {"attempt": intent.attempt},
    )
