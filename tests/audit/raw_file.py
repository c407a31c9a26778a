"""A finished SQLite log as bytes: copies of it can be damaged and judged, hundreds in a few seconds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from webapp.audit.chain import Keys
from webapp.audit.verify import ChainVerdict, Verifier

from .log import Log


class RawFile:
    """The bytes of a log that nobody writes to any more, and the keys to judge copies of it."""

    def __init__(self, log: Log) -> None:
        log.close()
        with sqlite3.connect(log.path) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        connection.close()
        self.path = log.path.with_name("copy.sqlite3")
        self.engine = create_engine(f"sqlite:///file:{self.path}?mode=ro&uri=true", poolclass=NullPool)
        self.bytes = log.path.read_bytes()
        self.keys = Keys.of(log.settings)
        self.contents = self.dump()

    def judge(self, damaged: bytes | None = None) -> ChainVerdict:
        """The verdict on the bytes, without an anchor."""
        self.path.write_bytes(self.bytes if damaged is None else damaged)
        with self.engine.connect() as connection:
            return Verifier(connection, self.keys).verdict()

    def dump(self) -> list[tuple[object, ...]] | str:
        """All that SQLite reads from the copy's table."""
        if not self.path.exists():
            self.path.write_bytes(self.bytes)
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        try:
            return connection.execute("SELECT * FROM audit_entry ORDER BY seq").fetchall()
        except sqlite3.DatabaseError as error:
            return str(error)
        finally:
            connection.close()

    def cells(self) -> Iterator[tuple[int, int, int]]:
        """Each entry's first and last byte (excluded) in the file, and its number; no entry needs a second page."""
        connection = sqlite3.connect(self.path)
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'audit_entry'").fetchone()[0]
        connection.close()
        todo = [root]
        while todo:
            start = (todo.pop() - 1) * size
            page = self.bytes[start : start + size]
            is_leaf = page[0] == 13
            count = int.from_bytes(page[3:5], "big")
            first = 8 if is_leaf else 12
            offsets = [int.from_bytes(page[first + 2 * i :][:2], "big") for i in range(count)]
            if is_leaf:
                yield from (_cell(page, at, start) for at in offsets)
            else:
                todo += [int.from_bytes(page[at : at + 4], "big") for at in offsets] + [
                    int.from_bytes(page[8:12], "big")
                ]


def _cell(page: bytes, at: int, start: int) -> tuple[int, int, int]:
    length, after_length = _varint(page, at)
    seq, payload = _varint(page, after_length)
    return start + at, start + payload + length, seq


def _varint(page: bytes, at: int) -> tuple[int, int]:
    """SQLite's variable-length number: its value, and where the next thing starts."""
    value = 0
    while True:
        value = value << 7 | page[at] & 0x7F
        at += 1
        if page[at - 1] < 0x80:
            return value, at
