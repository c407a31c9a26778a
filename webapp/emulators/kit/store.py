"""An emulator's data in SQLite: one connection behind one lock, so that every rule also holds under concurrency."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COUNTS_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Schema:
    """Tables as a script, indexes by name, the tables that a reset empties, and functions for SQL by name."""

    tables: str
    indexes: Mapping[str, str]
    emptied: Sequence[str]
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)


class Store:
    """All data of one emulator; in memory without a path, else in that file and kept over restarts."""

    def __init__(self, schema: Schema, path: Path | str | None = None) -> None:
        self._schema = schema
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA cache_size = -65536")
        for name, function in schema.functions.items():
            self._db.create_function(name, -1, function)
        self._db.executescript(schema.tables)
        self._counts: dict[tuple[str, tuple[Any, ...]], int] = {}
        self.closed = False
        self.resources = ExitStack()
        """What is given back when the store closes."""

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
        sql = f"SELECT count(*) FROM {table} WHERE {where}"  # noqa: S608 - conditions come from the code
        with self._lock:
            known = self._counts.get((sql, values))
            if known is None:
                if len(self._counts) >= COUNTS_KEPT:
                    self._counts.clear()
                known = self._counts[sql, values] = int(self._db.execute(sql, values).fetchone()[0])
            return known

    def copy(self) -> Store:
        """All data as it is now, in memory: nothing that is written here afterwards shows there."""
        past = Store(self._schema)
        with self._lock:
            self._db.backup(past._db)
        return past

    def create_indexes(self) -> None:
        with self.write() as db:
            for name, columns in self._schema.indexes.items():
                db.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")
            # Without figures the planner takes "of this account" for a narrow condition, which it never is.
            db.execute("ANALYZE")

    def drop_indexes(self) -> None:
        with self.write() as db:
            for name in self._schema.indexes:
                db.execute(f"DROP INDEX IF EXISTS {name}")

    def clear(self) -> None:
        with self.write() as db:
            for table in self._schema.emptied:
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the schema

    def close(self) -> None:
        with self._lock:
            self.closed = True
            self._db.close()
            self.resources.close()


def insert(db: sqlite3.Connection, table: str, values: dict[str, Any]) -> int:
    """Adds one row and gives its key; column names come from the code, never from a request."""
    columns = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join("?" * len(values))
    cursor = db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values()))  # noqa: S608
    return int(cursor.lastrowid or 0)


def insert_many(db: sqlite3.Connection, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """Adds rows of made-up data; table and columns, separated by commas, come from the code."""
    marks = ", ".join("?" * (columns.count(",") + 1))
    db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608
