"""The only writer of what became of an intent: whoever finds the row still open has the last word."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from webapp import audit
from webapp.audit.recording import LONGEST_FACT
from webapp.core.database import writing
from webapp.models.awaiting_capture import AwaitingCapture
from webapp.models.base import now
from webapp.models.intent import Intent, IntentKind, IntentState, LineRefund
from webapp.providers.contract import Answer, Proof

from .backoff import asked_wait, next_look
from .classify import TURNED_AWAY, AttemptResult, Conclusion, Outcome, verdict_of_proof

SPACED = timedelta(seconds=30)
"""Two readings closer together than this count as one: a lagging replica must not fool us."""

LONGEST_REFERENCE = 40

_STATES = {
    Outcome.SUCCEEDED: IntentState.SUCCEEDED,
    Outcome.REFUSED: IntentState.REFUSED,
    Outcome.ATTENTION: IntentState.ATTENTION,
    Outcome.UNKNOWN: IntentState.UNKNOWN,
}
_AUDIT_OUTCOMES: dict[IntentState, audit.Outcome] = {
    IntentState.SUCCEEDED: "ok",
    IntentState.REFUSED: "failed",
    IntentState.ATTENTION: "failed",
    IntentState.UNKNOWN: "unknown",
    IntentState.CLOSED: "ok",
}
_UNDECIDED = (IntentState.PENDING, IntentState.UNKNOWN)


def settle(intent: Intent, result: AttemptResult) -> Intent:
    """Writes the verdict and its audit entry in one transaction, unless somebody else already has.

    Returns the row as it now is.
    """
    with writing() as session:
        if result.verdict.outcome is Outcome.UNKNOWN:
            _stay_unknown(session, intent, result)
        else:
            _close(session, intent, result)
        return session.get_one(Intent, intent.id, populate_existing=True)


MADE_OTHERWISE = "made_otherwise"
NOT_DONE = "not_done"
"""What finance found when it closed an intent."""


def close_by_hand(intent: Intent, found: str, reason: str) -> Intent:
    """Finance's last word on an intent that cannot be settled by asking.

    `found`: MADE_OTHERWISE or NOT_DONE; `reason` goes into the audit log.
    """
    states = (*_UNDECIDED, IntentState.ATTENTION)
    with writing() as session:
        if _change(session, intent, states, state=IntentState.CLOSED, outcome_code=found, settled=now()):
            _record(intent, IntentState.CLOSED, found, reason=reason)
        return session.get_one(Intent, intent.id, populate_existing=True)


def _close(session: Session, intent: Intent, result: AttemptResult) -> None:
    """That it was done is final; anything else only if it was not sent again meanwhile, for that may be done yet."""
    verdict = _of_whom(session, intent, result)
    state = _STATES[verdict.outcome]
    settled = None if state is IntentState.ATTENTION else now()
    values = {"state": state, "outcome_code": verdict.code, "settled": settled, "detail": result.detail}
    still_holds = [] if state is IntentState.SUCCEEDED else [Intent.attempt == intent.attempt]
    if not _change(session, intent, _UNDECIDED, *still_holds, **values, last_error_class=result.error_class):
        return
    _record(intent, state, verdict.code)
    if intent.kind == IntentKind.CAPTURE:
        _count_capture(session, intent, verdict)


def _of_whom(session: Session, intent: Intent, result: AttemptResult) -> Conclusion:
    """The verdict; a captured order proves the capture of only one of us, the one whose was known to be done before."""
    is_seen = result.verdict.outcome is Outcome.SUCCEEDED and result.answer is not Answer.DONE
    if intent.kind != IntentKind.CAPTURE or not is_seen:
        return result.verdict
    earlier = select(Intent.id).where(
        Intent.account == intent.account,
        Intent.order_id == intent.order_id,
        Intent.kind == IntentKind.CAPTURE,
        Intent.state == IntentState.SUCCEEDED,
    )
    return result.verdict if session.scalar(earlier.limit(1)) is None else verdict_of_proof(Proof.NOT_OURS)


def _count_capture(session: Session, intent: Intent, verdict: Conclusion) -> None:
    """One order less waits for capture, or one more waits in vain: pages say so before the worker counts again."""
    counter = update(AwaitingCapture).where(AwaitingCapture.account == intent.account)
    if verdict.outcome is Outcome.SUCCEEDED:
        session.execute(counter.where(AwaitingCapture.count > 0).values(count=AwaitingCapture.count - 1))
    elif verdict.code == Answer.EXPIRED:
        session.execute(counter.values(expired=AwaitingCapture.expired + 1))


def _stay_unknown(session: Session, intent: Intent, result: AttemptResult) -> None:
    """Unless somebody else has taken it up meanwhile: they are asking now, and their lease must not be cut short."""
    moment = now()
    values: dict[str, object] = {
        "state": IntentState.UNKNOWN,
        "outcome_code": result.verdict.code,
        "last_error_class": result.error_class,
        "checks": intent.checks + 1,
        "lease_until": moment + timedelta(seconds=asked_wait(result)),
        "next_check": moment + timedelta(seconds=max(next_look(intent.checks), asked_wait(result))),
    }
    if result.answer in TURNED_AWAY:
        values |= {"refusal": result.answer}
        if result.proof is Proof.MISSING:
            values |= {"misses": 1, "last_miss": moment}
    elif result.proof is Proof.MISSING and _is_spaced(intent, moment):
        values |= {"misses": intent.misses + 1, "last_miss": moment}
    was_pending = intent.state == IntentState.PENDING
    is_ours = Intent.lease_until == intent.lease_until
    if _change(session, intent, _UNDECIDED, is_ours, **values) and was_pending:
        _record(intent, IntentState.UNKNOWN, result.verdict.code)


def _is_spaced(intent: Intent, moment: datetime) -> bool:
    return intent.last_miss is None or moment - intent.last_miss >= SPACED


def _change(
    session: Session, intent: Intent, states: tuple[IntentState, ...], *also: ColumnElement[bool], **values: object
) -> bool:
    """Compare-and-set: whether the row was still in one of the states, and now has the values."""
    changed = session.execute(
        update(Intent)
        .where(Intent.id == intent.id, Intent.state.in_(states), *also)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


def _record(intent: Intent, state: IntentState, code: str, reason: str | None = None) -> None:
    audit.record(
        audit.Action(f"{intent.kind}.{state}"),
        outcome=_AUDIT_OUTCOMES[state],
        account=intent.account,
        object_type="order",
        object_id=intent.order_id,
        after=described(intent) | {"outcome_code": code, "attempt": intent.attempt},
        reason=reason,
    )


def described(intent: Intent) -> dict[str, str | int | bool | None]:
    """What the audit log says of an intent: amounts in minor units, no text that a person typed."""
    fields: dict[str, str | int | bool | None] = {
        "intent_id": intent.id,
        "amount_minor": intent.amount_minor,
        "currency": intent.currency,
    }
    if intent.refund_id:
        fields["refund_id"] = intent.refund_id
    if intent.lines:
        fields["lines"] = _bounded(intent.line_refunds)
    return fields


def _bounded(lines: tuple[LineRefund, ...]) -> str:
    """The lines as one fact of an entry, references cut: as many as fit, then how many more there are."""
    told: list[object] = [line._replace(reference=line.reference[:LONGEST_REFERENCE]) for line in lines]
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    kept = len(told)
    while len(text) > LONGEST_FACT:
        kept -= 1
        text = json.dumps([*told[:kept], len(lines) - kept], ensure_ascii=False, separators=(",", ":"))
    return text
