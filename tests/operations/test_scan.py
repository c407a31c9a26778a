"""A scan for refunds that a restored copy does not know, at a provider whose rows are odd."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from tests.provider import Provider, provider_of
from webapp.emulators.postpay.server import Sandbox

from .test_reconcile import reconcile


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    provider = provider_of(sandbox)
    provider.order()
    return provider


def test_a_scan_names_the_refund_of_nobody_knows_which_order(app: Flask, provider: Provider) -> None:
    """Passed over, it would be called compared."""
    provider.refund_outside("order-01", 500, "bo-" + "0" * 32)
    (odd,) = [row for row in provider.rows() if row["type"] == "refund"]
    body = json.dumps({"count": 1, "next": None, "previous": None, "results": [{**odd, "order": {}}]})
    provider.fault("malformed", method="GET", path="/transactions*", times=99, body=body, applied="before")
    code, said = reconcile(app, "--scan", "30")
    assert code == 3
    assert f"so not every refund was compared: list_transactions (GET): 200 a row, {odd['id']}: order" in said
