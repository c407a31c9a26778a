"""Where rows of a long list wait until all are there: on disk, each id once, given out in order."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import NamedTuple, Self, TypeAlias

BLOCK = 500
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Plain: TypeAlias = str | int | None
"""What a row is made of while it waits: text, whole numbers, moments as microseconds since 1970."""


class StagedRow(NamedTuple):
    """A row as it waits. The smallest `order` comes first, then the smallest `then`."""

    id: str
    order: int
    then: int
    values: list[Plain]


class Staging:
    """A temporary database without a name: gone when it is closed, or when the process dies."""

    arrived: int = 0
    """Rows so far, for the progress; how many different ones there are is counted once, at the end."""

    def __enter__(self) -> Self:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(
            "CREATE TABLE row (id TEXT PRIMARY KEY, sort INTEGER, then_by INTEGER, row TEXT) WITHOUT ROWID"
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def clear(self) -> None:
        """Before the rows are read again."""
        self._db.execute("DELETE FROM row")
        self.arrived = 0

    def add(self, rows: Iterable[StagedRow]) -> None:
        """Keeps rows; of two with one id the later one, for it is the newer reading."""
        lines = [(row.id, row.order, row.then, _encoded(row.values)) for row in rows]
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR REPLACE INTO row VALUES (?, ?, ?, ?)", lines)
        self._db.execute("COMMIT")
        self.arrived += len(lines)

    def __len__(self) -> int:
        count: int = self._db.execute("SELECT count(*) FROM row").fetchone()[0]
        return count

    def in_order(self) -> Iterator[list[list[Plain]]]:
        """All rows in blocks, as the screen sorts them; rows alike in that, by age and then by id."""
        found = self._db.execute("SELECT row FROM row ORDER BY sort, then_by, id")
        while block := found.fetchmany(BLOCK):
            yield [json.loads(line) for (line,) in block]

    def by_id(self) -> Iterator[dict[str, list[Plain]]]:
        """All rows in blocks, each under its id."""
        found = self._db.execute("SELECT id, row FROM row ORDER BY id")
        while block := found.fetchmany(BLOCK):
            yield {name: json.loads(line) for name, line in block}

    def find(self, ids: Sequence[str]) -> dict[str, list[Plain]]:
        """Those of the rows that are there, under their ids; at most BLOCK at a time."""
        places = ",".join("?" * len(ids))
        found = self._db.execute(f"SELECT id, row FROM row WHERE id IN ({places})", list(ids))  # noqa: S608 - question marks
        return {name: json.loads(line) for name, line in found}
