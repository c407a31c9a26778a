"""Finance at a desk whose provider has settled rows, and a worker that reads them when a test says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask

from tests.browser import Browser
from tests.conftest import PEOPLE
from tests.people import let_in
from tests.provider import Provider, provider_of
from webapp import create_app
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox
from webapp.jobs import work_once

HTMX = {"HX-Request": "true"}
PERIOD = "/demo/payouts?paid=range&paid_from=2026-09-01&paid_to=2026-09-30"
PAID = "2026-09-08T00:00:00.214566Z"
PAYOUT = "/demo/payouts/AED/2026-09-08T000000.214566Z"


TODAY = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _on_a_day_of_its_own() -> Iterator[None]:
    """The months of these tests are written out: what is said of them depends on how long ago they were."""
    with time_machine.travel(TODAY):
        yield


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    """Without transactions."""
    return provider_of(sandbox)


def settled(provider: Provider, paid: str | None = PAID, amount: int = 81480, **fields: Any) -> str:
    """A row of a payout, with the fee of the document's sample if it is a sale. Returns its id."""
    given = {"type": "order", "currency": "AED", "amount": amount, "created": "2026-09-01T10:00:00Z", **fields}
    if given["type"] == "order":
        given = {"fee_amount": 100, "fee_rate": 450, "fee_tax_rate": 500, "total_amount": 77525, **given}
    return str(provider.transaction(**given, paid=paid)["id"])


@pytest.fixture
def read(app: Flask) -> Callable[..., None]:
    """Presses the button of the list and lets the worker read."""

    def read_period(browser: Browser, address: str = PERIOD, button: str = "Sync with Postpay") -> None:
        browser.open(address)
        browser.submit(button)
        assert work_once(app), "there was something to read"
        browser.open(address)

    return read_period


@pytest.fixture
def desk(settings: Settings) -> Callable[..., Browser]:
    """Finance at a desk with other settings, or whose account lives in another zone."""

    def at_desk(time_zone: str = "Asia/Dubai", **changes: Any) -> Browser:
        account = settings.accounts[0].model_copy(update={"time_zone": time_zone})
        app = create_app(settings.model_copy(update={"accounts": (account,), **changes}))
        return let_in(app, PEOPLE["finance"][0])

    return at_desk


def cells(browser: Browser, which: str = "tr:not(.is-total)") -> list[list[str]]:
    """The rows of the list of payouts as people read them, without the blanks that align."""
    found = browser.page.select(f"table.payouts tbody {which}")
    return [[" ".join(cell.get_text(" ").split()) for cell in row.find_all(["td", "th"])] for row in found]
