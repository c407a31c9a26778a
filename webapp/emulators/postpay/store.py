"""The sandbox's data in SQLite: one connection behind one lock, so that every rule also holds under concurrency."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
COUNTS_KEPT = 1000
DATA_TABLES = ("checkouts", "hooks", "transactions", "refunds", "order_details", "orders")


class Store:
    """All data of one sandbox; in memory without a path, else in that file and kept over restarts."""

    def __init__(self, path: Path | str | None = None) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA cache_size = -65536")
        self._db.create_function("text_matches", 3, _text_matches, deterministic=True)
        self._matcher = Matcher()
        self._db.create_function("expression_matches", 4, self._matcher.matches)
        self._db.executescript(TABLES)
        self._merchants: dict[str, int] = {}
        self._counts: dict[tuple[str, tuple[Any, ...]], int] = {}
        self.closed = False

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            yield self._db

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction, alone: committed at the end, undone by any error."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            self._counts.clear()

    def rows(self, sql: str, arguments: Iterable[Any] = ()) -> list[sqlite3.Row]:
        with self.read() as db:
            return db.execute(sql, tuple(arguments)).fetchall()

    def count(self, table: str, where: str, values: tuple[Any, ...]) -> int:
        """How many rows there are, remembered until the next write: counting is what long lists spend their time on."""
        sql = f"SELECT count(*) FROM {table} WHERE {where}"  # noqa: S608 - conditions come from the lookups
        with self._lock:
            known = self._counts.get((sql, values))
            if known is None:
                if len(self._counts) >= COUNTS_KEPT:
                    self._counts.clear()
                known = self._counts[sql, values] = int(self._db.execute(sql, values).fetchone()[0])
            return known

    def merchant_key(self, merchant_id: str) -> int:
        """The row of a merchant, made on first sight."""
        with self._lock:
            if merchant_id not in self._merchants:
                with self.write() as db:
                    db.execute("INSERT OR IGNORE INTO merchants (merchant_id) VALUES (?)", (merchant_id,))
                row = self._db.execute("SELECT key FROM merchants WHERE merchant_id = ?", (merchant_id,)).fetchone()
                self._merchants[merchant_id] = int(row["key"])
            return self._merchants[merchant_id]

    def create_indexes(self) -> None:
        with self.write() as db:
            for name, columns in INDEXES.items():
                db.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")
            # Without figures the planner takes "of this merchant" for a narrow condition, which it never is.
            db.execute("ANALYZE")

    def drop_indexes(self) -> None:
        with self.write() as db:
            for name in INDEXES:
                db.execute(f"DROP INDEX IF EXISTS {name}")

    def clear(self) -> None:
        with self.write() as db:
            for table in DATA_TABLES:
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the list above

    def close(self) -> None:
        with self._lock:
            self.closed = True
            self._db.close()
            self._matcher.close()


def insert(db: sqlite3.Connection, table: str, values: dict[str, Any]) -> int:
    """Adds one row and gives its key; column names come from the code, never from a request."""
    columns = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join("?" * len(values))
    cursor = db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values()))  # noqa: S608
    return int(cursor.lastrowid or 0)


def _text_matches(value: str | None, lookup: str, needle: str) -> bool:
    """Contains, startswith and endswith of Python; with a leading `i` without regard to case, beyond ASCII too."""
    if value is None:
        return False
    if lookup[0] == "i":
        value, needle, lookup = value.casefold(), needle.casefold(), lookup[1:]
    if lookup == "contains":
        return needle in value
    return value.startswith(needle) if lookup == "startswith" else value.endswith(needle)
