"""Orders that the desk saw change while no delivery about them came: the way of the news is broken somewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, select

from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.delivery import GENUINE, Delivery, Receiver
from webapp.models.intent import Intent, IntentState

PATIENCE = timedelta(minutes=10)
LOOK_BACK = timedelta(days=1)
MOST = 20


def silent_orders(account: Account) -> Sequence[Intent] | None:
    """Captures and refunds of the last day with no delivery since they were sent, newest first, at most 20.

    None where the desk receives no deliveries, and so cannot miss one.
    """
    receiver = db.session.scalar(select(Receiver).where(Receiver.account == account.slug, Receiver.stopped.is_(None)))
    if receiver is None:
        return None
    moment = now()
    told = exists().where(
        Delivery.account == Intent.account,
        Delivery.order_id == Intent.order_id,
        Delivery.received >= Intent.first_sent,
        Delivery.verdict.in_(GENUINE),
    )
    question = select(Intent).where(
        Intent.account == account.slug,
        Intent.state == IntentState.SUCCEEDED,
        Intent.first_sent >= max(moment - LOOK_BACK, receiver.created),
        Intent.settled <= moment - PATIENCE,
        ~told,
    )
    return db.session.scalars(question.order_by(Intent.id.desc()).limit(MOST)).unique().all()
