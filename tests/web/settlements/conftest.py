"""Transactions under names of the tests' own, as the provider gives them ids of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask

from tests.browser import Browser
from tests.conftest import PEOPLE
from tests.people import let_in
from tests.provider import Provider, provider_of
from webapp import create_app
from webapp.core.database import put, writing
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox
from webapp.models.base import now
from webapp.models.ledger import LedgerPeriod, LedgerRow
from webapp.settlement.ledger.periods import period_of
from webapp.settlement.ledger.sums import Adding

SAMPLE = {"fee_amount": 100, "fee_rate": 450, "fee_tax_rate": 500}
"""The document's fee."""


class Settled:
    """The provider's transactions, and which of them a page shows."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.ids: dict[str, str] = {}

    def put(self, name: str, amount: int = 10000, currency: str = "AED", **fields: Any) -> str:
        """Puts a transaction there, a sale without a fee unless said otherwise; gives its id."""
        row = {"type": "order", "currency": currency, "amount": amount, **fields}
        self.ids[name] = self.provider.transaction(**row)["id"]
        return self.ids[name]

    def shown(self, browser: Browser) -> list[str]:
        """The names of the rows on the page, in its order."""
        names = {each: name for name, each in self.ids.items()}
        return [names[str(link["href"]).rsplit("/", 1)[1]] for link in browser.page.select("td.at-start a")]

    def asked(self) -> list[dict[str, str]]:
        """What the desk asked of the list, as parameters."""
        return [dict(parse_qsl(call["query"])) for call in self.calls() if call["path"] == "/transactions"]

    def calls(self) -> list[dict[str, Any]]:
        """Every call of the desk at the provider's API."""
        return [call for call in self.provider.seen() if not call["path"].startswith("/_sandbox")]


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


@pytest.fixture
def settled(provider: Provider) -> Settled:
    return Settled(provider)


@pytest.fixture
def zoned(settings: Settings) -> Callable[[str], Browser]:
    """Somebody of finance at a desk whose account lives in another zone."""

    def in_zone(name: str) -> Browser:
        account = settings.accounts[0].model_copy(update={"time_zone": name})
        return let_in(create_app(settings.model_copy(update={"accounts": (account,)})), PEOPLE["finance"][0])

    return in_zone


def cells(browser: Browser, row: int = 1) -> list[str]:
    """The texts of a row of the list, without what only cards show."""
    found = browser.page.select(f"tbody tr:nth-of-type({row}) td")
    for cell in found:
        for extra in cell.select(".only-card"):
            extra.extract()
    return [" ".join(cell.get_text(" ").split()) for cell in found]


def keep(app: Flask, transaction_id: str, total: int, paid: datetime | None = None, **fields: object) -> None:
    """Puts a row into the ledger, as a reading of its period would."""
    period = period_of(paid, now())
    row = {
        "account": "demo", "transaction_id": transaction_id, "type": "order", "currency": "AED", "amount_minor": 81480,
        "total_minor": total, "fees_minor": 3767, "tax_minor": 188, "created": now(), "paid": paid, "period": period,
        **fields,
    }  # fmt: skip
    with app.app_context(), writing() as session:
        session.add(LedgerRow(**row))
        adding = Adding()
        adding.add(transaction_id, {"fee_minor": None, "fee_rate": None, **row})
        adding.replace(session, "demo", period)
        put(session, LedgerPeriod, account="demo", month=period, generation=1, rows=1, read=now(), checked=now())
