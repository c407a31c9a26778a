"""Another server of the same API, written from the documents alone: only POSTPAY_BASE_URL changes.

It shares no line with the emulator, and does what the documents leave open in other ways: it writes moments in its own
zone, adds fields, orders rows of one moment by chance, wraps its API in a path, and speaks plain application/json.
"""

from __future__ import annotations

import json
import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.conftest import make_settings
from webapp import create_app
from webapp.core.extensions import db
from webapp.settlement.ledger.payout_id import Naming, PayoutsBy
from webapp.settlement.ledger.payouts import coming, payouts
from webapp.settlement.ledger.periods import COMING, month_of
from webapp.settlement.ledger.sync import Reading

ZONE = timezone(timedelta(hours=4))
START = datetime(2026, 6, 1, tzinfo=UTC)
ROWS = 700
Row = dict[str, Any]

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "": lambda own, asked: own == asked,
    "gt": lambda own, asked: own > asked,
    "gte": lambda own, asked: own >= asked,
    "lt": lambda own, asked: own < asked,
    "lte": lambda own, asked: own <= asked,
}


def settled_rows(seed: int) -> list[Row]:
    """Rows of five months in three currencies, some of them not paid out, many of one moment."""
    chance = random.Random(seed)
    rows = []
    for number in range(ROWS):
        created = START + timedelta(minutes=chance.randrange(0, 150 * 24 * 60, 30))
        paid = created + timedelta(days=chance.randrange(1, 20)) if chance.random() < 0.9 else None
        amount = chance.randrange(1, 500_000)
        is_sale = chance.random() < 0.8
        row = {
            "id": f"tx{number:04}",
            "type": "order" if is_sale else "refund",
            "amount": amount if is_sale else -amount,
        }
        row |= {"currency": chance.choice(("AED", "KWD", "JPY")), "created": created, "paid": paid and day_of(paid)}
        row |= {"fee_amount": 100 * is_sale, "fee_rate": 450 * is_sale, "fee_tax_rate": 500 * is_sale}
        rows.append(row | {"total_amount": row["amount"] - 100 * is_sale})
    return rows


def day_of(moment: datetime) -> datetime:
    return moment.replace(hour=20, minute=15, second=0)


def written(value: object) -> object:
    return value.astimezone(ZONE).isoformat() if isinstance(value, datetime) else value


class AnotherServer(ThreadingHTTPServer):
    """Lists transactions under /merchant/api; filters the payout moment by `payout_name` only."""

    daemon_threads = True

    def __init__(self, rows: list[Row], payout_name: str) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.rows, self.payout_name = rows, payout_name

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/merchant/api"

    def found(self, asked: dict[str, str]) -> list[Row]:
        return [row for row in self.rows if all(self._holds(row, name, text) for name, text in asked.items())]

    def _holds(self, row: Row, key: str, text: str) -> bool:
        name, _, lookup = key.partition("__")
        if name not in (self.payout_name, "created", "id"):
            return True
        own = row["paid" if name == self.payout_name else name]
        if lookup == "isnull":
            return (own is None) is (text == "true")
        if lookup == "in":
            return own in text.split(",")
        if own is None:
            return False
        return COMPARE[lookup](own, datetime.fromisoformat(text) if isinstance(own, datetime) else text)


class Answering(BaseHTTPRequestHandler):
    server: AnotherServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        assert address.path == "/merchant/api/transactions"
        asked = dict(parse_qsl(address.query))
        page, size = int(asked.get("page", "1")), min(int(asked.get("page_size", "20")), 50)
        found = self.server.found(asked)
        random.shuffle(found)
        found.sort(key=lambda row: row["created"], reverse=asked.get("ordering", "-created").startswith("-"))
        rows = found[(page - 1) * size : page * size]
        results = [{name: written(value) for name, value in row.items()} for row in rows]
        self._answer({"count": len(found), "results": [{**row, "order": None, "batch": 7} for row in results]})

    def _answer(self, told: dict[str, object]) -> None:
        body = json.dumps({"links": {}, **told}, indent=1).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(params=["payment", "paid"])
def another(request: pytest.FixtureRequest) -> Iterator[AnotherServer]:
    """A server of the newer document, then one of the older."""
    with AnotherServer(settled_rows(seed=7), request.param) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_another_server_gives_the_same_figures(another: AnotherServer, engine_url: str, tmp_path: Path) -> None:
    app = create_app(make_settings(another.base_url, engine_url, tmp_path))
    account = app.extensions["settings"].accounts[0]
    paid = [row for row in another.rows if row["paid"]]
    with app.app_context():
        reading = Reading(account, lambda rows, counted: None)
        for month in [COMING, *sorted({month_of(row["paid"]) for row in paid})]:
            reading.bring_up_to_date(month)
        assert reading.failed == {}
        found = payouts(account, Naming(PayoutsBy.MOMENT, account.zone), START, datetime(2027, 1, 1, tzinfo=UTC))
        shown = {(one.currency, one.paid): (one.figures.count, one.figures.net.minor) for one in found}
        waiting = {one.currency: (one.count, one.net.minor) for one in coming(account).figures}
        db.engine.dispose()
    assert shown == sums_by(paid, lambda row: (row["currency"], row["paid"]))
    assert waiting == sums_by([row for row in another.rows if not row["paid"]], lambda row: row["currency"])


def sums_by(rows: list[Row], key: Callable[[Row], Any]) -> dict[Any, tuple[int, int]]:
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row["total_amount"])
    return {name: (len(totals), sum(totals)) for name, totals in groups.items()}
