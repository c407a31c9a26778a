"""A second person's decision: approve, reject or return what somebody asked for; or who asked withdraws it.

Rights and limits of both people, the request's exact data and the order as it is now are looked at again under the
lock that writes refunds down; of any number of approvals at once one has the refund sent.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from webapp import audit
from webapp.access.permissions import Permission
from webapp.access.roles import roles_of
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.approval import Approval, Asked, Decision
from webapp.models.base import now
from webapp.models.intent import Intent
from webapp.models.user import User
from webapp.operations.approval import give_up, let_go
from webapp.operations.engine import perform, record
from webapp.operations.kind import NotYet
from webapp.operations.resolve_unknown import close_within
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.mover import PostpayMover

from .approval_requests import asked_before, is_as_asked, lock, mark
from .errors import Which
from .intents import INTENTS
from .refund_limits import Requester, Room, room_for
from .refunds import outside_refunds
from .snapshot import CAPTURED, OrderSnapshot, done_intents, read_order

PROMOTED_WITHIN = timedelta(hours=24)


class Cause(StrEnum):
    """Why a request cannot be approved, or not by this person, or not any more."""

    DECIDED = "decided"
    LAPSED = "lapsed"
    OWN = "own"
    PROMOTED = "promoted"
    NO_RIGHT = "no_right"
    APPROVER_LIMIT = "approver_limit"
    SHOP = "shop"
    REQUESTER_GONE = "requester_gone"
    REQUESTER_RIGHT = "requester_right"
    REQUESTER_LIMIT = "requester_limit"
    CHANGED = "changed"
    ORDER = "order"
    STALE = "stale"
    SETTLED = "settled"


class NotDecided(Exception):
    """Nothing was decided and nothing sent; `which` are limits that are met."""

    def __init__(self, cause: Cause, which: tuple[Which, ...] = ()) -> None:
        super().__init__(cause)
        self.cause = cause
        self.which = which


@dataclass(frozen=True, slots=True)
class Looked:
    """What an approver has before them: the request, and the order as it is now (None: only a close is asked for)."""

    request: Approval
    reading: OrderSnapshot | None

    @property
    def seen(self) -> str:
        """A digest of all of it: what is approved is what was looked at."""
        data: list[object] = [self.request.digest, self.request.intent.state]
        if self.reading:
            remaining = self.reading.remaining
            order = self.reading.order
            data += [order.status, order.total.minor, remaining.minor if remaining else None]
        return hashlib.sha256(json.dumps(data).encode()).hexdigest()[:32]


def look_at(client: PostpayClient, account: Account, request: Approval) -> Looked:
    """Reads the order anew, for a refund that waits. Raises GatewayError."""
    if request.asked == Asked.CLOSE or not request.is_open:
        return Looked(request, None)
    order_id = request.intent.order_id
    release()
    reading = read_order(client, order_id).knowing(done_intents(account, order_id))
    if reading.refunds_error is not None:
        raise reading.refunds_error
    return Looked(request, reading)


def approve(
    client: PostpayClient, account: Account, looked: Looked, *, approver: Requester, seen: str, deadline: float
) -> Intent:
    """Has the refund sent, once, or the unclear one closed; returns it as it then is.

    `seen` is what the page has shown. Approved once more it returns what came of it. Raises NotDecided.
    """
    with writing(lock=lock(account)) as session:
        request = session.get_one(Approval, looked.request.id, populate_existing=True)
        intent = session.get_one(Intent, request.intent_id, populate_existing=True)
        if request.decision == Decision.APPROVED and request.decided_by == approver.id:
            return intent
        _check_request(request, intent)
        if looked.seen != seen:
            raise NotDecided(Cause.STALE)
        if cause := who_may_not(account, request, approver.id):
            raise NotDecided(cause)
        if request.asked == Asked.CLOSE:
            return _close(session, request, intent, approver.id)
        approved = _let_go(session, account, request, looked.reading, approver, deadline)
    return perform(INTENTS, PostpayMover(client), approved, is_new=True, deadline=deadline)


def refuse(account: Account, request_id: int, decision: Decision, *, by: int, note: str) -> Intent:
    """Rejects or returns it, with a reason; or who asked withdraws it. Nothing was sent. Raises NotDecided."""
    with writing(lock=lock(account)) as session:
        request = session.get_one(Approval, request_id, populate_existing=True)
        intent = session.get_one(Intent, request.intent_id, populate_existing=True)
        if request.decision == decision and request.decided_by == by:
            return intent
        if not request.is_open:
            raise NotDecided(Cause.DECIDED)
        is_theirs = by == request.requested_by if decision is Decision.WITHDRAWN else by not in asked_before(request)
        if not is_theirs:
            raise NotDecided(Cause.OWN)
        mark(session, request, decision, by, note)
        if request.asked == Asked.CLOSE:
            record(INTENTS, intent, "close_refused", reason=note or None, cause=decision)
            return intent
        return give_up(session, INTENTS, intent, decision, reason=note or None) or intent


def who_may_not(account: Account, request: Approval, approver_id: int) -> Cause | None:
    """What keeps a person from approving a request, whatever the order is like; None where nothing does."""
    if approver_id in asked_before(request):
        return Cause.OWN
    person = db.session.get_one(User, approver_id, populate_existing=True)
    if not _may(account, person, Permission.REFUND_APPROVE):
        return Cause.NO_RIGHT
    changed = person.roles_changed
    if changed and now() - changed < PROMOTED_WITHIN and not person.is_demo:
        return Cause.PROMOTED
    asker = db.session.get_one(User, request.requested_by, populate_existing=True)
    needed = Permission.REFUND_RESOLVE if request.asked == Asked.CLOSE else Permission.REFUND_CREATE
    if not asker.active:
        return Cause.REQUESTER_GONE
    return None if _may(account, asker, needed) else Cause.REQUESTER_RIGHT


def record_denied(account: Account, request: Approval, cause: Cause) -> None:
    """Somebody tried to approve what they must not: their own, or with what others saw."""
    with writing():
        audit.record(
            audit.Action.REFUND_APPROVAL_DENIED,
            outcome="denied",
            account=account.slug,
            object_type="order",
            object_id=request.intent.order_id,
            after={
                "intent_id": request.intent_id,
                "amount_minor": request.intent.amount_minor,
                "currency": request.intent.currency,
                "cause": cause,
            },
        )


def hindrance(
    account: Account, request: Approval, approver: Requester, reading: OrderSnapshot
) -> tuple[Cause, tuple[Which, ...]] | None:
    """What the order, or a limit of the approver, of the shop or of who asked, has against a refund now."""
    intent, remaining = request.intent, reading.remaining
    if reading.order.status != CAPTURED or remaining is None or intent.amount > remaining:
        return Cause.ORDER, ()
    amount, outside = intent.amount, outside_refunds(account, reading)

    def room(person: int) -> Room:
        asking = Requester(person, approver.by_role)
        return room_for(account, asking, intent.order_id, intent.currency, outside=outside, without=intent.id)

    mine, theirs = room(approver.id), room(request.requested_by)
    if above := mine.exceeded(amount):
        return Cause.APPROVER_LIMIT, above
    refusals = (one.refusal(amount) for one in (mine, theirs))
    if any(refusal and refusal.which is Which.SHOP for refusal in refusals):
        return Cause.SHOP, (Which.SHOP,)
    new = set(theirs.needs(amount, intent.reason or "")) - set(request.why)
    return (Cause.REQUESTER_LIMIT, tuple(sorted(new))) if new else None


def _check_request(request: Approval, intent: Intent) -> None:
    if not request.is_open:
        raise NotDecided(Cause.DECIDED)
    if request.expires <= now():
        raise NotDecided(Cause.LAPSED)
    if not is_as_asked(request, intent):
        raise NotDecided(Cause.CHANGED)


def _may(account: Account, person: User, permission: Permission) -> bool:
    return person.active and permission in roles_of(db.session, person.id).permissions_on(account.slug)


def _let_go(
    session: Session,
    account: Account,
    request: Approval,
    reading: OrderSnapshot | None,
    approver: Requester,
    deadline: float,
) -> Intent:
    remaining = reading.remaining if reading else None
    if reading is None or remaining is None:
        raise NotDecided(Cause.STALE)
    if against := hindrance(account, request, approver, reading):
        raise NotDecided(*against)
    values = {"approved_by": approver.id, "seen_remaining": remaining.minor}
    approved = let_go(session, INTENTS, request.intent, deadline=deadline, **values)
    if approved is None:
        raise NotDecided(Cause.SETTLED)
    mark(session, request, Decision.APPROVED, approver.id)
    return approved


def _close(session: Session, request: Approval, intent: Intent, approver_id: int) -> Intent:
    mark(session, request, Decision.APPROVED, approver_id)
    try:
        return close_within(session, INTENTS, intent, request.found or "", request.reason or "")
    except NotYet:
        raise NotDecided(Cause.SETTLED) from None

