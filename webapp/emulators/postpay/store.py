"""The provider's tables in SQLite, and the indexes and functions that its filters need."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from webapp.emulators.kit.store import Schema, Store

from .expressions import Matcher

# Seconds since 1970 rounded down, also before 1970 where integer division would round up.
_SECONDS = "(({0} - CASE WHEN {0} < 0 THEN 999999 ELSE 0 END) / 1000000)"
_PARTS = {"month": "%m", "day": "%d", "hour": "%H", "week_day": "%w"}


def _parts_of(column: str) -> str:
    """Generated columns of the date parts the API filters by; week days run from 1 (Sunday) to 7."""
    lines = []
    for part, code in _PARTS.items():
        value = f"CAST(strftime('{code}', {_SECONDS.format(column)}, 'unixepoch') AS INTEGER)"
        lines.append(f"{column}_{part} INTEGER AS ({value}{' + 1' if part == 'week_day' else ''}) STORED")
    return ",\n  ".join(lines)


TABLES = f"""
CREATE TABLE IF NOT EXISTS merchants (key INTEGER PRIMARY KEY, merchant_id TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS orders (
  key INTEGER PRIMARY KEY, merchant INTEGER NOT NULL, order_id TEXT NOT NULL, status TEXT NOT NULL,
  status_changed INTEGER NOT NULL, total_amount INTEGER NOT NULL, tax_amount INTEGER NOT NULL,
  currency TEXT NOT NULL, created INTEGER NOT NULL, on_capture TEXT NOT NULL DEFAULT 'accept',
  {_parts_of("created")},
  UNIQUE (merchant, order_id));
CREATE TABLE IF NOT EXISTS order_details (order_key INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS refunds (
  key INTEGER PRIMARY KEY, order_key INTEGER NOT NULL, refund_id TEXT NOT NULL, amount INTEGER NOT NULL,
  "full" INTEGER NOT NULL, description TEXT, created INTEGER NOT NULL,
  {_parts_of("created")},
  UNIQUE (order_key, refund_id));
CREATE TABLE IF NOT EXISTS transactions (
  key INTEGER PRIMARY KEY, merchant INTEGER NOT NULL, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
  currency TEXT NOT NULL, amount INTEGER NOT NULL, fee_amount INTEGER NOT NULL, fee_rate INTEGER NOT NULL,
  fee_tax_rate INTEGER NOT NULL, total_amount INTEGER NOT NULL, description TEXT NOT NULL,
  created INTEGER NOT NULL, paid INTEGER, order_key INTEGER,
  {_parts_of("created")},
  {_parts_of("paid")});
CREATE TABLE IF NOT EXISTS hooks (
  key INTEGER PRIMARY KEY, merchant INTEGER NOT NULL, id TEXT NOT NULL UNIQUE, active INTEGER NOT NULL,
  events TEXT NOT NULL, url TEXT NOT NULL, secret TEXT NOT NULL, last_code INTEGER, last_status TEXT NOT NULL,
  created INTEGER NOT NULL, modified INTEGER NOT NULL,
  {_parts_of("created")});
CREATE TABLE IF NOT EXISTS checkouts (
  token TEXT PRIMARY KEY, order_key INTEGER NOT NULL, expires INTEGER NOT NULL, outcome TEXT,
  confirmation_url TEXT NOT NULL, cancel_url TEXT NOT NULL);
"""

# Each list index holds all columns that can be filtered by, so that counting and skipping never touch a table.
_CREATED = "created_month, created_day, created_hour, created_week_day"
_BOTH = f"{_CREATED}, paid_month, paid_day, paid_hour, paid_week_day"
INDEXES = {
    "orders_by_created": f"orders (merchant, created, key, status, currency, total_amount, {_CREATED})",
    "orders_by_amount": f"orders (merchant, total_amount, key, status, currency, created, {_CREATED})",
    "refunds_by_created": "refunds (order_key, created, key)",
    "transactions_by_created": f"transactions (merchant, created, key, type, currency, amount, paid, {_BOTH})",
    "transactions_by_amount": f"transactions (merchant, amount, key, type, currency, created, paid, {_BOTH})",
    "transactions_by_paid": f"transactions (merchant, paid, key, type, currency, amount, created, {_BOTH})",
    "transactions_by_order": "transactions (order_key)",
}
DATA_TABLES = ("checkouts", "hooks", "transactions", "refunds", "order_details", "orders")


def open_store(path: Path | str | None = None) -> Store:
    matcher = Matcher()
    functions: dict[str, Callable[..., Any]] = {"text_matches": _text_matches, "expression_matches": matcher.matches}
    store = Store(Schema(TABLES, INDEXES, DATA_TABLES, functions), path)
    store.resources.callback(matcher.close)
    return store


def merchant_key(store: Store, merchant_id: str) -> int:
    """The row of a merchant, made on first sight."""
    sql = "SELECT key FROM merchants WHERE merchant_id = ?"
    found = store.rows(sql, [merchant_id])
    if not found:
        with store.write() as db:
            db.execute("INSERT OR IGNORE INTO merchants (merchant_id) VALUES (?)", (merchant_id,))
        found = store.rows(sql, [merchant_id])
    return int(found[0]["key"])


def _text_matches(value: str | None, lookup: str, needle: str) -> bool:
    """Contains, startswith and endswith of Python; with a leading `i` without regard to case, beyond ASCII too."""
    if value is None:
        return False
    if lookup[0] == "i":
        value, needle, lookup = value.casefold(), needle.casefold(), lookup[1:]
    if lookup == "contains":
        return needle in value
    return value.startswith(needle) if lookup == "startswith" else value.endswith(needle)
