"""Settlements: the list of transactions, one of them, and how captures and refunds make them."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from webapp.emulators.kit import clock
from webapp.emulators.kit.messages import Answer, Refusal
from webapp.emulators.kit.store import insert

from . import lookups
from .pagination import PagedTable, answer_list
from .world import PAYOUT_NAMES, Call

TYPES = ("order", "refund", "instalment", "regularization")
# Of the documents' sample, rates in hundredths of a per cent. The fixed fee is in the smallest unit of each currency.
FEE_RATE, FEE_TAX_RATE = 450, 500
FEE_AMOUNTS = {"AED": 100, "SAR": 100, "KWD": 85, "BHD": 100, "OMR": 105, "JPY": 40}

COLUMNS = (
    "transactions.*, orders.order_id, orders.status, orders.status_changed, orders.total_amount AS order_total, "
    "orders.tax_amount, orders.currency AS order_currency, orders.created AS order_created"
)
SOURCE = "transactions LEFT JOIN orders ON orders.key = transactions.order_key"


def speak(row: sqlite3.Row) -> dict[str, Any]:
    """A transaction with its order, which a regularization need not have."""
    return {
        "id": row["id"],
        "type": row["type"],
        "currency": row["currency"],
        "amount": row["amount"],
        "fee_amount": row["fee_amount"],
        "fee_rate": row["fee_rate"],
        "fee_tax_rate": row["fee_tax_rate"],
        "total_amount": row["total_amount"],
        "description": row["description"],
        "created": clock.spoken(row["created"]),
        "paid": clock.spoken(row["paid"]),
        "order": _order(row),
    }


def _order(row: sqlite3.Row) -> dict[str, Any] | None:
    if row["order_id"] is None:
        return None
    return {
        "order_id": row["order_id"],
        "status": row["status"],
        "status_changed": clock.spoken(row["status_changed"]),
        "total_amount": row["order_total"],
        "tax_amount": row["tax_amount"],
        "currency": row["order_currency"],
        "created": clock.spoken(row["order_created"]),
    }


LISTING = PagedTable(
    table="transactions",
    columns=COLUMNS,
    source=SOURCE,
    filters={
        **lookups.identifier("id"),
        **lookups.choice("type", TYPES),
        **lookups.number("amount"),
        **lookups.identifier("currency"),
        **lookups.moment("created"),
        # The newer document says `payment`, the older `paid`.
        **lookups.moment("payment", "paid", nullable=True),
        **lookups.moment("paid", nullable=True),
    },
    orderings={"amount": "amount", "created": "created", "paid": "paid", "payment": "paid"},
    speak=speak,
)


def list_transactions(call: Call) -> Answer:
    return answer_list(call, _listing(call.world.payout_names), "merchant = ?", [call.merchant])


def _listing(payout_names: Sequence[str]) -> PagedTable:
    """With the names of the payout moment that this provider knows; others are ignored, as anything unknown is."""
    unknown = {name for name in PAYOUT_NAMES if name not in payout_names}
    filters = {name: make for name, make in LISTING.filters.items() if name.partition("__")[0] not in unknown}
    orderings = {name: column for name, column in LISTING.orderings.items() if name not in unknown}
    return replace(LISTING, filters=filters, orderings=orderings)


def get_transaction(call: Call) -> Answer:
    with call.world.store.read() as db:
        row = _find(db, call.merchant, call.ids[0])
    if not row:
        raise Refusal("not_found")
    return Answer.of(speak(row))


def total_after_fees(amount: int, fee_amount: int, fee_rate: int, fee_tax_rate: int) -> int:
    """`amount - (fee_amount + amount * fee_rate / 10^4) * (1 + fee_tax_rate / 10^4)`, rounded once, half up."""
    fees = (fee_amount * 10**4 + amount * fee_rate) * (10**4 + fee_tax_rate)
    return amount - (fees + 10**8 // 2) // 10**8


def add_for_capture(db: sqlite3.Connection, order: sqlite3.Row) -> dict[str, Any]:
    amount, fee_amount = order["total_amount"], FEE_AMOUNTS.get(order["currency"], 100)
    values = {
        "fee_amount": fee_amount,
        "fee_rate": FEE_RATE,
        "fee_tax_rate": FEE_TAX_RATE,
        "total_amount": total_after_fees(amount, fee_amount, FEE_RATE, FEE_TAX_RATE),
    }
    return add(db, order["merchant"], "order", order["currency"], amount, {**values, "order_key": order["key"]})


def add_for_refund(db: sqlite3.Connection, order: sqlite3.Row, refund: sqlite3.Row) -> dict[str, Any]:
    """A negative amount without fees."""
    values = {
        "order_key": order["key"],
        "created": refund["created"],
        "description": refund["description"] or "",
    }
    return add(db, order["merchant"], "refund", order["currency"], -refund["amount"], values)


def add(
    db: sqlite3.Connection, merchant: int, kind: str, currency: str, amount: int, values: dict[str, Any]
) -> dict[str, Any]:
    row = {
        "merchant": merchant,
        "id": secrets.token_hex(16),
        "type": kind,
        "currency": currency,
        "amount": amount,
        "fee_amount": 0,
        "fee_rate": 0,
        "fee_tax_rate": 0,
        "total_amount": amount,
        "description": "",
        "created": clock.now(),
        "paid": None,
        "order_key": None,
        **values,
    }
    insert(db, "transactions", row)
    added = _find(db, merchant, row["id"])
    assert added is not None  # noqa: S101 - it was just added
    return speak(added)


def change(db: sqlite3.Connection, merchant: int, transaction_id: str, values: dict[str, Any]) -> bool:
    """Sets columns of a row; whether there is one."""
    where = "WHERE merchant = ? AND id = ?"
    for name, value in values.items():
        db.execute(f"UPDATE transactions SET {name} = ? {where}", (value, merchant, transaction_id))  # noqa: S608
    return _find(db, merchant, transaction_id) is not None


def remove(db: sqlite3.Connection, merchant: int, transaction_id: str) -> bool:
    return db.execute("DELETE FROM transactions WHERE merchant = ? AND id = ?", (merchant, transaction_id)).rowcount > 0


def pay_out(db: sqlite3.Connection, currency: str | None = None) -> int:
    """Pays all that is unpaid: one moment for each merchant and currency, shared by its rows. Gives their number."""
    sql = "SELECT DISTINCT merchant, currency FROM transactions WHERE paid IS NULL ORDER BY merchant, currency"
    groups = [row for row in db.execute(sql).fetchall() if currency in (None, row["currency"])]
    update, moment, paid = (
        "UPDATE transactions SET paid = ? WHERE paid IS NULL AND merchant = ? AND currency = ?",
        clock.now(),
        0,
    )
    for number, group in enumerate(groups):
        paid += db.execute(update, (moment + number, group["merchant"], group["currency"])).rowcount
    return paid


def _find(db: sqlite3.Connection, merchant: int, transaction_id: str) -> sqlite3.Row | None:
    sql = f"SELECT {COLUMNS} FROM {SOURCE} WHERE transactions.merchant = ? AND transactions.id = ?"  # noqa: S608
    row: sqlite3.Row | None = db.execute(sql, (merchant, transaction_id)).fetchone()
    return row
