"""Orders awaiting capture: how many there are, and which of them can no longer be captured as far as is known.

The worker asks the provider, pages only read what it wrote down. That an approval has expired is known where the
provider refused a capture for it; how long approvals last is nowhere written, so it is learned from those.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import select, update

from webapp.core.accounts import Account
from webapp.core.database import put, release, writing
from webapp.core.extensions import db
from webapp.models.awaiting_capture import ApprovalExpiry, AwaitingCapture
from webapp.models.base import now
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.providers.contract import Answer
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.filters import OrderQuery
from webapp.providers.postpay.lookups import CannotAsk
from webapp.providers.postpay.models import Order
from webapp.providers.registry import postpay

from .snapshot import APPROVED

IDS_AT_ONCE = 50
"""Order ids in one question. What cannot be asked together is taken for approved still, as 410 leaves it."""
COUNT_EXPIRED_EVERY = timedelta(hours=1)
"""What expires in between is added by whoever meets it."""

_EXPIRED = (
    Intent.kind == IntentKind.CAPTURE,
    Intent.state == IntentState.REFUSED,
    Intent.outcome_code == Answer.EXPIRED,
)


def refresh_awaiting_capture(account: Account) -> int:
    """Asks how many orders are approved and writes it down; how many of them have expired, once an hour.

    Returns how many are approved. Raises GatewayError.
    """
    client = postpay(account)
    values: dict[str, object] = {"count": client.count_orders(query=OrderQuery(statuses=(APPROVED,)))}
    if _expired_is_old(account):
        values |= {"expired": _count_expired(client, account), "expired_counted": now()}
    with writing() as session:
        put(session, AwaitingCapture, account=account.slug, counted=now(), **values)
    return int(str(values["count"]))


def _expired_is_old(account: Account) -> bool:
    counted = select(AwaitingCapture.expired_counted).where(AwaitingCapture.account == account.slug)
    moment = db.session.scalar(counted)
    release()
    return moment is None or now() - moment > COUNT_EXPIRED_EVERY


def _count_expired(client: PostpayClient, account: Account) -> int:
    """Of the orders whose capture was refused as expired, those that the provider still lists as approved."""
    refused = select(Intent.order_id).where(Intent.account == account.slug, *_EXPIRED).distinct()
    ids = db.session.scalars(refused).all()
    release()
    return sum(_count_approved(client, ids[start : start + IDS_AT_ONCE]) for start in range(0, len(ids), IDS_AT_ONCE))


def _count_approved(client: PostpayClient, ids: Sequence[str]) -> int:
    try:
        return client.count_orders(query=OrderQuery(statuses=(APPROVED,), order_ids=tuple(ids)))
    except CannotAsk:
        return len(ids)


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


def expired_count(account: Account) -> int:
    """How many of those that are approved have expired, as last counted."""
    known = db.session.scalar(select(AwaitingCapture.expired).where(AwaitingCapture.account == account.slug))
    release()
    return known or 0


def latest_captures(account: Account, order_ids: Iterable[str]) -> dict[str, Intent]:
    """What came of the desk's last capture of each of the orders, where there was one."""
    statement = select(Intent).where(
        Intent.account == account.slug, Intent.order_id.in_(list(order_ids)), Intent.kind == IntentKind.CAPTURE
    )
    found = {intent.order_id: intent for intent in db.session.scalars(statement.order_by(Intent.id))}
    release()
    return found


def learn_expiry(account: Account, order: Order) -> None:
    """Writes down how old the approval of an order was that has just been refused as expired, if none was younger."""
    if order.status_changed is None:
        return
    age, known = now() - order.status_changed, shortest_expiry(account)
    if known is None or age < known:
        with writing() as session:
            put(session, ApprovalExpiry, account=account.slug, seconds=max(int(age.total_seconds()), 0))


def shortest_expiry(account: Account) -> timedelta | None:
    """The youngest age at which the provider said of an approval of this account that it had expired."""
    seconds = db.session.scalar(select(ApprovalExpiry.seconds).where(ApprovalExpiry.account == account.slug))
    release()
    return None if seconds is None else timedelta(seconds=seconds)
