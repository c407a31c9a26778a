"""Reads again what deliveries spoke of, and writes down what the provider itself says.

Deliveries about the same object are settled by one reading, as it began after all of them had come. When the provider
does not answer, nothing is written and nothing is lost: the rows wait, and the task comes back less and less often.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.delivery import Delivery, DeliveryOutcome
from webapp.models.intent import OPEN_STATES, Intent
from webapp.payments.resolve_from_reading import resolve_from_reading
from webapp.payments.search_index import store as search_index
from webapp.payments.search_index.entry import Entry
from webapp.payments.search_index.readings import is_kept, told
from webapp.payments.search_index.sweep import ask_to_read
from webapp.providers.http.errors import GatewayError, NoAnswer, NotFound, ProviderFailed, Throttled, Unauthorized
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.models import Order, Refund, TransactionType

from .payload import TRANSACTION

AT_ONCE = 25
"""Objects in one round."""
BACKOFF = (10, 60, 300, 1800, 7200, 21600, 43200)
"""Seconds before an object is asked for again that could not be read while others can."""
TRIES_UNTIL_GONE = 3
OF_THE_PROVIDER = (502, 503, 504)


class Object(NamedTuple):
    """What a delivery is about."""

    kind: str
    id: str


class ObjectReading(NamedTuple):
    """What asking for it gave; `order_id` of a transaction.

    `entry` is what the search index keeps of an order; `is_refund` that of the order's refunds there is news.
    """

    outcome: DeliveryOutcome
    state: str | None = None
    order_id: str | None = None
    entry: Entry | None = None
    is_refund: bool = False


def reread_due(account: Account, client: PostpayClient, *, stopping: Callable[[], bool]) -> int:
    """One round over what is due, oldest first. Returns how many objects were asked for.

    Raises GatewayError when the provider as a whole is out of reach: the rest is left as it is.
    """
    readings: list[tuple[Object, datetime, ObjectReading]] = []
    try:
        for one in _due(account):
            if stopping():
                break
            began = now()
            readings.append((one, began, _read(account, client, one)))
    finally:
        if readings:
            with writing(lock=search_index.LOCK) as session:
                for one, began, reading in readings:
                    _write_down(session, account, one, began, reading)
                    _tell_the_index(session, account, reading)
    return len(readings)


def _due(account: Account) -> Sequence[Object]:
    """The objects that have waited longest, each once."""
    waiting = (
        Delivery.account == account.slug,
        Delivery.outcome == DeliveryOutcome.WAITING,
        Delivery.next_try <= now(),
    )
    rows = db.session.execute(
        select(Delivery.object_kind, Delivery.object_id).where(*waiting).order_by(Delivery.next_try).limit(20 * AT_ONCE)
    ).all()
    release()
    return [Object(str(kind), str(key)) for kind, key in dict.fromkeys(map(tuple, rows))][:AT_ONCE]


def _read(account: Account, client: PostpayClient, one: Object) -> ObjectReading:
    """Asks for one object. Raises what is not about this object alone."""
    try:
        if one.kind == TRANSACTION:
            transaction = client.get_transaction(transaction_id=one.id)
            order_id = transaction.order.order_id if transaction.order else None
            state, is_refund = "paid" if transaction.paid else "unpaid", transaction.type == TransactionType.REFUND
            return ObjectReading(DeliveryOutcome.READ, state, order_id, is_refund=is_refund)
        return _read_order(account, client, one.id)
    except NotFound:
        return ObjectReading(DeliveryOutcome.GONE)
    except GatewayError as error:
        if _is_of_the_provider(error):
            raise
        return ObjectReading(DeliveryOutcome.FAILED)


def _read_order(account: Account, client: PostpayClient, order_id: str) -> ObjectReading:
    """The order; with its refunds where somebody waits to know what became of one."""
    is_awaited = db.session.scalar(
        select(Intent.id).where(
            Intent.account == account.slug, Intent.order_id == order_id, Intent.state.in_(OPEN_STATES)
        )
    )
    release()
    began = now()
    if is_awaited is None:
        order = client.get_order(order_id=order_id)
        return _reading(account, order, None, began)
    order, refunds = client.order_and_refunds(order_id=order_id)
    resolve_from_reading(client, account, order, refunds)
    return _reading(account, order, refunds, began)


def _reading(account: Account, order: Order, refunds: list[Refund] | None, began: datetime) -> ObjectReading:
    entry = told(account, order, refunds, read=began)
    return ObjectReading(DeliveryOutcome.READ, order.status[:40], order.order_id, entry)


def _tell_the_index(session: Session, account: Account, reading: ObjectReading) -> None:
    """What was read of an order is findable with the same commit; refunds are read by the index's own hand."""
    settings: Settings = current_app.extensions["settings"]
    if reading.entry and is_kept(settings, reading.entry.created):
        search_index.keep(session, settings, account.slug, [reading.entry])
    if reading.is_refund and reading.order_id and settings.search_days:
        ask_to_read(session, account.slug, [reading.order_id], with_refunds=True)


def _is_of_the_provider(error: GatewayError) -> bool:
    """Whether asking for another object would end the same."""
    if isinstance(error, ProviderFailed):
        return error.status in OF_THE_PROVIDER
    return isinstance(error, NoAnswer | Throttled | Unauthorized)


def _write_down(session: Session, account: Account, one: Object, began: datetime, reading: ObjectReading) -> None:
    """Settles all that had come before the reading began; what could not be read is put off, and given up one day."""
    had_come = (Delivery.received <= began) & (Delivery.last_repeat.is_(None) | (Delivery.last_repeat <= began))
    rows = session.scalars(
        select(Delivery)
        .where(
            Delivery.account == account.slug,
            Delivery.object_id == one.id,
            Delivery.object_kind == one.kind,
            Delivery.outcome == DeliveryOutcome.WAITING,
            had_come,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        _settle(row, reading)


def _settle(row: Delivery, reading: ObjectReading) -> None:
    row.tries += 1
    most = TRIES_UNTIL_GONE if reading.outcome is DeliveryOutcome.GONE else len(BACKOFF)
    if reading.outcome is not DeliveryOutcome.READ and row.tries < most:
        row.next_try = now() + timedelta(seconds=BACKOFF[row.tries - 1] * random.uniform(0.8, 1.2))  # noqa: S311
        return
    row.outcome, row.object_state, row.settled = reading.outcome, reading.state, now()
    row.order_id = row.order_id or reading.order_id


def ask_again(account: Account, delivery_id: int) -> bool:
    """Has the object of a delivery read again at once. Returns whether there is one to read."""
    with writing() as session:
        waiting: dict[str, Any] = {"outcome": DeliveryOutcome.WAITING, "tries": 0, "next_try": now(), "settled": None}
        changed = session.execute(
            update(Delivery)
            .where(
                Delivery.id == delivery_id,
                Delivery.account == account.slug,
                Delivery.object_kind.is_not(None),
                Delivery.outcome != DeliveryOutcome.REFUSED,
            )
            .values(**waiting)
            .execution_options(synchronize_session=False)
        )
    return bool(changed.rowcount)  # type: ignore[attr-defined]
