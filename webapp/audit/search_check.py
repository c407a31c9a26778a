"""The search index against the entries: every word of every entry, at its place, and nothing else.

SQLite keeps the index in tables of its own, which whoever owns the file can edit. The words that the entries should
have are made by an index of the same kind, a bucket of entries at a time; of both the words are added up by bucket, as
keyed digests, so that nobody can make other words with the same sum. Where sums differ it is looked for the entries.
PostgreSQL keeps the words in a column of the entry, which is compared with what it is made of.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from webapp.core import audit_shape

from .breaks import Breaks, is_damage
from .rows import COLUMNS, PAGE, SEQ, Row
from .search import facets_of

CHANGED = "the search does not find this entry by its words: its index was changed"
MOST_BUCKETS = 50
"""Buckets in which it is looked for the very entries."""
_TWIN = "CREATE VIRTUAL TABLE audit_search USING fts5(words, facets, content='', columnsize=0, tokenize='unicode61')"
_TOKENS = "CREATE VIRTUAL TABLE temp.tokens USING fts5vocab(main, audit_search, instance)"
_SPELLED = (
    "SELECT doc, :salt || term || ' ' || (doc << 24 | \"offset\" << 1 | (col = 'facets')) FROM tokens"
    " WHERE doc BETWEEN :first AND :last"
)

Sums = Mapping[int, int]


class SearchCheck:
    """What the index should hold, gathered entry by entry, and the comparison."""

    def __init__(self, connection: Connection, breaks: Breaks, start: int) -> None:
        self.connection = connection
        self.breaks = breaks
        self.start = start
        self.is_sqlite = connection.dialect.name == "sqlite"
        self._twin = _twin() if self.is_sqlite else None
        self._salt = secrets.token_hex(8)
        self._expected: dict[int, int] = {}
        self._bucket: list[Row] = []

    def expect(self, row: Row) -> None:
        """An entry whose words the index should hold; they come in the order of their numbers."""
        if self._bucket and self._bucket[0]["seq"] // PAGE != row["seq"] // PAGE:
            self._add_up()
        if self.is_sqlite:
            self._bucket.append(row)

    def check(self, last_seq: int) -> None:
        """Tells of each entry that the search does not find as it is. Call it when all entries were expected."""
        try:
            if self.is_sqlite:
                self._check_sqlite(last_seq)
            else:
                self._check_postgresql(last_seq)
        except (DBAPIError, sqlite3.DatabaseError) as error:
            if isinstance(error, DBAPIError) and not is_damage(error):
                raise
            self.breaks.add("search", None, "the search does not work: its index is gone or damaged")

    def _add_up(self) -> None:
        number = self._bucket[0]["seq"] // PAGE
        self._expected[number] = sum(self._words_of(self._bucket).values())
        self._bucket = []

    def _words_of(self, rows: Iterable[Row]) -> Sums:
        """By entry, what its words add up to, as an index of the same kind makes them."""
        assert self._twin is not None  # noqa: S101 - only asked on SQLite
        told = [(row["seq"], _words(row), _facets(row)) for row in rows]
        self._twin.executemany("INSERT INTO audit_search (rowid, words, facets) VALUES (?, ?, ?)", told)
        sums = _sums(self._twin, self._salt, 0, 2**38, size=1)
        self._twin.execute("INSERT INTO audit_search (audit_search) VALUES ('delete-all')")
        return sums

    def _check_sqlite(self, last_seq: int) -> None:
        if self._bucket:
            self._add_up()
        path = self.connection.execute(text("PRAGMA database_list")).first()
        with closing(sqlite3.connect(f"file:{path.file if path else ''}?mode=ro", uri=True)) as index:
            index.execute(_TOKENS)
            found = _sums(index, self._salt, self.start, last_seq, size=PAGE)
            differ = sorted(n for n in {*found, *self._expected} if found.get(n) != self._expected.get(n))
            for number in differ[:MOST_BUCKETS]:
                self._look_into(index, number, last_seq)
        if len(differ) > MOST_BUCKETS:
            self.breaks.add("search", differ[MOST_BUCKETS] * PAGE, CHANGED, last_seq)

    def _look_into(self, index: sqlite3.Connection, number: int, last_seq: int) -> None:
        first, last = max(number * PAGE, self.start), min(number * PAGE + PAGE - 1, last_seq)
        rows = self.connection.execute(select(*COLUMNS).where(SEQ.between(first, last)).order_by(SEQ)).mappings()
        expected = self._words_of([dict(row) for row in rows])
        found = _sums(index, self._salt, first, last, size=1)
        self._tell(seq for seq in sorted({*expected, *found}) if found.get(seq) != expected.get(seq))

    def _check_postgresql(self, last_seq: int) -> None:
        for after in range(self.start - 1, last_seq, PAGE):
            bounds = {"after": after, "last": min(after + PAGE, last_seq)}
            self._tell(self.connection.execute(text(_DIFFERENT), bounds).scalars())

    def _tell(self, seqs: Iterable[int]) -> None:
        """Not of entries that are told of already: their words are another matter."""
        told = [(one.seq, one.last or one.seq) for one in self.breaks if one.seq is not None]
        for seq in seqs:
            if not any(first <= seq <= last for first, last in told):
                self.breaks.add("search", seq, CHANGED)


_DIFFERENT = (
    "SELECT seq FROM audit_entry WHERE seq > :after AND seq <= :last"  # noqa: S608 - a constant
    f" AND search IS DISTINCT FROM ({audit_shape.POSTGRESQL_SEARCH}) ORDER BY seq"
)


def _twin() -> sqlite3.Connection:
    twin = sqlite3.connect(":memory:")
    twin.execute(_TWIN)
    twin.execute(_TOKENS)
    return twin


def _sums(index: sqlite3.Connection, salt: str, first: int, last: int, *, size: int) -> Sums:
    """What the words add up to, by buckets of `size` entries."""
    sums: defaultdict[int, int] = defaultdict(int)
    for doc, spelled in index.execute(_SPELLED, {"salt": salt, "first": first, "last": last}):
        sums[doc // size] += hash(spelled)
    return sums


def _words(row: Row) -> str:
    return " ".join(str(row[name] or "") for name in audit_shape.SEARCHED)


def _facets(row: Mapping[str, Any]) -> str:
    return " ".join(facets_of(row["family"], row["event"], row["outcome"], row["actor_id"], row["account"]))
