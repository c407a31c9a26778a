"""The list of orders as a file: all of what the screen shows, in its order, whatever happens meanwhile."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.browser import Browser
from tests.provider import Provider, provider_of
from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET
from webapp.emulators.postpay.server import Sandbox
from webapp.jobs import work_once

from .files import entries, fetch, make

MANY = 2000


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(orders=MANY, seed=3, credentials=[(EMBEDDED_MERCHANT, EMBEDDED_SECRET)]) as running:
        yield running


def on_screen(browser: Browser, address: str) -> list[str]:
    """The ids of the list, page after page, read off its source: parsing every page takes long."""
    ids: list[str] = []
    for number in range(1, 100):
        page = f"{address}{'&' if '?' in address else '?'}page_size=50&page={number}"
        source = browser.client.get(page).get_data(as_text=True)
        ids += map(html.unescape, re.findall(r'<a class="mono" href="[^"]+"><bdi>([^<]+)</bdi>', source))
        if 'rel="next"' not in source:
            break
    return ids


@pytest.mark.parametrize(
    "address",
    ["/demo/orders?status=captured&currency=AED", "/demo/orders?status=approved&ordering=created"],
)
def test_it_holds_what_the_screen_shows_in_its_order(farah: Browser, address: str) -> None:
    shown = on_screen(farah, address)
    assert len(shown) > 50
    assert make(farah, address).column("Order ID") == shown


def test_largest_first_is_largest_first(farah: Browser) -> None:
    file = make(farah, "/demo/orders?currency=AED&ordering=-total_amount")
    totals = [int(total) for total in file.column("Total (minor units)")]
    assert totals == sorted(totals, reverse=True)
    assert set(file.column("Currency")) == {"AED"}


class Busy:
    """A shop in which orders arrive and change while the provider stumbles."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.arrived: list[str] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sell)

    def __enter__(self) -> Busy:
        stumbles = [
            {"kind": "status", "status": 429, "code": "throttled", "retry_after": "0"},
            {"kind": "status", "status": 503},
            {"kind": "drop_before"},
        ]
        self.provider._ask(
            "POST", "/faults", {"method": "GET", "path": "/orders", "mix": stumbles, "rate": 0.12, "seed": 5}
        )
        self._thread.start()
        return self

    def _sell(self) -> None:
        while not self._over.wait(0.02):
            created = datetime.now(UTC).isoformat()
            self.arrived.append(self.provider.order(f"late-{len(self.arrived)}", created=created))

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(10)
        self.stumbles = sum(fault["used"] for fault in self.provider._ask("GET", "/faults")["faults"])
        self.provider.heal()


def test_a_busy_shop_with_a_stumbling_provider_is_exported_whole(app: Flask, farah: Browser, sandbox: Sandbox) -> None:
    shown = on_screen(farah, "/demo/orders")
    provider = provider_of(sandbox)
    farah.open("/demo/orders")
    farah.submit("As CSV")
    address = farah.address
    with Busy(provider) as shop:
        assert work_once(app)
    assert shop.stumbles > 3
    file = fetch(farah, address)
    ids = file.column("Order ID")
    assert shop.arrived, "orders did arrive meanwhile"
    assert ids == shown
    assert file.manifest["rows"] == file.manifest["counted_before"] == file.manifest["counted_after"] == MANY
    assert file.manifest["every_id_once"] is (len(ids) == len(set(ids)))


def test_rows_that_leave_while_it_reads_make_it_read_again(
    app: Flask, farah: Browser, sandbox: Sandbox, between_readings: Callable[[Callable[[], None]], None]
) -> None:
    provider = provider_of(sandbox)
    provider.order("leaves", status="approved")
    farah.open("/demo/orders?status=approved")
    farah.submit("As CSV")
    between_readings(lambda: provider.change("leaves", status="captured"))
    assert work_once(app)
    file = fetch(farah, farah.address)
    assert file.manifest["readings"] == 2
    assert "leaves" not in file.column("Order ID")


def test_what_cannot_be_proved_is_not_offered(
    app: Flask, farah: Browser, sandbox: Sandbox, between_readings: Callable[[Callable[[], None]], None]
) -> None:
    """An order with an old date arrives during each reading: it belongs to the file, and may not be in it."""
    provider, numbers = provider_of(sandbox), iter(range(100))
    old = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    farah.open("/demo/orders?status=denied")
    farah.submit("As CSV")
    address = farah.address
    between_readings(lambda: provider.order(f"old-{next(numbers)}", status="denied", created=old) and None)
    assert work_once(app)
    farah.open(address)
    assert "There is no file" in farah.words
    assert "did not equal Postpay's own count" in farah.words
    assert "different rows were read" in farah.words
    assert not farah.page.find_all("a", download=True)
    assert farah.client.get(f"{address}/file").status_code == 404
    (failed,) = entries(app, "export.failed")
    assert (failed["cause"], failed["outcome"], failed["actor"]) == ("incomplete", "failed", "Farah Finance")


def test_it_is_on_record_from_the_question_to_the_download(app: Flask, farah: Browser, sandbox: Sandbox) -> None:
    provider_of(sandbox).order("jane.canary@private.example", status="denied")
    file = make(farah, "/demo/orders?status=denied&order_id=jane.canary@private.example")
    assert len(file.rows) == 1
    (started,), (finished,) = entries(app, "export.started"), entries(app, "export.finished")
    (downloaded,) = entries(app, "export.downloaded")
    assert {one["actor"] for one in (started, finished, downloaded)} == {"Farah Finance"}
    assert started["request"] == finished["request"] == file.manifest["request_id"]
    assert started["filters"] == "Order ID: typed, not kept; Status: Denied"
    assert (finished["rows"], finished["sha256"]) == (1, file.manifest["sha256"])
    assert downloaded["file"] == file.name
    assert "jane.canary" in " ".join(file.manifest["filters"]), "the owner's own manifest does say it"


def test_its_name_and_manifest_say_whose_what_when_and_where(farah: Browser) -> None:
    file = make(farah, "/demo/orders?status=denied&created=30-days", "xlsx")
    told = file.manifest
    day = told["bound"]["local"][:10]
    assert file.name == f"demo-orders-{day}-Asia-Dubai.xlsx"
    assert told["filters"] == ["Status: Denied", "Created: Last 30 days"]
    assert (told["zone"], told["asked_by"], told["format"]) == ("Asia/Dubai", "Farah Finance", "xlsx")
    assert len(file.cells) == 1 + told["rows"]
