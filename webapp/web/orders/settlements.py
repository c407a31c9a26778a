"""What the ledger has of one order: its settlement rows, when they were paid out, and their net. Asks no provider."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from flask import url_for
from markupsafe import Markup

from webapp.core.accounts import Account
from webapp.lists.filters import MOST_IDS
from webapp.models.ledger import LedgerRow
from webapp.money import Money, is_known_currency, total
from webapp.presentation.transaction_words import fee_problem_words, type_html
from webapp.providers.postpay.models import OrderSummary, Refund
from webapp.settlement.ledger.payouts import rows_of_order
from webapp.settlement.ledger.periods import COMING, periods_of


class SettledRow(NamedTuple):
    """A row of the ledger, ready to show."""

    href: str
    type: Markup
    difference: str | None
    is_new_rate: bool
    created: datetime
    amount: Money
    net: Money
    paid: datetime | None


class OrderSettlements(NamedTuple):
    """An order's rows, oldest first, and their net by currency. `as_of` is None where the ledger has none.

    `list_href` leads to the same rows at the provider; without any, to where the order's sale would be.
    `is_behind`: the order was refunded after the ledger was brought up to date, so rows may be missing.
    """

    rows: list[SettledRow]
    nets: list[Money]
    as_of: datetime | None
    is_behind: bool
    list_href: str


def order_settlements(account: Account, order: OrderSummary, refunds: Sequence[Refund]) -> OrderSettlements:
    """Two SELECTs; `refunds` as they were read for the order's page."""
    kept = rows_of_order(account, order.order_id)
    last_refund = max((refund.created for refund in refunds), default=None)
    is_behind = bool(kept and last_refund and last_refund >= _whole_until(account))
    return OrderSettlements(
        [_row(account, row) for row in kept],
        _nets(kept),
        _read_at(account, kept),
        is_behind,
        url_for("settlements.list_transactions", account=account, **_narrowed(account, order, kept, is_behind)),
    )


def _read_at(account: Account, rows: Sequence[LedgerRow]) -> datetime | None:
    """As of when the oldest of the rows is."""
    periods = periods_of(account, {row.period for row in rows})
    return min((period.read for period in periods.values() if period.read), default=None)


def _whole_until(account: Account) -> datetime:
    """Until when the ledger has every row that is not paid out yet; those that just happened are among them."""
    period = periods_of(account, [COMING]).get(COMING)
    return period.read if period and period.read else datetime.min.replace(tzinfo=UTC)


def _row(account: Account, row: LedgerRow) -> SettledRow:
    return SettledRow(
        url_for("settlements.show_transaction", account=account, transaction_id=row.transaction_id),
        type_html(row.type),
        fee_problem_words(row),
        row.new_rate,
        row.created,
        row.amount,
        row.total,
        row.paid,
    )


def _nets(rows: Sequence[LedgerRow]) -> list[Money]:
    currencies = dict.fromkeys(row.currency for row in rows)
    return [total([row.total for row in rows if row.currency == currency], currency) for currency in currencies]


def _narrowed(account: Account, order: OrderSummary, rows: Sequence[LedgerRow], is_behind: bool) -> dict[str, Any]:
    """The filters of the list that find these rows, or that begin on the order's day; without rows, its sale."""
    if 0 < len(rows) <= MOST_IDS and not is_behind:
        return {"transaction_id": ",".join(row.transaction_id for row in rows)}
    first_day = order.created.astimezone(account.zone).date().isoformat()
    narrowed: dict[str, Any] = {"created": "range", "created_from": first_day}
    if not rows and is_known_currency(order.currency):
        amount = order.total.plain
        narrowed |= {"type": "order", "currency": order.currency, "amount_from": amount, "amount_to": amount}
    return narrowed
