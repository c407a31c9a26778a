"""Transactions as a file: the rows of the settlements list, each with its rates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask_babel import gettext

from webapp.core.staging import Plain, StagedRow
from webapp.providers.http.patience import Wait
from webapp.providers.postpay.models import Transaction
from webapp.providers.registry import postpay
from webapp.settlement.ledger.payout_field import prove_payout_field

from .cells import Columns, micros
from .orders import IN_FLIGHT
from .source import Asked, Rows, refuse_unread

NOT_YET = 2**62
"""Where rows without a payout date stand among the others: after the latest."""


def lay_out(columns: Columns, _asked: Asked) -> None:
    columns.text(gettext("Transaction ID"))
    columns.text(gettext("Type"))
    columns.text(gettext("Order ID"))
    currency = columns.text(gettext("Currency"))
    columns.amount(gettext("Amount"), currency)
    columns.amount(gettext("Fee incl. tax"), currency)
    columns.amount(gettext("Net"), currency)
    columns.amount(gettext("Fixed fee"), currency)
    columns.rate(gettext("Fee rate, per cent"))
    columns.rate(gettext("Tax on the fee, per cent"))
    columns.moment(gettext("Created"))
    columns.moment(gettext("Paid out"))


def rows(asked: Asked, wait: Wait) -> Rows:
    query = asked.query
    if (query.is_paid, query.paid_from, query.paid_before) != (None, None, None):
        query = replace(query, payout_field=prove_payout_field(asked.account))
    return postpay(asked.account).each_transaction(query, bound=asked.bound, in_flight=IN_FLIGHT, wait=wait)


def takes(asked: Asked) -> Callable[[Transaction], StagedRow]:
    """Rows that are alike in what the list is sorted by go by age, in the same direction."""
    ordering = str(asked.query.ordering)
    sign, field = (-1 if ordering.startswith("-") else 1), ordering.removeprefix("-")

    def take(row: Transaction) -> StagedRow:
        refuse_unread(row, row.id, "list_transactions")
        created, paid = micros(row.created) or 0, micros(row.paid)
        by = {"amount": row.amount, "paid": NOT_YET if paid is None else paid}.get(field, created)
        values: list[Plain] = [
            row.id,
            row.type,
            row.order.order_id if row.order else None,
            row.currency,
            row.amount,
            row.amount - row.total_amount,
            row.total_amount,
            row.fee_amount,
            row.fee_rate,
            row.fee_tax_rate,
            created,
            paid,
        ]
        return StagedRow(row.id, sign * by, sign * created, values)

    return take
