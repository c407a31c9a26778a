"""Refunds of an order: list, one, and making one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from webapp.emulators.kit import clock
from webapp.emulators.kit.json_body import read_json
from webapp.emulators.kit.messages import Answer, Refusal
from webapp.emulators.kit.store import insert
from webapp.emulators.kit.validation import Field, required, text, validate, whole

from . import deliveries, lookups, transactions
from .fields import identifier
from .pagination import PagedTable, answer_list
from .world import Call


def speak(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "refund_id": row["refund_id"],
        "amount": row["amount"],
        "full": bool(row["full"]),
        "description": row["description"],
        "created": clock.spoken(row["created"]),
    }


LISTING = PagedTable(
    table="refunds",
    columns="*",
    source="refunds",
    filters={
        **lookups.identifier("refund_id"),
        **lookups.text("description"),
        **lookups.number("amount"),
        **lookups.moment("created"),
    },
    orderings={"amount": "amount", "created": "created"},
    speak=speak,
)
FIELDS = {
    "refund_id": required(identifier),
    "amount": Field(whole(1)),
    "description": Field(text()),
}


def list_refunds(call: Call) -> Answer:
    with call.world.store.read() as db:
        order = call.order(db)
        if not order:
            raise Refusal("not_found")
        return answer_list(call, LISTING, "order_key = ?", [order["key"]])


def get_refund(call: Call) -> Answer:
    with call.world.store.read() as db:
        order = call.order(db)
        refund = order and find(db, order["key"], call.ids[1])
        if not refund:
            raise Refusal("not_found")
        return Answer.of(speak(refund))


def create_refund(call: Call) -> Answer:
    """404, then 400, then the three conflicts in the world's order. No amount means all that remains."""
    store = call.world.store
    with store.read() as db:
        if not call.order(db):
            raise Refusal("not_found")
    given = validate(_with_alias(read_json(call.request)), FIELDS)
    with store.write() as db:
        order = call.order(db)
        if not order:
            raise Refusal("not_found")
        refund, transaction = add(db, order, given, call.world.refund_checks)
    deliveries.announce(call.world, call.merchant, "transaction", transaction)
    return Answer.of(refund)


def add(
    db: sqlite3.Connection, order: sqlite3.Row, given: dict[str, Any], checks: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Makes the refund and its transaction within the caller's database transaction, or refuses. Gives both spoken."""
    remaining = order["total_amount"] - refunded(db, order["key"])
    amount = given.get("amount")
    refused = {
        "invalid_status": order["status"] != "captured",
        "conflict": find(db, order["key"], given["refund_id"]) is not None,
        "limit_exceeded": remaining == 0 or (amount or 0) > remaining,
    }
    for check in checks:
        if refused[check]:
            raise Refusal(check, message=MESSAGES[check])
    values = {
        "order_key": order["key"],
        "refund_id": given["refund_id"],
        "amount": remaining if amount is None else amount,
        "full": amount is None or amount == order["total_amount"],
        "description": given.get("description", ""),
        "created": given.get("created") or clock.now(),
    }
    insert(db, "refunds", values)
    refund = find(db, order["key"], given["refund_id"])
    assert refund is not None  # noqa: S101 - it was just added
    return speak(refund), transactions.add_for_refund(db, order, refund)


MESSAGES = {
    "invalid_status": "Order status must be captured.",
    "conflict": "There is already a refund with this ID.",
    "limit_exceeded": "The amount exceeds the limit.",
}


def find(db: sqlite3.Connection, order_key: int, refund_id: str) -> sqlite3.Row | None:
    sql = "SELECT * FROM refunds WHERE order_key = ? AND refund_id = ?"
    row: sqlite3.Row | None = db.execute(sql, (order_key, refund_id)).fetchone()
    return row


def refunded(db: sqlite3.Connection, order_key: int) -> int:
    """What was given back so far; summed here, for SQLite's own sum fails beyond 64 bits."""
    return sum(row["amount"] for row in db.execute("SELECT amount FROM refunds WHERE order_key = ?", (order_key,)))


def _with_alias(data: Any) -> Any:
    """The older document's sample calls the id `refundId`."""
    if isinstance(data, dict) and "refund_id" not in data and "refundId" in data:
        return {**data, "refund_id": data["refundId"]}
    return data
