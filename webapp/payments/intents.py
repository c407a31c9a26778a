"""Refunds and captures as operations: their table, what answers prove of each, and what is written of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from webapp.access.form_tokens import SubmitToken
from webapp.audit.recording import LONGEST_FACT
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.awaiting_capture import AwaitingCapture
from webapp.models.base import now
from webapp.models.intent import BLOCKING_STATES, Intent, IntentKind, IntentState, LineRefund
from webapp.models.operation import UNDECIDED
from webapp.money import Money
from webapp.operations.classify import READINGS, TURNED_AWAY, AttemptResult, Conclusion, Table, refused
from webapp.operations.engine import write
from webapp.operations.kind import Facts, Kind
from webapp.operations.standing import RESEND_WITHIN
from webapp.providers.contract import Answer, Proof

from .errors import FormReused, NotMoved, OrderBusy

CLOSE_AFTER = timedelta(hours=24)
CLOSE_MISSES = 3
"""What must be seen before finance may close an intent as not refunded."""
MADE_OTHERWISE = "made_otherwise"
NOT_DONE = "not_done"
"""What finance found when it closed an intent."""
LONGEST_REFERENCE = 40

PROVED = refused(
    Answer.NOT_SENT, Answer.REFUSED, Answer.UNAUTHORIZED, Answer.FORBIDDEN, Answer.DECLINED, Answer.EXPIRED
)
"""Met by the very first sending, these need no reading back: the provider has done nothing."""
ANSWERS = {
    IntentKind.REFUND: Table(first=PROVED, absent_first=(Answer.LIMIT_EXCEEDED, Answer.INVALID_STATUS)),
    IntentKind.CAPTURE: Table(first=PROVED, absent=(Answer.DECLINED, Answer.EXPIRED), beaten=TURNED_AWAY),
}
"""Reading back a capture means reading the order; it is missing while that is still only approved."""


def may_send_again(intent: Intent, _moment: datetime | None = None) -> bool:
    """Whether finance may send it again: not after a 409, which another sending would only meet again."""
    return intent.state == IntentState.UNKNOWN and intent.refusal is None


def may_close(intent: Intent, moment: datetime) -> bool:
    """Whether finance may close it: at once when it needs attention, else after a day and three spaced misses."""
    if intent.state == IntentState.ATTENTION:
        return True
    if intent.state != IntentState.UNKNOWN:
        return False
    return moment - sent_at(intent) >= CLOSE_AFTER and intent.misses >= CLOSE_MISSES


def sent_at(intent: Intent) -> datetime:
    """When it was sent first, which an approval may have put off."""
    return intent.first_sent or intent.created


def described(intent: Intent) -> Facts:
    """What the audit log says of an intent: amounts in minor units, no text that a person typed."""
    facts: dict[str, str | int | bool | None] = {
        "intent_id": intent.id,
        "amount_minor": intent.amount_minor,
        "currency": intent.currency,
    }
    if intent.refund_id:
        facts["refund_id"] = intent.refund_id
    if intent.state == IntentState.AWAITING_APPROVAL:
        facts["state"] = intent.state
    if intent.lines:
        facts["lines"] = _bounded(intent.line_refunds)
    return facts


def _bounded(lines: tuple[LineRefund, ...]) -> str:
    """The lines as one fact of an entry, references cut: as many as fit, then how many more there are."""
    told: list[object] = [line._replace(reference=line.reference[:LONGEST_REFERENCE]) for line in lines]
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    kept = len(told)
    while len(text) > LONGEST_FACT:
        kept -= 1
        text = json.dumps([*told[:kept], len(lines) - kept], ensure_ascii=False, separators=(",", ":"))
    return text


def _of_whom(session: Session, intent: Intent, result: AttemptResult) -> Conclusion:
    """The verdict; a captured order proves the capture of only one of us, the one whose was known to be done before."""
    is_seen = result.verdict.outcome is IntentState.SUCCEEDED and result.answer is not Answer.DONE
    if intent.kind != IntentKind.CAPTURE or not is_seen:
        return result.verdict
    earlier = select(Intent.id).where(
        Intent.account == intent.account,
        Intent.order_id == intent.order_id,
        Intent.kind == IntentKind.CAPTURE,
        Intent.state == IntentState.SUCCEEDED,
    )
    return result.verdict if session.scalar(earlier.limit(1)) is None else READINGS[Proof.NOT_OURS]


def _count_capture(session: Session, intent: Intent) -> None:
    """One order less waits for capture, or one more waits in vain: pages say so before the worker counts again."""
    if intent.kind != IntentKind.CAPTURE:
        return
    counter = update(AwaitingCapture).where(AwaitingCapture.account == intent.account)
    if intent.state == IntentState.SUCCEEDED:
        session.execute(counter.where(AwaitingCapture.count > 0).values(count=AwaitingCapture.count - 1))
    elif intent.outcome_code == Answer.EXPIRED:
        session.execute(counter.values(expired=AwaitingCapture.expired + 1))


INTENTS = Kind(
    table=Intent,
    lock="intents",
    name=lambda intent: intent.kind,
    subject=lambda intent: ("order", intent.order_id),
    facts=described,
    answers=lambda intent: ANSWERS[IntentKind(intent.kind)],
    not_started=NotMoved,
    busy=OrderBusy,
    reused=FormReused,
    may_send_again=may_send_again,
    may_close=may_close,
    judge=_of_whom,
    settled=_count_capture,
)


def order_version(account: Account, order_id: str) -> int:
    """The number of intents that were ever written down for an order: what a form has seen."""
    statement = select(func.count()).where(Intent.account == account.slug, Intent.order_id == order_id)
    return db.session.scalar(statement) or 0


def latest_intent_of(account: Account, order_id: str, *also: ColumnElement[bool]) -> Intent | None:
    """The last thing anybody started on an order, whatever became of it."""
    statement = select(Intent).where(Intent.account == account.slug, Intent.order_id == order_id, *also)
    return db.session.scalar(statement.order_by(Intent.id.desc()).limit(1))


def open_intent_of(account: Account, order_id: str) -> Intent | None:
    """The intent of an order that is open or needs finance, if there is one: nothing is started beside it."""
    return latest_intent_of(account, order_id, Intent.state.in_(BLOCKING_STATES))


def write_intent(
    kind: IntentKind,
    *,
    account: Account,
    token: SubmitToken,
    requested_by: int,
    amount: Money,
    still_right: Callable[[], None],
    deadline: float,
    asks: Callable[[Intent], object] | None = None,
    **fields: Any,
) -> tuple[Intent, bool]:
    """See `write`. `still_right` raises NotMoved when what was decided does not hold any more."""

    def make(moment: datetime) -> Intent:
        still_right()
        return Intent(
            kind=kind,
            order_id=token.order_id,
            currency=amount.currency,
            amount_minor=amount.minor,
            seen_remaining=token.seen_remaining,
            order_version=token.order_version,
            requested_by=requested_by,
            body_sha256=_digest(fields.get("body")),
            created=moment,
            first_sent=None if asks else moment,
            **fields,
        )

    return write(
        INTENTS,
        token.hash,
        account=account,
        busy=lambda: open_intent_of(account, token.order_id),
        make=make,
        deadline=deadline,
        reason=fields.get("reason"),
        asks=asks,
    )


def _digest(body: str | None) -> str | None:
    return hashlib.sha256(body.encode()).hexdigest() if body else None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many intents are open: those that the desk still finds out about by itself, those that need finance."""

    open: int = 0
    attention: int = 0


def waits_for_finance(first_sent_before: ColumnElement[datetime] | datetime) -> ColumnElement[bool]:
    """Whether nobody but finance can bring it further; `first_sent_before` is the moment less RESEND_WITHIN."""
    left_open = and_(Intent.state.in_(UNDECIDED), Intent.refusal.is_(None), Intent.first_sent < first_sent_before)
    return or_(Intent.state == IntentState.ATTENTION, left_open)


def count_open(accounts: Iterable[Account]) -> Counts:
    """How many intents of the accounts are open."""
    theirs = Intent.account.in_([account.slug for account in accounts])
    open_ones = select(func.count(Intent.id)).where(theirs, Intent.state.in_((*UNDECIDED, IntentState.ATTENTION)))
    attention = db.session.scalar(open_ones.where(waits_for_finance(now() - RESEND_WITHIN))) or 0
    total = db.session.scalar(open_ones) or 0
    release()
    return Counts(total - attention, attention)
