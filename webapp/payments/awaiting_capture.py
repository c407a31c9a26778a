"""How many orders wait for capture: the worker asks the provider, pages only read what it wrote down."""

from __future__ import annotations

from sqlalchemy import select, update

from webapp.core.accounts import Account
from webapp.core.database import put, release, writing
from webapp.core.extensions import db
from webapp.models.awaiting_capture import AwaitingCapture
from webapp.models.base import now
from webapp.providers.postpay.filters import OrderQuery
from webapp.providers.registry import postpay

APPROVED = "approved"


def refresh_awaiting_capture(account: Account) -> int:
    """Asks how many orders are approved, writes it down and returns it. Raises GatewayError."""
    count = postpay(account).count_orders(query=OrderQuery(statuses=(APPROVED,)))
    with writing() as session:
        put(session, AwaitingCapture, account=account.slug, count=count, counted=now())
    return count


def correct_awaiting_capture(account: Account, count: int) -> None:
    """Takes over what a list has just told, so that the counter beside it says the same."""
    known = db.session.scalar(select(AwaitingCapture.count).where(AwaitingCapture.account == account.slug))
    release()
    if known in (None, count):
        return
    with writing() as session:
        session.execute(
            update(AwaitingCapture).where(AwaitingCapture.account == account.slug).values(count=count, counted=now())
        )
