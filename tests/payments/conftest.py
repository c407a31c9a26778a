"""One captured order of AED 814.80, and the agent in front of its refund form."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.browser import Browser
from tests.provider import Provider, provider_of
from webapp.emulators.postpay.server import Sandbox

from .approvals import ask, of_long_standing

FORM = "/demo/orders/order-01/refund"


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    provider = provider_of(sandbox)
    provider.order()
    return provider


@pytest.fixture
def asked(alice: Browser, provider: Provider, app: Flask) -> str:
    """A refund of AED 1,500.00 that waits for a second person; returns the address of its request."""
    of_long_standing(app)
    provider.order("big", total=500000)
    ask(alice, "1500")
    alice.follow("See the request")
    return alice.address


def fill_in(browser: Browser, amount: str = "120.50", **fields: object) -> None:
    """Opens the form, types an amount, and goes on to the review."""
    browser.open(FORM)
    browser.submit("Continue", **{"part": "part", "amount": amount, "reason": "returned", "note": "", **fields})


def refund(browser: Browser, amount: str = "120.50", **fields: object) -> None:
    """The whole way: form, review, the button that names the act."""
    fill_in(browser, amount, **fields)
    browser.submit("Refund AED")
