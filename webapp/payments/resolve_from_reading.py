"""What a page has just read of an order settles its open operations, and shows refunds that fit none."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from webapp import audit
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.intent import Intent, IntentKind
from webapp.models.operation import UNDECIDED
from webapp.operations.classify import read_result
from webapp.operations.engine import settle
from webapp.providers.contract import Found, Proof
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.models import Order, Refund
from webapp.providers.postpay.mover import PostpayMover

from .intents import INTENTS
from .unmatched_refunds import notice_strangers


def resolve_from_reading(
    client: PostpayClient, account: Account, order: Order, refunds: Sequence[Refund] | None
) -> bool:
    """Takes what a page has just read as proof: settles what it proves, notices refunds that fit no intent.

    Costs no call to the provider, and no write unless there is news. Returns whether there was.
    """
    intents = db.session.scalars(
        select(Intent).where(Intent.account == account.slug, Intent.order_id == order.order_id)
    ).all()
    release()
    news = False
    for intent in intents:
        if intent.state in UNDECIDED:
            proof = _proof_in_reading(client, intent, order, refunds)
            if proof is not None:
                with audit.by_the_desk():
                    settle(INTENTS, intent, read_result(Found(proof)))
                news = True
    with audit.by_the_desk():
        return notice_strangers(account, order, refunds or (), intents) or news


def _proof_in_reading(
    client: PostpayClient, intent: Intent, order: Order, refunds: Sequence[Refund] | None
) -> Proof | None:
    """What a reading proves of an intent, or None: that something is not (yet) there proves nothing."""
    if intent.kind == IntentKind.CAPTURE:
        if intent.lease_until > now():  # it is being sent: its own answer says whether somebody else was faster
            return None
        return PostpayMover(client).capture_proof(intent, order.status_changed) if order.status == "captured" else None
    for refund in refunds or ():
        if refund.refund_id == intent.refund_id:
            return Proof.DONE if refund.amount == intent.amount_minor else Proof.OTHER
    return None
