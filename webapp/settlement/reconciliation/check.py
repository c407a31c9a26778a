"""The check: what was captured and refunded, against the transactions that Postpay keeps.

A transaction created in the window is either not paid out yet, or was paid out in a month since: so the ledger is read
up to date for these months, what is not paid out first. Then captured orders are held against it; nothing is called
missing when what was read is not as long as the provider counts. Refunds are those made on the desk: the provider has
no list of all refunds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import current_app
from sqlalchemy import delete, func, insert, select

from webapp.core.database import release
from webapp.core.extensions import db
from webapp.jobs import JobContext, performs
from webapp.models.base import now
from webapp.models.check import CheckRun, MissingKind, MissingTransaction
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.models.ledger import LedgerRow
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.filters import OrderQuery
from webapp.providers.postpay.models import OrderStatus, OrderSummary, TransactionType
from webapp.providers.registry import postpay
from webapp.settlement.ledger.periods import COMING, months_between
from webapp.settlement.ledger.sync import Wanted, latest_job, read_periods

from .ages import Ages, ages
from .counter import refresh_to_look_at
from .full_scan import AT_ONCE, ScanProgress, read_whole

KIND = "check"
LONGEST_WAIT = timedelta(minutes=10)

_SALES = (TransactionType.ORDER, TransactionType.INSTALMENT)
"""By which an order is settled: at once, or part by part."""

T = TypeVar("T")
Missing = dict[tuple[MissingKind, str], dict[str, Any]]


@performs(KIND)
def check(job: JobContext) -> None:
    """Brings the ledger up to date, reads the captured orders of the window, and keeps what is missing."""
    client, begun, progress = postpay(job.account), now(), ScanProgress(job)
    span = ages(job.account, current_app.extensions["settings"], begun)
    _read_ledger(job, span, begun, progress)
    orders, suspects = _orders_without(job, client, span, progress)
    _let_others_finish(job)
    slug = job.account.slug
    settled = orders_in_ledger(slug, [order.order_id for order in suspects])
    missing = captures_missing(order for order in suspects if order.order_id not in settled)
    missing |= refunds_missing(slug, span)
    _write_down(job, missing, CheckRun(account=slug, since=span.since, until=begun, orders=orders, checked=now()))
    refresh_to_look_at(job.account)


def _read_ledger(job: JobContext, span: Ages, begun: datetime, progress: ScanProgress) -> None:
    """Reads what is not paid out, then every month since the window began."""
    months = [COMING, *reversed(months_between(span.since, begun))]
    progress.done = read_periods(job, lambda _: Wanted(months, begun))


def _orders_without(
    job: JobContext, client: PostpayClient, span: Ages, progress: ScanProgress
) -> tuple[int, list[OrderSummary]]:
    """How many captured orders of the window there are, and those that have waited too long for a transaction."""
    query = OrderQuery(statuses=(OrderStatus.CAPTURED,), created_from=span.since)
    suspects: dict[str, OrderSummary] = {}

    def compare(orders: Sequence[OrderSummary]) -> None:
        old = {order.order_id: order for order in orders if _captured(order) < span.captured}
        settled = orders_in_ledger(job.account.slug, list(old))
        suspects.update({order_id: order for order_id, order in old.items() if order_id not in settled})

    count = read_whole(lambda wait: client.each_order(query, bound=span.captured, wait=wait), compare, progress)
    return count, list(suspects.values())


def _let_others_finish(job: JobContext) -> None:
    """Waits, not for ever, for a reading of the ledger that is under way: meanwhile rows come and go there."""
    ends = now() + LONGEST_WAIT
    while (other := latest_job(job.account)) and other.is_open and now() < ends:
        job.pause(1.0)


def _captured(order: OrderSummary) -> datetime:
    """When it was captured; where that is not told, when it was created, which was before."""
    return order.status_changed or order.created


def orders_in_ledger(account: str, order_ids: Sequence[str]) -> set[str]:
    """Those of the orders that the ledger holds a sale of: an `order` transaction, or an `instalment` of it."""
    settled: set[str] = set()
    for part in _parts(order_ids):
        found = select(LedgerRow.order_id).where(
            LedgerRow.account == account, LedgerRow.type.in_(_SALES), LedgerRow.order_id.in_(part)
        )
        settled |= {order_id for order_id in db.session.scalars(found) if order_id is not None}
    release()
    return settled


def captures_missing(orders: Iterable[OrderSummary]) -> Missing:
    return {
        (MissingKind.CAPTURED, order.order_id): {
            "order_id": order.order_id,
            "since": _captured(order),
            "amount_minor": order.total_amount,
            "currency": order.currency,
        }
        for order in orders
    }


def refunds_missing(account: str, span: Ages) -> Missing:
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


def _write_down(job: JobContext, missing: Missing, run: CheckRun) -> None:
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
