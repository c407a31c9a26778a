"""While Postpay does not answer: what was read before says how old it is, and nothing can be done with it (R18)."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.browser import Browser
from tests.provider import provider_of
from webapp.emulators.postpay.server import Sandbox
from webapp.jobs import work_once

PAYOUTS = "/demo/payouts?paid=range&paid_from=2026-09-01&paid_to=2026-09-30"
ACTS = ("Capture", "Refund", "Continue", "Save", "Pause", "Delete")
HARMLESS = {"/demo/payouts/read", "/demo/exports"}
"""What would read again what is old, or write it into a file that says as of when it is."""
READ_NOW = [
    "/demo/orders",
    "/demo/awaiting-capture",
    "/demo/orders/order-01",
    "/demo/orders/order-01/refund",
    "/demo/orders/order-02/capture",
    "/demo/orders/order-01/peek",
    "/demo/settlements",
    "/demo/settlements/tr-01",
    "/demo/hooks",
]


@pytest.fixture
def cut_off(app: Flask, sandbox: Sandbox, farah: Browser) -> Browser:
    """Finance, who has read a month of payouts and looked at an order before."""
    provider = provider_of(sandbox)
    provider.order("order-01")
    provider.order("order-02", status="approved")
    moments = {"created": "2026-09-01T10:00:00Z", "paid": "2026-09-08T00:00:00Z"}
    provider.transaction(type="refund", currency="AED", amount=-500, **moments)
    farah.open("/demo/orders/order-01")
    assert "Refund" in farah.words
    farah.open(PAYOUTS)
    farah.submit("Sync with Postpay")
    assert work_once(app)
    sandbox.stop()
    return farah


def offered(browser: Browser) -> set[str]:
    """Where the page's forms and links lead that would do something."""
    main = browser.page.find("main") or browser.page
    forms = {str(form["action"]) for form in main.select("form[method=post]")} - HARMLESS
    return forms | {str(link["href"]) for link in main.select("a[href]") if link.get_text(strip=True).startswith(ACTS)}


@pytest.mark.requirement("R18")
def test_what_must_be_read_now_is_not_shown_from_before_and_offers_nothing(cut_off: Browser) -> None:
    for address in READ_NOW:
        cut_off.open(address)
        assert cut_off.status in (502, 503), address
        assert "Postpay" in cut_off.words
        assert offered(cut_off) == set(), address


@pytest.mark.requirement("R18")
def test_what_the_desk_keeps_says_as_of_when_it_is_and_can_only_be_read_again(cut_off: Browser) -> None:
    cut_off.open(PAYOUTS)
    assert cut_off.status == 200
    assert "As Postpay said on" in cut_off.words
    assert cut_off.page.select_one(".as-of time[datetime]")
    assert offered(cut_off) == set()
