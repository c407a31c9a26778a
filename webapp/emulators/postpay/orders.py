"""Orders: list, detail and capture."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from typing import Any

from webapp.emulators.kit import clock
from webapp.emulators.kit.messages import Answer, Delivery, Refusal

from . import deliveries, lookups, transactions
from .pagination import PagedTable, answer_list
from .world import Call

STATUSES = ("pending", "approved", "captured", "denied")
SUMMARY = "order_id, status, status_changed, total_amount, tax_amount, currency, created"
DETAILS = ("shipping", "billing_address", "customer", "items", "discounts")
# The documents' samples do not show these two; an order that has them shows them.
EXTRAS = ("num_instalments", "metadata")
ON_CAPTURE = ("accept", "decline", "expire", "time_out")
TOO_LONG = 60.0
"""Seconds that the answer to a capture takes where it is to time out: longer than anybody waits."""


def summary(row: sqlite3.Row) -> dict[str, Any]:
    """An order as lists and transactions show it; amounts are in the smallest unit of the currency."""
    return {
        "order_id": row["order_id"],
        "status": row["status"],
        "status_changed": clock.spoken(row["status_changed"]),
        "total_amount": row["total_amount"],
        "tax_amount": row["tax_amount"],
        "currency": row["currency"],
        "created": clock.spoken(row["created"]),
    }


LISTING = PagedTable(
    table="orders",
    columns=SUMMARY,
    source="orders",
    filters={
        **lookups.identifier("order_id"),
        **lookups.choice("status", STATUSES),
        **lookups.number("total_amount"),
        **lookups.identifier("currency"),
        **lookups.moment("created"),
    },
    orderings={"total_amount": "total_amount", "created": "created"},
    speak=summary,
)


def list_orders(call: Call) -> Answer:
    return answer_list(call, LISTING, "merchant = ?", [call.merchant])


def get_order(call: Call) -> Answer:
    with call.world.store.read() as db:
        order = call.order(db)
        if not order:
            raise Refusal("not_found")
        return Answer.of(detail(db, order))


def capture_order(call: Call) -> Answer:
    """Takes the whole amount, once. 402 and 410 leave the order approved; one that times out is captured all the same.
    The body is ignored, whatever it is.
    """
    with call.world.store.write() as db:
        order = call.order(db)
        if not order:
            raise Refusal("not_found")
        if order["status"] != "approved":
            raise Refusal("invalid_status", message="Order status must be approved.")
        if order["on_capture"] == "decline":
            raise Refusal("capture_error")
        if order["on_capture"] == "expire":
            raise Refusal("expired")
        set_status(db, order["key"], "captured")
        transaction = transactions.add_for_capture(db, order)
        captured = detail(db, call.order(db) or order)
    deliveries.announce(call.world, call.merchant, "order", captured)
    deliveries.announce(call.world, call.merchant, "transaction", transaction)
    answer = Answer.of(captured)
    if order["on_capture"] == "time_out":
        return replace(answer, delivery=Delivery.DRIPPED, pause=TOO_LONG)
    return answer


def detail(db: sqlite3.Connection, order: sqlite3.Row) -> dict[str, Any]:
    found = db.execute("SELECT body FROM order_details WHERE order_key = ?", (order["key"],)).fetchone()
    return {**summary(order), **(json.loads(found["body"]) if found else {})}


def details_of(given: dict[str, Any]) -> str:
    """The stored part of an order that no filter looks at, as JSON: always the five details, extras only if given."""
    details = {name: given.get(name) for name in DETAILS}
    details["discounts"] = details["discounts"] or []
    details |= {name: given[name] for name in EXTRAS if given.get(name) is not None}
    return json.dumps(details, ensure_ascii=False)


def set_status(db: sqlite3.Connection, key: int, status: str) -> None:
    db.execute("UPDATE orders SET status = ?, status_changed = ? WHERE key = ?", (status, clock.now(), key))
