"""Reading one period whole, aside from what is shown of it: what was collected counts for nothing until it is proved.

The proof: as many different rows as the provider counts, before and after, each of them readable. When rows came or
went meanwhile it is read again, a few times.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from webapp.calendar import from_micros, micros
from webapp.core.accounts import Account
from webapp.core.staging import Plain, StagedRow, Staging
from webapp.models.base import now
from webapp.money import LARGEST_MINOR
from webapp.providers.http.errors import UnreadableAnswer, UnreadableRow
from webapp.providers.http.patience import Wait, ask_patiently
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.models import Transaction, TransactionType
from webapp.providers.postpay.scan import EveryRow
from webapp.providers.registry import postpay

from .payout_field import prove_payout_field
from .periods import COMING, query_of
from .refund_sign import refunds_are_deducted
from .totals import Charge, charge

MOST_ASKED = 8
AHEAD = (timedelta(days=1), timedelta(days=400), timedelta(days=36_500))
"""How far in the future the rows of a month may be created: a day is enough for clocks that differ. When the provider
counts more than that it is read again, farther; a reading is the slower the farther.
"""
_LONGEST = {"id": 255, "type": 40, "currency": 16}

Tell = Callable[[int, int | None], object]
"""Is told how many rows were read and how many there are; may raise to end the reading."""

COLUMNS = (
    "type", "currency", "amount_minor", "fee_minor", "fee_rate", "fee_tax_rate", "total_minor", "fees_minor",
    "tax_minor", "off_by", "order_id", "created", "paid",
)  # fmt: skip
"""Of a staged row, in order: the columns of LedgerRow that its reading decides."""
_MOMENTS = ("created", "paid")


class Unsettled(Exception):
    """The rows kept changing: no reading was as long as the provider counted."""


@dataclass
class Collected:
    """A period that was read whole: its rows, staged, when the reading began, and whether positive refunds were taken
    for deducted ones.
    """

    month: str
    begun: datetime
    rows: Staging
    count: int
    deducted: bool

    def find(self, ids: list[str]) -> dict[str, dict[str, object]]:
        """Those of the rows that it has, as values of LedgerRow's columns."""
        return {name: as_columns(values) for name, values in self.rows.find(ids).items()}

    def blocks(self) -> Iterator[dict[str, dict[str, object]]]:
        """All rows, block by block."""
        for block in self.rows.by_id():
            yield {name: as_columns(values) for name, values in block.items()}


def as_columns(values: list[Plain]) -> dict[str, object]:
    """A staged row as values of LedgerRow's columns."""
    found: dict[str, object] = dict(zip(COLUMNS, values, strict=True))
    for name in _MOMENTS:
        found[name] = from_micros(value) if isinstance(value := found[name], int) else None
    return found


@contextmanager
def collect(account: Account, month: str, tell: Tell, wait: Wait) -> Iterator[Collected]:
    """Reads a period whole, `COMING` for what is not paid out; what was read lives as long as the context.

    No transaction is open while the provider is asked. Raises Unsettled, GatewayError (UnreadableRow names a row), and
    what `tell` and `wait` raise.
    """
    client = postpay(account)
    name = ask_patiently(lambda: prove_payout_field(account), wait, times=MOST_ASKED)
    deducted = refunds_are_deducted(account)
    with Staging() as rows:
        for ahead in AHEAD:
            begun = now()
            skew = max(client.clock_skew or timedelta(), timedelta())
            # What is not paid out comes in all the time.
            bound = begun + skew if month == COMING else begun + skew + ahead
            query = query_of(month, bound if month == COMING else begun, name)
            reading = client.each_transaction(query, bound=bound, wait=wait)
            rows.clear()
            tell(0, None)
            for batch in reading:
                rows.add(_staged(row, deducted=deducted) for row in batch)
                tell(rows.arrived, reading.counted)
            recounted = _recount(account, month, reading, wait)
            if len(rows) == rows.arrived == reading.counted == recounted:
                yield Collected(month, begun, rows, recounted, deducted)
                return
    raise Unsettled(month)


def _recount(account: Account, month: str, reading: EveryRow[Transaction], wait: Wait) -> int:
    """How many rows the provider counts after the reading; of a month also those created later than was asked for."""
    if month == COMING:
        return ask_patiently(reading.recount, wait, times=MOST_ASKED)
    return count(account, postpay(account), month, wait)


def count(
    account: Account, client: PostpayClient, month: str, wait: Wait = time.sleep, *, times: int = MOST_ASKED
) -> int:
    """How many rows the provider counts for a month, asked up to so many times. Raises GatewayError."""
    name = ask_patiently(lambda: prove_payout_field(account), wait, times=times)
    query = replace(query_of(month, now(), name), page_size=1)

    def ask() -> int:
        page = client.list_transactions(query)
        if page.unexpected or len(page.results) != min(1, page.count):
            raise UnreadableAnswer("list_transactions", "GET", "not the rows that were asked for", status=200)
        return page.count

    return ask_patiently(ask, wait, times=times)


def _staged(row: Transaction, *, deducted: bool) -> StagedRow:
    _refuse_excess(row)
    amount, total = row.amount, row.total_amount
    if deducted and row.type == TransactionType.REFUND:
        amount, total = -abs(amount), -abs(total)
    fee, rate, tax_rate, charged = _fee_of(row, amount, total)
    if max(abs(charged.fees), abs(charged.tax)) > LARGEST_MINOR:
        raise _unreadable(row, "fee_rate")
    off_by = charged.off_by
    values: list[Plain] = [
        row.type, row.currency, amount, fee, rate, tax_rate, total, charged.fees, charged.tax,
        None if off_by is None else max(-LARGEST_MINOR, min(off_by, LARGEST_MINOR)),
        row.order.order_id if row.order else None, micros(row.created), micros(row.paid) if row.paid else None,
    ]  # fmt: skip
    return StagedRow(row.id, 0, 0, values)


def _fee_of(row: Transaction, amount: int, total: int) -> tuple[int | None, int | None, int | None, Charge]:
    """The fee as it is told, and what it comes to. One that cannot be read explains nothing of the provider's net, so
    the row is off by all that was kept.
    """
    if row.is_fee_unreadable:
        return None, None, None, Charge(0, 0, total - amount)
    told = (row.fee_amount, row.fee_rate, row.fee_tax_rate)
    return *told, charge(amount, *told, total)


def _refuse_excess(row: Transaction) -> None:
    """Raises UnreadableRow for what no column holds."""
    for name, most in _LONGEST.items():
        if len(getattr(row, name)) > most:
            raise _unreadable(row, name)


def _unreadable(row: Transaction, field: str) -> UnreadableRow:
    return UnreadableRow("list_transactions", "GET", "beyond what can be kept", status=200, row=row.id, field=field)
