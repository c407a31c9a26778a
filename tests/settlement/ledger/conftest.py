"""A desk on each database engine, at a provider of its own, and what a test does with both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import make_settings
from tests.provider import Provider, provider_of
from webapp import create_app
from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.models.ledger import LedgerRow
from webapp.settlement.ledger.collect import Tell
from webapp.settlement.ledger.rates import mark_new_rates
from webapp.settlement.ledger.sync import Reading


class Shop:
    """One account of a desk: what its provider settled, and what the ledger has of it."""

    def __init__(self, app: Flask, provider: Provider) -> None:
        self.app = app
        self.provider = provider
        self.account: Account = app.extensions["settings"].accounts[0]

    def row(self, paid: str | None, amount: int = 81480, **fields: Any) -> dict[str, Any]:
        """A transaction with the fee of the document's sample, paid out at a moment or not yet."""
        given = {"type": "order", "currency": "AED", "amount": amount, "created": "2026-09-01T10:00:00Z", **fields}
        if given["type"] == "order":
            given = {"fee_amount": 100, "fee_rate": 450, "fee_tax_rate": 500, "total_amount": 77525, **given}
        return self.provider.transaction(**given, paid=paid)

    def read(self, *months: str, tell: Tell = lambda rows, counted: None) -> dict[str, str]:
        """Reads these periods one after the other; returns what failed, and why."""
        reading = Reading(self.account, tell)
        for month in months:
            reading.bring_up_to_date(month)
        mark_new_rates(self.account, writing)
        return reading.failed

    def rows(self) -> dict[str, LedgerRow]:
        found = db.session.scalars(select(LedgerRow).execution_options(populate_existing=True))
        rows = {row.transaction_id: row for row in found}
        db.session.rollback()
        return rows


@pytest.fixture
def shop(engine_url: str, sandbox: Sandbox, tmp_path: Path) -> Iterator[Shop]:
    """On SQLite, then on PostgreSQL; at a provider without transactions."""
    app = create_app(make_settings(sandbox.base_url, engine_url, tmp_path))
    with app.app_context():
        yield Shop(app, provider_of(sandbox))
        db.session.close()
        db.engine.dispose()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)
