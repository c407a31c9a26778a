"""Requests for a second person: bound to the exact data, one open at a time for each refund, gone after a day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.approval import Approval, Asked, Decision
from webapp.models.base import now
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.operations.approval import give_up
from webapp.operations.engine import APPROVE_WITHIN, record
from webapp.operations.kind import NotYet

from .errors import Which
from .intents import INTENTS, may_close

LAPSED = "lapsed"


def request_for(intent: Intent, needs: Sequence[Which], order_total: int) -> Approval:
    """The request of a refund that has just been written down."""
    return Approval(
        account=intent.account,
        asked=Asked.REFUND,
        intent_id=intent.id,
        requested_by=intent.requested_by,
        created=intent.created,
        expires=intent.created + APPROVE_WITHIN,
        digest=digest_of(intent),
        needs=",".join(needs),
        order_total=order_total,
    )


def ask_close(account: Account, intent: Intent, found: str, reason: str, *, by: int) -> Approval:
    """Asks for a second person's word on the close of an unclear refund. One that is asked for stays as it is.

    Raises NotYet while it may not be closed.
    """
    with writing(lock=lock(account)) as session:
        current = session.get_one(Intent, intent.id, populate_existing=True)
        if same := open_request(current.id):
            return same
        if not may_close(current, now()):
            raise NotYet
        request = Approval(
            account=account.slug,
            asked=Asked.CLOSE,
            intent_id=current.id,
            requested_by=by,
            expires=now() + APPROVE_WITHIN,
            digest=digest_of(current, found, reason),
            found=found,
            reason=reason,
        )
        session.add(request)
        session.flush()
        record(INTENTS, current, "close_asked", reason=reason, cause=found)
        session.refresh(request)
        return request


def lock(account: Account) -> str:
    """The one under which intents of the account are written down and decided."""
    return f"{INTENTS.lock}:{account.slug}"


def digest_of(intent: Intent, *more: str | None) -> str:
    """Of everything that is approved: another word, amount or order, and it is another request."""
    data = [
        intent.account, intent.kind, intent.refund_id, intent.order_id, intent.amount_minor, intent.currency,
        intent.reason, intent.note, intent.lines, intent.order_version, intent.requested_by, intent.body, *more,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(data, ensure_ascii=False).encode()).hexdigest()


def is_as_asked(request: Approval, intent: Intent) -> bool:
    """Whether the data are still those that were asked for."""
    more = (request.found, request.reason) if request.asked == Asked.CLOSE else ()
    return digest_of(intent, *more) == request.digest


def open_request(intent_id: int) -> Approval | None:
    return db.session.scalar(select(Approval).where(Approval.intent_id == intent_id, Approval.decision.is_(None)))


def latest_request(intent: Intent) -> Approval | None:
    """The last request about an intent, whatever became of it."""
    found = db.session.scalar(
        select(Approval).where(Approval.intent_id == intent.id).order_by(Approval.id.desc()).limit(1)
    )
    release()
    return found


def waiting(account_slug: object) -> tuple[ColumnElement[bool], ...]:
    """Of a statement over Approval and Intent: requests that somebody can still decide."""
    states = (IntentState.UNKNOWN, IntentState.ATTENTION)
    is_meant = or_(
        and_(Approval.asked == Asked.REFUND, Intent.state == IntentState.AWAITING_APPROVAL),
        and_(Approval.asked == Asked.CLOSE, Intent.state.in_(states)),
    )
    return Approval.account == account_slug, Approval.decision.is_(None), Intent.id == Approval.intent_id, is_meant


def waiting_requests(account: Account, *, page: int, size: int) -> Sequence[Approval]:
    """Those that wait, the first to lapse first; `page` from 1."""
    asked = select(Approval).where(*waiting(account.slug)).order_by(Approval.expires, Approval.id)
    found = db.session.scalars(asked.limit(size).offset((page - 1) * size)).all()
    release()
    return found


def waiting_requests_of(intents: Sequence[Intent]) -> dict[int, Approval]:
    """What is asked about some intents and not decided, by their ids."""
    asked = select(Approval).where(Approval.intent_id.in_([one.id for one in intents]), Approval.decision.is_(None))
    return {one.intent_id: one for one in db.session.scalars(asked)}


def count_waiting(account: Account) -> int:
    found = db.session.scalar(select(func.count(Approval.id)).where(*waiting(account.slug))) or 0
    release()
    return found


def asked_before(request: Approval) -> set[int]:
    """Whoever asked for the same: for the refund, or for what was given back and edited into it."""
    people = {request.requested_by}
    if request.asked == Asked.CLOSE:
        return people
    earlier = select(Intent).where(
        Intent.account == request.account,
        Intent.order_id == request.intent.order_id,
        Intent.kind == IntentKind.REFUND,
        Intent.id < request.intent_id,
    )
    for intent in db.session.scalars(earlier.order_by(Intent.id.desc())):
        if intent.outcome_code not in (Decision.RETURNED, Decision.WITHDRAWN):
            break
        people.add(intent.requested_by)
    return people


def lapse_due(account: Account) -> int:
    """Closes what nobody decided in time, and requests of what has settled itself. Returns how many."""
    due = select(Approval.id).where(Approval.account == account.slug, Approval.decision.is_(None))
    is_over = Intent.state.in_((IntentState.SUCCEEDED, IntentState.REFUSED, IntentState.CLOSED))
    late = due.join(Intent, Intent.id == Approval.intent_id).where(or_(Approval.expires <= now(), is_over))
    numbers = db.session.scalars(late.limit(50)).all()
    release()
    for number in numbers:
        with writing(lock=lock(account)) as session:
            request = session.get_one(Approval, number, populate_existing=True)
            if request.is_open:
                _lapse(session, request)
    return len(numbers)


def _lapse(session: Session, request: Approval) -> None:
    if request.asked == Asked.REFUND:
        mark(session, request, Decision.LAPSED, None)
        give_up(session, INTENTS, request.intent, LAPSED)
        return
    is_late = request.intent.state in (IntentState.UNKNOWN, IntentState.ATTENTION)
    decision = Decision.LAPSED if is_late else Decision.MOOT
    mark(session, request, decision, None)
    record(INTENTS, request.intent, "close_refused", cause=decision)


def mark(session: Session, request: Approval, decision: Decision, by: int | None, note: str | None = None) -> None:
    """Writes down what became of a request. Call inside of the lock, for one that is open."""
    values = {"decision": decision, "decided": now(), "decided_by": by, "note": note}
    session.execute(update(Approval).where(Approval.id == request.id, Approval.decision.is_(None)).values(values))
    session.refresh(request)
