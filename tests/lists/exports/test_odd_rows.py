"""A file with a row that cannot be read is no file: the page says which row it is, and nothing is called proved."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from tests.browser import Browser
from tests.provider import Provider, provider_of
from webapp.emulators.postpay.server import Sandbox
from webapp.jobs import work_once

from .files import begin, entries

ORDER = {"order_id": "good", "status": "captured", "status_changed": None, "total_amount": 5, "tax_amount": 0,
         "currency": "AED", "created": "2026-05-08T10:53:57Z"}  # fmt: skip
SALE = {"type": "order", "currency": "AED", "amount": 81480, "total_amount": 77525}
REFUND = {"refund_id": "r-1", "amount": 5, "created": "2026-05-08T10:53:57Z"}


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


def tell(provider: Provider, path: str, *rows: dict[str, Any], skip: int = 0) -> None:
    body = {"count": len(rows), "next": None, "previous": None, "results": list(rows)}
    provider.fault("malformed", method="GET", path=path, times=99, skip=skip, body=json.dumps(body), applied="before")


def why_there_is_none(app: Flask, browser: Browser, export: str) -> str:
    """The words of an export that came to nothing."""
    assert work_once(app)
    browser.open(export)
    assert "There is no file" in browser.words
    assert "Download" not in browser.words
    assert browser.client.get(f"{export}/file").status_code == 404
    assert browser.client.get(f"{export}/manifest").status_code == 404
    assert [entry["cause"] for entry in entries(app, "export.failed")][-1] == "bad_row"
    return browser.words


@pytest.mark.parametrize(
    ("field", "value"), [("total_amount", "5"), ("currency", None), ("tax_amount", 1.5), ("status_changed", [])]
)
def test_an_order_is_named(app: Flask, farah: Browser, provider: Provider, field: str, value: object) -> None:
    provider.order()
    export = begin(farah, "/demo/orders")
    tell(provider, "=/orders", ORDER, {**ORDER, "order_id": "odd", field: value})
    words = why_there_is_none(app, farah, export)
    assert f"Order odd cannot be read: its field {field} is not what Postpay documents. Ask Postpay about it." in words
    assert "An export holds every row or there is none, so nothing was written." in words


def test_a_transaction_is_named(app: Flask, farah: Browser, provider: Provider) -> None:
    provider.transaction(**SALE)
    odd = provider.transaction(**SALE)["id"]
    for field, value in (("fee_rate", 2.5), ("amount", 814.8)):
        provider.change_transaction(odd, **{field: value})
        words = why_there_is_none(app, farah, begin(farah, "/demo/settlements"))
        assert f"Transaction {odd} cannot be read: its field {field} is not what Postpay documents." in words
        provider.change_transaction(odd, fee_rate=450, amount=81480)


def test_a_refund_is_named(app: Flask, farah: Browser, provider: Provider) -> None:
    provider.order()
    provider.refund_outside("order-01", 100)
    export = begin(farah, "/demo/orders/order-01")
    tell(provider, "=/orders/order-01/refunds", REFUND, {**REFUND, "refund_id": "r-2", "amount": None}, skip=1)
    words = why_there_is_none(app, farah, export)
    assert "Refund r-2 cannot be read: its field amount is not what Postpay documents." in words
