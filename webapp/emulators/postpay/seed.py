"""Made-up data: the same seed and end always give the same orders, refunds, transactions and hooks."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from webapp.emulators.kit import clock, hostile_texts
from webapp.emulators.kit.store import Store, insert_many

from . import seed_orders, seed_texts
from .seed_orders import MadeUp
from .store import merchant_key
from .transactions import FEE_AMOUNTS, FEE_RATE, FEE_TAX_RATE, total_after_fees

MANY_REFUNDS = 130
WEEK = 7 * clock.DAY
# Payouts leave on Tuesdays; 1970 began on a Thursday.
PAYOUT_DAY = 5 * clock.DAY

_ORDER_COLUMNS = (
    "key, merchant, order_id, status, status_changed, total_amount, tax_amount, currency, created, on_capture"
)
_REFUND_COLUMNS = 'order_key, refund_id, amount, "full", description, created'
_TRANSACTION_COLUMNS = (
    "merchant, id, type, currency, amount, fee_amount, fee_rate, fee_tax_rate, total_amount, "
    "description, created, paid, order_key"
)
_HOOK_COLUMNS = "merchant, id, active, events, url, secret, last_code, last_status, created, modified"

Refund = tuple[str, int, bool, str | None, int]


def fill(store: Store, merchants: Sequence[str], *, orders: int, seed: int, end: int) -> None:
    """Gives each merchant that has nothing yet its own orders; in bulk, for there may be a hundred thousand."""
    keys = [(number, merchant_key(store, merchant_id)) for number, merchant_id in enumerate(merchants)]
    have = {row["merchant"] for row in store.rows("SELECT DISTINCT merchant FROM orders")}
    empty = [(number, merchant) for number, merchant in keys if orders and merchant not in have]
    if empty:
        store.drop_indexes()
    for number, merchant in empty:
        with store.write() as db:
            _fill_merchant(db, merchant, Random(f"{seed}/{number}"), orders, end)
    store.create_indexes()


def _fill_merchant(db: sqlite3.Connection, merchant: int, dice: Random, count: int, end: int) -> None:
    first = db.execute("SELECT coalesce(max(key), 0) + 1 FROM orders").fetchone()[0]
    made = list(enumerate(seed_orders.make(dice, count, end), first))
    insert_many(db, "orders", _ORDER_COLUMNS, (_order_row(key, merchant, order) for key, order in made))
    insert_many(db, "order_details", "order_key, body", ((key, order.details) for key, order in made))
    captured = [(key, order) for key, order in made if order.status == "captured"]
    many = captured[len(captured) // 2][0] if len(captured) > 10 else None
    refunds = {key: _refunds(dice, order, end, key == many) for key, order in captured}
    rows = ((key, *refund) for key, made_refunds in refunds.items() for refund in made_refunds)
    insert_many(db, "refunds", _REFUND_COLUMNS, rows)
    settled = sorted(_transactions(dice, merchant, captured, refunds, end), key=lambda row: row[10])
    insert_many(db, "transactions", _TRANSACTION_COLUMNS, settled)
    insert_many(db, "hooks", _HOOK_COLUMNS, _hooks(dice, merchant, end))


def _order_row(key: int, merchant: int, order: MadeUp) -> tuple[Any, ...]:
    amounts = (order.total_amount, order.tax_amount, order.currency)
    return (
        key,
        merchant,
        order.order_id,
        order.status,
        order.status_changed,
        *amounts,
        order.created,
        order.on_capture,
    )


# --- refunds ---------------------------------------------------------------------------------------------------------


def _refunds(dice: Random, order: MadeUp, end: int, many: bool) -> list[Refund]:
    """Most orders have none, some a part or two back, some everything, and one more than two pages full."""
    if order.order_id == "order-01":
        return [("refund-00", 10000, False, "Goodwill", min(end, order.status_changed + 20 * seed_orders.MINUTE))]
    if many:
        return [_refund(dice, order, end, number, order.total_amount // 200) for number in range(1, MANY_REFUNDS + 1)]
    kind = dice.random()
    if kind > 0.14:
        return []
    if kind < 0.035:
        return [_refund(dice, order, end, 1, order.total_amount)]
    parts = dice.choices((1, 2, 3, 5), (70, 18, 8, 4))[0]
    return [_refund(dice, order, end, number + 1, _part(dice, order.total_amount, parts)) for number in range(parts)]


def _part(dice: Random, total: int, parts: int) -> int:
    return max(1, total * dice.randrange(5, 95) // (100 * parts))


def _refund(dice: Random, order: MadeUp, end: int, number: int, amount: int) -> Refund:
    latest = min(end, order.status_changed + 40 * clock.DAY)
    created = dice.randrange(order.status_changed, latest + 1)
    hostile = dice.random() < 0.03
    description = dice.choice(hostile_texts.HOSTILE if hostile else (*seed_texts.REFUND_REASONS, None))
    amount = max(1, amount)
    return (f"RF-{order.order_id}-{number}", amount, amount == order.total_amount, description, created)


# --- transactions ----------------------------------------------------------------------------------------------------


def _transactions(
    dice: Random, merchant: int, captured: list[tuple[int, MadeUp]], refunds: dict[int, list[Refund]], end: int
) -> Iterator[tuple[Any, ...]]:
    for key, order in captured:
        for kind, amount, description, created in _earnings(dice, order, end):
            yield _transaction(dice, merchant, kind, order.currency, amount, description, created, end, key)
        for _, amount, _, why, created in refunds[key]:
            yield _transaction(dice, merchant, "refund", order.currency, -amount, why or "", created, end, key)
    for _ in range(max(2, len(captured) // 100) if captured else 0):
        key, order = dice.choice(captured)
        amount = dice.choice((-1, -1, 1)) * dice.randrange(500, 20000)
        created = end - dice.randrange(seed_orders.SPAN)
        description = dice.choice((*seed_texts.ADJUSTMENTS, hostile_texts.HOSTILE[0]))
        owner = key if dice.random() < 0.3 else None
        yield _transaction(dice, merchant, "regularization", order.currency, amount, description, created, end, owner)


def _earnings(dice: Random, order: MadeUp, end: int) -> Iterator[tuple[str, int, str, int]]:
    """One `order` row; of some orders paid by instalments, a row for each part that is due by now."""
    if not order.instalments or dice.random() < 0.75:
        yield "order", order.total_amount, "", order.status_changed
        return
    part = order.total_amount // order.instalments
    for number in range(order.instalments):
        created = order.status_changed + number * 30 * clock.DAY
        amount = part if number else order.total_amount - part * (order.instalments - 1)
        if created <= end and amount:
            yield "instalment", amount, f"Instalment {number + 1} of {order.instalments}", created


def _transaction(
    dice: Random,
    merchant: int,
    kind: str,
    currency: str,
    amount: int,
    description: str,
    created: int,
    end: int,
    order: int | None,
) -> tuple[Any, ...]:
    fees = (FEE_AMOUNTS[currency], FEE_RATE, FEE_TAX_RATE) if kind == "order" else (0, 0, 0)
    if kind == "instalment":
        fees = (0, FEE_RATE, FEE_TAX_RATE)
    total = total_after_fees(amount, *fees)
    transaction_id = f"{dice.getrandbits(128):032x}"
    paid = payout_of(created, currency, end)
    return (merchant, transaction_id, kind, currency, amount, *fees, total, description, created, paid, order)


def payout_of(created: int, currency: str, end: int) -> int | None:
    """The payout of its currency two days later at the earliest, shared by all rows of that week; none yet if later."""
    week = -(-(created + 2 * clock.DAY - PAYOUT_DAY) // WEEK)
    paid = week * WEEK + PAYOUT_DAY + 214_566 + tuple(seed_orders.CURRENCIES).index(currency)
    return paid if paid <= end else None


def _hooks(dice: Random, merchant: int, end: int) -> Iterator[tuple[Any, ...]]:
    """Used and unused, paused, failing and unreachable ones."""
    both, order, transaction = (["order", "transaction"], ["order"], ["transaction"])
    hooks: tuple[tuple[bool, list[str], str, int | None, str], ...] = (
        (True, order, "https://www.example.ae/hooks", 200, "success"),
        (True, transaction, "https://erp.example.ae/postpay/settlements", 500, "failure"),
        (False, both, "https://old.example.ae/hooks?shop=1", 404, "failure"),
        (True, both, "https://hooks.example.ae/new", None, "unused"),
        (False, order, "https://متجر.example/خطاف", None, "unused"),
        (True, transaction, "https://down.example.ae/<script>alert(1)</script>?a=1&b=2", None, "failure"),
    )
    for number, (active, events, url, code, status) in enumerate(hooks):
        created = (end - (number + 1) * 97 * clock.DAY) // clock.SECOND * clock.SECOND
        hook_id, secret = f"{dice.getrandbits(128):032x}", f"{dice.getrandbits(128):032x}"
        modified = created + number * clock.DAY
        yield (merchant, hook_id, active, json.dumps(events), url, secret, code, status, created, modified)
