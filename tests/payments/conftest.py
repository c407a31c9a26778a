"""One captured order of AED 814.80, and the agent in front of its refund form."""

from __future__ import annotations

import pytest

from tests.browser import Browser
from tests.provider import Provider, provider_of
from webapp.emulators.postpay.server import Sandbox

FORM = "/demo/orders/order-01/refund"


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    provider = provider_of(sandbox)
    provider.order()
    return provider


def fill_in(browser: Browser, amount: str = "120.50", **fields: object) -> None:
    """Opens the form, types an amount, and goes on to the review."""
    browser.open(FORM)
    browser.submit("Continue", **{"part": "part", "amount": amount, "reason": "returned", "note": "", **fields})


def refund(browser: Browser, amount: str = "120.50", **fields: object) -> None:
    """The whole way: form, review, the button that names the act."""
    fill_in(browser, amount, **fields)
    browser.submit("Refund AED")
