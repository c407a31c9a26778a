"""The check: what was captured and refunded, against the transactions that Postpay keeps.

Transactions are read first and kept in the ledger, then captured orders are held against them; nothing is called
missing when what was read is not as long as the provider counts. Refunds are those made on the desk: the provider has
no list of all refunds. A refund that was made elsewhere is seen on its order's page only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from flask import current_app
from sqlalchemy import delete, func, insert, select

from ..database import release
from ..extensions import db
from ..gateways.postpay.client import PostpayClient
from ..gateways.postpay.every_row import EveryRow
from ..gateways.postpay.filters import OrderQuery, TransactionQuery
from ..gateways.postpay.models import OrderStatus, OrderSummary, Transaction, TransactionType
from ..jobs import Failed, Running, performs
from ..ledger.keeping import keep, mark_new_rates
from ..ledger.reading import COMING, MOST_READINGS, Unsettled, read_month
from ..models.base import now
from ..models.check import CheckRun, MissingKind, MissingTransaction
from ..models.intent import Intent, IntentKind, IntentState
from ..models.ledger import LedgerRow
from ..provider import provider
from .ages import Ages, ages
from .counting import refresh_to_look_at

KIND = "check"
AT_ONCE = 500
"""Rows that are compared with one statement."""

T = TypeVar("T")
Missing = dict[tuple[MissingKind, str], dict[str, Any]]


@performs(KIND)
def check(job: Running) -> None:
    """Reads what is not paid out, then the transactions and captured orders of the window; keeps what is missing."""
    client, begun = provider(job.account), now()
    span = ages(job.account, current_app.extensions["settings"], begun)
    try:
        read_month(job.account, client, COMING, lambda _arrived: job.tell(0), writes=job.writing)
    except Unsettled:
        raise Failed("incomplete") from None
    progress = _Progress(job)
    transactions = _read_transactions(job, client, span, begun, progress)
    mark_new_rates(job.account.slug, job.writing)
    orders, missing = _orders_without(job, client, span, progress)
    missing |= refunds_without(job.account.slug, span)
    _write_down(job, missing, CheckRun(
        account=job.account.slug, since=span.since, until=begun, orders=orders, transactions=transactions, checked=now()
    ))  # fmt: skip
    refresh_to_look_at(job.account)


class _Progress:
    """Rows of all readings together, for whoever watches."""

    def __init__(self, job: Running) -> None:
        self.job, self.done, self.total = job, 0, 0

    def expect(self, rows: int) -> None:
        self.total += rows
        self.job.tell(self.done, self.total)

    def arrived(self, rows: int) -> None:
        self.done += rows
        self.job.tell(self.done, max(self.total, self.done))


def _read_transactions(job: Running, client: PostpayClient, span: Ages, begun: datetime, progress: _Progress) -> int:
    """Keeps every transaction created in the window, and returns how many there are."""
    query = TransactionQuery(created_from=span.since)
    slug = job.account.slug

    def keep_rows(rows: Sequence[Transaction]) -> None:
        keep(slug, rows, now(), job.writing)

    return _whole(lambda: client.each_transaction(query, bound=begun), keep_rows, progress)


def _orders_without(job: Running, client: PostpayClient, span: Ages, progress: _Progress) -> tuple[int, Missing]:
    """How many captured orders of the window there are, and those of them that lack their transaction for too long."""
    query = OrderQuery(statuses=(OrderStatus.CAPTURED,), created_from=span.since)
    missing: Missing = {}

    def compare(orders: Sequence[OrderSummary]) -> None:
        old = [order for order in orders if _captured(order) < span.captured]
        for order in without_transaction(job.account.slug, old):
            missing[MissingKind.CAPTURED, order.order_id] = {
                "order_id": order.order_id,
                "since": _captured(order),
                "amount_minor": order.total_amount,
                "currency": order.currency,
            }

    count = _whole(lambda: client.each_order(query, bound=span.captured), compare, progress)
    return count, missing


def _captured(order: OrderSummary) -> datetime:
    """When it was captured; where that is not told, when it was created, which was before."""
    return order.status_changed or order.created


def _whole(ask: Callable[[], EveryRow[T]], take: Callable[[Sequence[T]], None], progress: _Progress) -> int:
    """Reads a list until a reading is as long as the provider counts, before and after. Raises Failed."""
    for _ in range(MOST_READINGS):
        reading = ask()
        before = reading.recount()
        progress.expect(before)
        arrived = 0
        waiting: list[T] = []
        for rows in reading:
            waiting += rows
            arrived += len(rows)
            progress.arrived(len(rows))
            if len(waiting) >= AT_ONCE:
                take(waiting)
                waiting = []
        take(waiting)
        if arrived == before == reading.recount():
            return arrived
    raise Failed("incomplete")


def without_transaction(account: str, orders: Sequence[OrderSummary]) -> list[OrderSummary]:
    """Those orders that the ledger holds no `order` transaction of."""
    settled: set[str | None] = set()
    for part in _parts([order.order_id for order in orders]):
        settled |= set(
            db.session.scalars(
                select(LedgerRow.order_id).where(
                    LedgerRow.account == account,
                    LedgerRow.type == TransactionType.ORDER,
                    LedgerRow.order_id.in_(part),
                )
            )
        )
    release()
    return [order for order in orders if order.order_id not in settled]


def refunds_without(account: str, span: Ages) -> Missing:
    """Refunds of the desk, in the window and old enough, that the ledger has no `refund` transaction of.

    A transaction tells its order and amount, no refund: of several refunds of one amount the latest are missed.
    """
    row, missing = Intent, Missing()
    asked = (
        select(row)
        .where(
            row.account == account,
            row.kind == IntentKind.REFUND,
            row.state == IntentState.SUCCEEDED,
            row.created >= span.since,
            row.settled < span.refunded,
        )
        .order_by(row.settled, row.id)
    )
    refunds = db.session.scalars(asked).all()
    told = _refund_rows(account, {refund.order_id for refund in refunds})
    for refund in refunds:
        same = (refund.order_id, refund.currency, refund.amount_minor)
        if told[same]:
            told[same] -= 1
            continue
        missing[MissingKind.REFUNDED, str(refund.refund_id)] = {
            "order_id": refund.order_id,
            "since": refund.settled,
            "amount_minor": refund.amount_minor,
            "currency": refund.currency,
        }
    release()
    return missing


def _refund_rows(account: str, orders: set[str]) -> dict[tuple[str, str, int], int]:
    """How many refund transactions there are by order, currency and amount; their sign is the provider's affair."""
    row, told = LedgerRow, defaultdict[tuple[str, str, int], int](int)
    for part in _parts(sorted(orders)):
        amount = func.abs(row.amount_minor)
        counted = (
            select(row.order_id, row.currency, amount, func.count())
            .where(row.account == account, row.type == TransactionType.REFUND, row.order_id.in_(part))
            .group_by(row.order_id, row.currency, amount)
        )
        for order_id, currency, minor, count in db.session.execute(counted):
            told[str(order_id), currency, minor] = count
    return told


def _parts(values: Sequence[T]) -> Iterable[Sequence[T]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def _write_down(job: Running, missing: Missing, run: CheckRun) -> None:
    """Replaces what the check before found; what was missing then keeps the moment at which it was first missed."""
    row, slug = MissingTransaction, job.account.slug
    with job.writing() as session:
        known = {
            (MissingKind(kind), reference): found
            for kind, reference, found in session.execute(
                select(row.kind, row.reference, row.found).where(row.account == slug)
            )
        }
        session.execute(delete(row).where(row.account == slug))
        rows = [
            {"account": slug, "kind": kind, "reference": reference, "found": known.get((kind, reference), run.checked)}
            | values
            for (kind, reference), values in missing.items()
        ]
        if rows:
            session.execute(insert(row), rows)
        session.merge(run)
