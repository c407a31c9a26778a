"""Does what a person decided exactly once, or says honestly that it does not know yet.

Write, send once, classify, read back when in doubt, settle: each on disk before the next. Every change of a row is a
compare-and-set, so whoever finds it still open has the last word.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import uniform
from time import monotonic
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, CursorResult, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.operation import UNDECIDED, State
from webapp.providers.contract import Client, Found, Mover, Proof, Sent
from webapp.providers.http.errors import BreakerOpen, GatewayError, Refused

from .classify import TURNED_AWAY, AttemptResult, answer_of, by_answer, classify
from .kind import Facts, Kind, R

T = TypeVar("T")

APPROVE_WITHIN = timedelta(hours=24)
"""After so long what nobody has approved is given up."""
LEASE_MARGIN = timedelta(seconds=5)
SHORTEST_READ = 1.0
"""What a reading back gets at least, seconds, even when sending used up the deadline."""
BACKOFF = (5, 15, 60, 300, 900)
"""Seconds until the next look, each up to a fifth longer."""
LONGEST_WAIT = 60.0
"""What a Retry-After may ask for at most, seconds."""
SPACED = timedelta(seconds=30)
"""Two readings closer together than this count as one: a lagging replica must not fool us."""
LONGEST_DETAIL = 300
_AUDIT_OUTCOMES: dict[str, audit.Outcome] = {"refused": "failed", "attention": "failed", "unknown": "unknown"}


def begin(
    kind: Kind[R], token_hash: str, *, client: Client, is_same: Callable[[R], bool], read: Callable[[], T]
) -> T | R:
    """What `read` finds at the provider now, or what came of this very form when it was sent before.

    Raises the kind's `reused` when the form says something else now (`is_same`), its `not_started`, and GatewayError.
    """
    if found := _earlier(kind, token_hash, is_same):
        return found
    if client.breaker_open:
        raise BreakerOpen(kind.lock, "POST", "not tried: the provider has not answered for a while")
    release()
    try:
        return read()
    except kind.not_started:
        if sent_meanwhile := _earlier(kind, token_hash, is_same):
            return sent_meanwhile
        raise


def write(
    kind: Kind[R],
    token_hash: str,
    *,
    account: Account,
    busy: Callable[[], R | None],
    make: Callable[[datetime], R],
    deadline: float,
    before: Facts | None = None,
    reason: str | None = None,
    asks: Callable[[R], object] | None = None,
) -> tuple[R, bool]:
    """Commits the operation with its audit entry, leased to us; nothing is sent here. Returns whether it is new.

    With `asks` it waits for a second person, who alone has it sent (`approval.let_go`): the request is committed too.
    `make` is called under the lock, however long that was waited for, and raises `not_started` when what was decided
    does not hold any more. Only who wrote it sends it; the same form sent twice at once gives both the same operation.
    Raises the kind's `busy` when another one (`busy()`) is open.
    """
    try:
        with writing(lock=f"{kind.lock}:{account.slug}") as session:
            if same := _of_form(kind, token_hash):
                return same, False
            if other := busy():
                raise kind.busy(other)
            row = make(now())
            row.account, row.submit_token_hash = account.slug, token_hash
            row.state = State.AWAITING_APPROVAL if asks else State.PENDING
            row.lease_until = row.next_check = row.created + (APPROVE_WITHIN if asks else lease(kind, deadline))
            session.add(row)
            session.flush()
            session.add_all([asks(row)] if asks else [])
            record(kind, row, "intent", before=before, reason=reason)
    except IntegrityError:
        if winner := _of_form(kind, token_hash):
            return winner, False
        if other := busy():
            raise kind.busy(other) from None
        raise
    return row, True


def perform(kind: Kind[R], mover: Mover[R], row: R, *, is_new: bool, deadline: float) -> R:
    """Sends once and returns the row as it is then; one that somebody else wrote, or may have taken up, is theirs.

    What awaits approval is nobody's to send.
    """
    ends_in_time = row.lease_until - now() >= kind.calls * timedelta(seconds=deadline)
    if not is_new or row.state != State.PENDING or not ends_in_time:
        return row
    release()
    return settle(kind, row, deliver(kind, mover, row, deadline=deadline))


def deliver(kind: Kind[R], mover: Mover[R], row: R, *, deadline: float) -> AttemptResult:
    """Sends what is fixed in the row once, within `deadline` seconds, and classifies what came back."""
    first, table, started = row.attempt == 1, kind.answers(row), monotonic()
    error: GatewayError | None = None
    try:
        sent = mover.send(row, deadline=deadline)
    except GatewayError as failure:
        sent, error = Sent(answer_of(failure)), failure
    found = Found(Proof.NOT_ASKED, sent.provider_id)
    if by_answer(table, sent.answer, first=first) is None:
        found = mover.look(row, deadline=max(deadline - (monotonic() - started), SHORTEST_READ))
    verdict = classify(table, sent.answer, found.proof, first=first)
    return AttemptResult(verdict, sent.answer, found, error)


def settle(kind: Kind[R], row: R, result: AttemptResult, *, reason: str | None = None) -> R:
    """Writes the verdict and its audit entry in one transaction, unless somebody else already has.

    Returns the row as it now is.
    """
    with writing() as session:
        return settle_within(session, kind, row, result, reason=reason)


def settle_within(session: Session, kind: Kind[R], row: R, result: AttemptResult, *, reason: str | None = None) -> R:
    """The same in a transaction that is open."""
    if result.verdict.outcome is State.UNKNOWN:
        _stay_unknown(session, kind, row, result)
    elif over := _close(session, kind, row, result, reason):
        return over
    return session.get_one(kind.table, row.id, populate_existing=True)


def take(kind: Kind[R], row: R, *, deadline: float) -> R | None:
    """Leases the operation for as long as looking and sending may take; None when it is not free."""
    moment = now()
    with writing() as session:
        until = moment + lease(kind, deadline, looks=1)
        is_taken = compare_and_set(session, kind, row, kind.table.lease_until <= moment, lease_until=until)
        return session.get_one(kind.table, row.id, populate_existing=True) if is_taken else None


def count_attempt(kind: Kind[R], row: R, *, deadline: float, by_hand: bool) -> R | None:
    """Writes down that it is about to be sent again, with a fresh lease; None when the lease is not ours any more."""
    moment, table = now(), kind.table
    values = kind.sending(moment) | {"attempt": table.attempt + 1}
    with writing() as session:
        until = moment + lease(kind, deadline, looks=1)
        if not compare_and_set(session, kind, row, table.lease_until == row.lease_until, lease_until=until, **values):
            return None
        counted = session.get_one(table, row.id, populate_existing=True)
        if by_hand:
            record(kind, counted, "resent", attempt=counted.attempt)
        return counted


def compare_and_set(
    session: Session,
    kind: Kind[R],
    row: R,
    *also: ColumnElement[bool],
    states: tuple[State, ...] = UNDECIDED,
    **values: Any,
) -> bool:
    """Whether the row was still in one of the states, and now has the values."""
    statement = update(kind.table).where(kind.table.id == row.id, kind.table.state.in_(states), *also)
    changed = session.execute(statement.values(values).execution_options(synchronize_session=False))
    return cast(CursorResult[Any], changed).rowcount == 1


def record(
    kind: Kind[R],
    row: R,
    what: str,
    *,
    before: Facts | None = None,
    reason: str | None = None,
    **more: str | int | None,
) -> None:
    """An audit entry of an operation: "refund.succeeded" for what `succeeded` says. Call inside of `writing()`."""
    object_type, object_id = kind.subject(row)
    audit.record(
        audit.Action(f"{kind.name(row)}.{what}"),
        outcome=_AUDIT_OUTCOMES.get(what, "ok"),
        account=row.account,
        object_type=object_type,
        object_id=object_id,
        before=before,
        after={**kind.facts(row), **more},
        reason=reason,
    )


def _close(session: Session, kind: Kind[R], row: R, result: AttemptResult, reason: str | None) -> R | None:
    """That it was done is final; anything else only if it was not sent again meanwhile, for that may be done yet.

    None where it was over already.
    """
    verdict = kind.judge(session, row, result)
    values = {
        "state": verdict.outcome,
        "outcome_code": verdict.code,
        "error_class": _name_of(result.error),
        "detail": _detail(result.error),
        "settled": None if verdict.outcome is State.ATTENTION else now(),
    }
    still_holds = [] if verdict.outcome is State.SUCCEEDED else [kind.table.attempt == row.attempt]
    states = (*UNDECIDED, State.ATTENTION) if verdict.outcome is State.CLOSED else UNDECIDED
    if not compare_and_set(session, kind, row, *still_holds, states=states, **values | kind.closing(row, result)):
        return None
    over = session.get_one(kind.table, row.id, populate_existing=True)
    record(kind, over, verdict.outcome, reason=reason, outcome_code=verdict.code, attempt=over.attempt)
    kind.settled(session, over)
    return over


def _stay_unknown(session: Session, kind: Kind[R], row: R, result: AttemptResult) -> None:
    """Unless somebody else has taken it up meanwhile: they are asking now, and their lease must not be cut short."""
    moment, asked = now(), min(result.retry_after, LONGEST_WAIT)
    patience = BACKOFF[min(row.checks, len(BACKOFF) - 1)] * uniform(1.0, 1.2)  # noqa: S311 - only jitter
    values: dict[str, Any] = {
        "state": State.UNKNOWN,
        "outcome_code": result.verdict.code,
        "error_class": _name_of(result.error),
        "checks": row.checks + 1,
        "lease_until": moment + timedelta(seconds=asked),
        "next_check": moment + timedelta(seconds=max(patience, asked)),
    }
    if kind.counts_misses:
        values |= _misses(row, result, moment)
    was_pending = row.state == State.PENDING
    if compare_and_set(session, kind, row, kind.table.lease_until == row.lease_until, **values) and was_pending:
        record(kind, row, State.UNKNOWN, outcome_code=result.verdict.code, attempt=row.attempt)


def _misses(row: R, result: AttemptResult, moment: datetime) -> dict[str, Any]:
    """The 409 that a sending met, and the spaced readings since that have not found it."""
    is_missing = result.found.proof is Proof.MISSING
    if result.answer in TURNED_AWAY:
        return {"refusal": result.answer} | ({"misses": 1, "last_miss": moment} if is_missing else {})
    return {"misses": row.misses + 1, "last_miss": moment} if is_missing and is_spaced(row, moment) else {}


def is_spaced(row: R, moment: datetime) -> bool:
    """Whether a reading counts beside the one before."""
    return row.last_miss is None or moment - row.last_miss >= SPACED


def lease(kind: Kind[R], deadline: float, *, looks: int = 0) -> timedelta:
    """How long sending may take, and looking before it."""
    return (kind.calls + looks) * timedelta(seconds=deadline) + LEASE_MARGIN


def _earlier(kind: Kind[R], token_hash: str, is_same: Callable[[R], bool]) -> R | None:
    row = _of_form(kind, token_hash)
    release()
    if row is not None and not is_same(row):
        raise kind.reused(row)
    return row


def _of_form(kind: Kind[R], token_hash: str) -> R | None:
    return db.session.scalar(select(kind.table).where(kind.table.submit_token_hash == token_hash))


def _name_of(error: GatewayError | None) -> str | None:
    return type(error).__name__ if error else None


def _detail(error: GatewayError | None) -> str | None:
    """What the provider itself said about a refusal, for the person who asked: its message and its fields."""
    if not isinstance(error, Refused):
        return None
    said = [error.message, *(f"{name}: {' '.join(texts)}" for name, texts in error.fields.items())]
    return " ".join(part for part in said if part)[:LONGEST_DETAIL] or None
