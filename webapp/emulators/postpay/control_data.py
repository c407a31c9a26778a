"""The part of the control prefix that looks at the data, and changes it as nobody could through the API."""

from __future__ import annotations

import secrets
import sqlite3
from typing import Any

from webapp.emulators.kit import clock, validation
from webapp.emulators.kit.fields import anything, instant
from webapp.emulators.kit.json_body import read_json
from webapp.emulators.kit.messages import Refusal, Request
from webapp.emulators.kit.store import insert
from webapp.emulators.kit.validation import Field, choice, required, text, whole

from . import orders, refunds, transactions
from .fields import identifier
from .store import merchant_key
from .world import World

LARGEST = validation.LARGEST


def _signed(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST:
        raise validation.Invalid("A valid integer is required.")
    return value


# Details are taken as they are: tests need the hostile and the odd ones.
ORDER = {
    "total_amount": Field(whole(0), nullable=False),
    "tax_amount": Field(whole(0), nullable=False),
    "currency": Field(text(blank=False), nullable=False),
    "status": Field(text(blank=False), nullable=False),
    "created": Field(instant, nullable=False),
    "status_changed": Field(instant, nullable=False),
    "on_capture": Field(choice(*orders.ON_CAPTURE), nullable=False),
}
DETAILS = {name: Field(anything) for name in (*orders.DETAILS, *orders.EXTRAS)}
REFUND = {
    "refund_id": Field(identifier, nullable=False),
    "amount": Field(whole(1)),
    "description": Field(text()),
    "created": Field(instant),
}
TRANSACTION = {
    "id": Field(identifier, nullable=False),
    "type": required(choice(*transactions.TYPES)),
    "currency": required(text(blank=False)),
    "amount": required(_signed),
    "fee_amount": Field(_signed, nullable=False),
    "fee_rate": Field(_signed, nullable=False),
    "fee_tax_rate": Field(_signed, nullable=False),
    "total_amount": Field(_signed, nullable=False),
    "description": Field(text(), nullable=False),
    "created": Field(instant, nullable=False),
    "paid": Field(instant),
    "order_id": Field(identifier),
}
FIGURES = ("amount", "fee_amount", "fee_rate", "fee_tax_rate", "total_amount")
CHANGEABLE = (*FIGURES, "type", "currency", "description", "created", "paid")


def merchant_of(world: World, request: Request) -> int:
    """The key of the merchant that `?merchant=` names, else of the first."""
    merchant_id = request.parameters.get("merchant") or next(iter(world.credentials))
    if merchant_id not in world.credentials:
        raise Refusal("not_found")
    return merchant_key(world.store, merchant_id)


def _find(db: sqlite3.Connection, merchant: int, order_id: str) -> sqlite3.Row:
    sql = "SELECT * FROM orders WHERE merchant = ? AND order_id = ?"
    row: sqlite3.Row | None = db.execute(sql, (merchant, order_id)).fetchone()
    if not row:
        raise Refusal("not_found")
    return row


def add_order(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    """An order as if it had come through a checkout, by default approved now with one item; captured ones get
    their transaction."""
    given = validation.validate(read_json(request), {"order_id": required(identifier), **ORDER, **DETAILS})
    merchant, total = merchant_of(world, request), given.get("total_amount", 10_000)
    created = given.get("created", clock.now())
    values = {
        "merchant": merchant,
        "total_amount": total,
        "tax_amount": 0,
        "currency": "AED",
        "status": "approved",
        "created": created,
        "status_changed": given.get("status_changed", created),
        **{name: value for name, value in given.items() if name not in DETAILS},
    }
    item = {"reference": "sku-01", "name": "Sample item", "unit_price": total, "qty": 1}
    with world.store.write() as db:
        if db.execute(
            "SELECT 1 FROM orders WHERE merchant = ? AND order_id = ?", (merchant, given["order_id"])
        ).fetchone():
            raise Refusal("conflict", message="There is already an order with this ID.")
        key = insert(db, "orders", values)
        details = orders.details_of({"items": [item], **given})
        insert(db, "order_details", {"order_key": key, "body": details})
        order = _find(db, merchant, given["order_id"])
        if order["status"] == "captured":
            transactions.add_for_capture(db, order)
        return _state(db, order)


def show_order(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    with world.store.read() as db:
        return _state(db, _find(db, merchant_of(world, request), ids[0]))


def change_order(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    """Sets the given fields; a new status without a moment changed now. Makes no transaction and announces nothing."""
    given = validation.validate(read_json(request), {**ORDER, **DETAILS})
    merchant = merchant_of(world, request)
    if "status" in given:
        given.setdefault("status_changed", clock.now())
    columns = {name: value for name, value in given.items() if name in ORDER}
    with world.store.write() as db:
        order = _find(db, merchant, ids[0])
        for name, value in columns.items():
            db.execute(f"UPDATE orders SET {name} = ? WHERE key = ?", (value, order["key"]))  # noqa: S608 - of ORDER
        details = {name: value for name, value in given.items() if name in DETAILS}
        if details:
            body = orders.details_of({**orders.detail(db, order), **details})
            db.execute("UPDATE order_details SET body = ? WHERE order_key = ?", (body, order["key"]))
        return _state(db, _find(db, merchant, ids[0]))


def add_refund(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    given = validation.validate(read_json(request), REFUND)
    given.setdefault("refund_id", f"outside-{secrets.token_hex(8)}")
    merchant = merchant_of(world, request)
    with world.store.write() as db:
        order = _find(db, merchant, ids[0])
        refund, _ = refunds.add(db, order, given, world.refund_checks)
    return refund


def show_refunds(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    prefix = request.parameters.get("prefix", "")
    sql = (
        "SELECT refunds.*, merchants.merchant_id, orders.order_id, orders.currency, orders.total_amount FROM refunds "
        "JOIN orders ON orders.key = refunds.order_key JOIN merchants ON merchants.key = orders.merchant "
        "ORDER BY refunds.key"
    )
    found = [
        {
            "merchant": row["merchant_id"],
            "order_id": row["order_id"],
            "currency": row["currency"],
            "order_total": row["total_amount"],
            **refunds.speak(row),
        }
        for row in world.store.rows(sql)
        if row["refund_id"].startswith(prefix)
    ]
    return {"count": len(found), "refunds": found}


def add_transaction(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    given = validation.validate(read_json(request), TRANSACTION)
    merchant, order_id = merchant_of(world, request), given.pop("order_id", None)
    kind, currency, amount = (given.pop(name) for name in ("type", "currency", "amount"))
    with world.store.write() as db:
        if order_id:
            given["order_key"] = _find(db, merchant, order_id)["key"]
        return transactions.add(db, merchant, kind, currency, amount, given)


def change_transaction(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    """The provider changes its past: any field but id and order; figures also to what no document allows."""
    fields = {name: Field(anything if name in FIGURES else TRANSACTION[name].check) for name in CHANGEABLE}
    given = validation.validate(read_json(request), fields)
    merchant = merchant_of(world, request)
    with world.store.write() as db:
        if not transactions.change(db, merchant, ids[0], given):
            raise Refusal("not_found")
    return {"changed": sorted(given)}


def remove_transaction(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    """The provider forgets a row."""
    with world.store.write() as db:
        if not transactions.remove(db, merchant_of(world, request), ids[0]):
            raise Refusal("not_found")
    return {"removed": ids[0]}


def pay_out(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    given = validation.validate(read_json(request), {"currency": Field(text())})
    with world.store.write() as db:
        return {"paid": transactions.pay_out(db, given.get("currency"))}


def _state(db: sqlite3.Connection, order: sqlite3.Row) -> dict[str, Any]:
    given_back = refunds.refunded(db, order["key"])
    made = db.execute("SELECT * FROM refunds WHERE order_key = ? ORDER BY key", (order["key"],)).fetchall()
    sql = f"SELECT {transactions.COLUMNS} FROM {transactions.SOURCE} WHERE order_key = ? ORDER BY transactions.key"  # noqa: S608
    return {
        **orders.detail(db, order),
        "on_capture": order["on_capture"],
        "refunded": given_back,
        "remaining": order["total_amount"] - given_back if order["status"] == "captured" else 0,
        "refunds": [refunds.speak(row) for row in made],
        "transactions": [transactions.speak(row) for row in db.execute(sql, (order["key"],)).fetchall()],
    }
