"""The search index at size: `python -m tests.bench.search_index --orders 1000000 --url postgresql://…`.

Orders are made up with names as uneven as real ones. Told are bytes an order, and how long one and three words take.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, make_url, text

from tests.conftest import make_settings
from tests.postgres import migrate
from webapp.core import database
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.flask_config import flask_config
from webapp.core.settings import Settings
from webapp.models.search import SearchOrder
from webapp.payments.search_index import store
from webapp.payments.search_index.entry import Entry, Item, RefundState
from webapp.payments.search_index.keys import spelled_all, writing_keys
from webapp.payments.search_index.question import read_question

from .goals import percentile

BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
STEP = timedelta(seconds=30)
BATCH = 5000
ASKED = 200
CITIES = ("Dubai", "Abu Dhabi", "Sharjah", "Al Ain", "Ajman", "Riyadh", "Jeddah", "Kuwait City")
WARES = ("abaya", "perfume", "shirt", "shoes", "watch", "lamp", "rug", "phone", "case", "scarf", "dress", "bag")
COLOURS = ("black", "white", "blue", "red", "green", "sand", "silver", "gold")


class Shop:
    """Makes up orders: of 3,000 first and 20,000 last names few are common, by Zipf's rule."""

    def __init__(self, seed: int = 1) -> None:
        self.dice = random.Random(seed)
        self.first, self.last = self._names(3000), self._names(20_000)
        self.first_weights = [1 / (rank + 3) for rank in range(len(self.first))]
        self.last_weights = [1 / (rank + 10) for rank in range(len(self.last))]

    def _names(self, count: int) -> list[str]:
        syllables = [f"{one}{two}" for one in "bdfhjklmnrstyz" for two in ("a", "e", "i", "o", "u", "al", "an", "ar")]
        return ["".join(self.dice.choices(syllables, k=self.dice.choice((2, 3, 3, 4)))).title() for _ in range(count)]

    def orders(self, count: int) -> Iterator[Entry]:
        people = zip(
            self.dice.choices(self.first, self.first_weights, k=count),
            self.dice.choices(self.last, self.last_weights, k=count),
            strict=True,
        )
        for number, (first, last) in enumerate(people):
            yield self._order(number, first, last)

    def _order(self, number: int, first: str, last: str) -> Entry:
        dice, created = self.dice, BEGAN + number * STEP
        items = tuple(
            Item(f"SKU-{dice.randrange(5000):05}", f"{dice.choice(COLOURS)} {dice.choice(WARES)}, size {size}", 1)
            for size in dice.sample(range(36, 46), k=dice.choice((1, 1, 2)))
        )
        local = f"{first}.{last}{dice.randrange(100)}".lower()
        return Entry(
            f"ORDER-{1_000_000 + number}", created, created, (f"{first} {last}",),
            (f"{local}@{dice.choice(('gmail.com', 'hotmail.com', 'shop.example'))}",),
            (f"9715{dice.randrange(10**8):08}",), (dice.choice(CITIES),), items,
            (f"EID-{dice.randrange(20)}",) if dice.random() < 0.3 else (),
            (f"refund-{number}",) if dice.random() < 0.1 else (), RefundState.NONE,
        )  # fmt: skip


def fill(settings: Settings, orders: Iterator[Entry]) -> int:
    """Writes the orders as the store does, many at once; returns how many tokens an order has."""
    batch: list[Entry] = []
    tokens = count = 0
    for entry in orders:
        batch.append(entry)
        if len(batch) == BATCH:
            tokens, count, batch = tokens + _write(settings, batch), count + BATCH, []
    if batch:
        tokens, count = tokens + _write(settings, batch), count + len(batch)
    return round(tokens / count)


def _write(settings: Settings, entries: Sequence[Entry]) -> int:
    with writing(lock=store.LOCK) as session:
        key = writing_keys(session, settings).current
        rows = [
            {"id": row_id, "key_id": key.id, "tokens": key.tokens("demo", entry),
             "line": key.seal_line("demo", row_id, entry)}
            for entry in entries for row_id in [store.first_id(entry.created)]
        ]  # fmt: skip
        session.execute(insert(SearchOrder), rows)
        if session.get_bind().dialect.name == "sqlite":
            words = [{"id": row["id"], "tokens": spelled_all(row["tokens"])} for row in rows]
            session.execute(store._SQLITE_ADD, words)
    return sum(len(row["tokens"]) for row in rows)


def ask(settings: Settings, typed: str) -> tuple[float, int]:
    """How many milliseconds a search takes with its first page, and how much it finds."""
    began = time.perf_counter()
    question = read_question(typed, may_open=True, region="AE")
    assert question is not None
    found = store.find(db.session, settings, "demo", question)
    store.open_rows(db.session, settings, "demo", found.ids[:20], question)
    release()
    return (time.perf_counter() - began) * 1000, len(found.ids)


def questions(count: int) -> dict[str, list[str]]:
    """One word and three, of orders that are there, rare and common ones."""
    sample = list(Shop(seed=1).orders(count))[:: max(1, count // ASKED)]
    one = [
        word
        for entry in sample
        for first, last in [entry.names[0].split()]
        for word in [random.Random(entry.order_id).choice(
            [first, last, first[:3], entry.emails[0], entry.phones[0][-4:], entry.order_id, entry.cities[0], "abaya"]
        )]
    ]  # fmt: skip
    three = [
        f"{entry.names[0]} {random.Random(entry.order_id).choice([entry.cities[0], entry.items[0].name.split()[0]])}"
        for entry in sample
    ]
    return {"one word": one, "three words": three, "common ones": ["dubai abaya black", "size 40 gmail", "order"] * 10}


def size(settings: Settings) -> int:
    """Bytes of the index on disk."""
    if not settings.database_url.startswith("sqlite"):
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE search_order"))
        return int(db.session.scalar(text("SELECT pg_total_relation_size('search_order')")) or 0)
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    release()
    return Path(make_url(settings.database_url).database or "").stat().st_size


def measure(url: str, var: Path, count: int) -> None:
    settings = make_settings("http://127.0.0.1:1", url, var)
    migrate(url)
    app = Flask("bench")
    app.config.from_mapping(flask_config(settings))
    database.init_app(app, settings)
    with app.app_context():
        empty, began = size(settings), time.perf_counter()
        tokens = fill(settings, Shop(seed=1).orders(count))
        seconds = time.perf_counter() - began
        each = (size(settings) - empty) / count
        print(f"{count:,} orders of {tokens} tokens: {each:.0f} bytes each, written in {seconds:.0f} s")
        for name, asked in questions(count).items():
            times = [ask(settings, typed)[0] for typed in asked]
            print(f"{name}: p50 {percentile(times, 0.5):.1f} ms, p95 {percentile(times, 0.95):.1f} ms")
        db.session.close()
        db.engine.dispose()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--orders", type=int, default=100_000)
    arguments.add_argument("--url", help="an empty database; a SQLite file of its own without")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as var:
        measure(given.url or f"sqlite:///{var}/desk.sqlite3", Path(var), given.orders)


if __name__ == "__main__":
    main()
