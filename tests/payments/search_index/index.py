"""The index in the words of the tests: orders as the provider tells them go in, ids come out."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text

from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.payments.search_index import store
from webapp.payments.search_index.entry import Entry, entry_of
from webapp.payments.search_index.question import read_question
from webapp.providers.postpay.models import Order, Refund

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def order(order_id: str, *, status: str = "captured", created: datetime = NOON, **details: Any) -> Order:
    """An order of AED 814.80 with whatever details are given, in the provider's shape."""
    told = {
        "order_id": order_id,
        "status": status,
        "total_amount": 81480,
        "currency": "AED",
        "created": created.isoformat(),
        **details,
    }
    return Order.model_validate(told)


def person(first: str = "", last: str = "", *, email: str = "", phone: str = "", city: str = "Dubai") -> dict[str, Any]:
    """Customer and shipping of an order."""
    return {
        "customer": {"email": email, "first_name": first, "last_name": last},
        "shipping": {
            "name": "Express",
            "address": {"first_name": first, "last_name": last, "phone": phone, "city": city, "country": "AE"},
        },
    }


def refund(refund_id: str, amount: int = 100) -> Refund:
    return Refund.model_validate({"refund_id": refund_id, "amount": amount, "created": NOON.isoformat()})


def read(told: Order, refunds: Sequence[Refund] | None = None, *, at: int = 0) -> Entry:
    """The order as read `at` so many seconds after noon."""
    return entry_of(told, refunds, read=NOON + timedelta(seconds=at), region="AE")


class Index:
    """Of the account `demo` unless another is named."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def keep(self, *entries: Entry, account: str = "demo") -> int:
        with writing(lock=store.LOCK) as session:
            return store.keep(session, self.settings, account, entries)

    def find(self, typed: str, *, may_open: bool = True, account: str = "demo") -> list[str]:
        """The ids of what is found, newest first."""
        question = read_question(typed, may_open=may_open, region="AE")
        if question is None:
            return []
        found = store.find(db.session, self.settings, account, question)
        rows = store.open_rows(db.session, self.settings, account, found.ids, question)
        release()
        return [entry.order_id for entry in rows]

    def renew(self, most: int = 100) -> int:
        with writing(lock=store.LOCK) as session:
            return store.renew(session, self.settings, ["demo", "second"], most)

    def raw_tokens(self) -> list[str]:
        """The tokens that the engine's own index still knows; PostgreSQL keeps none beside the row."""
        if not self.settings.database_url.startswith("sqlite"):
            return []
        with sqlite3.connect(self._file) as raw:
            raw.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', 'search_word', 'row')")
            return [row[0] for row in raw.execute("SELECT term FROM temp.vocabulary WHERE doc > 0")]

    def raw_bytes(self) -> bytes:
        """Whatever stands in the database's files, or in its tables as text."""
        release()
        if self.settings.database_url.startswith("sqlite"):
            return b"".join(path.read_bytes() for path in self._file.parent.glob(self._file.name + "*"))
        asked = [text(f"SELECT {name}::text FROM {name}") for name in SEARCH_TABLES]
        rows = (row for one in asked for row in db.session.execute(one).all())
        written = "\n".join(map(str, rows))
        release()
        lines = re.findall(r"\\\\x([0-9a-f]+)", written)
        return written.encode() + b"".join(map(bytes.fromhex, lines))

    @property
    def _file(self) -> Path:
        return Path(make_url(self.settings.database_url).database or "")


SEARCH_TABLES = ("search_key", "search_order", "search_reach", "search_to_read", "search_erased", "search_query")
