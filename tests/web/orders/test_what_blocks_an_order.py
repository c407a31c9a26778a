"""What stands in the way of capturing or refunding, told on the order's page in one sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from tests.browser import Browser
from tests.provider import Provider, provider_of
from webapp.core.database import writing
from webapp.emulators.postpay.server import Sandbox


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


def links(browser: Browser) -> set[str]:
    return {link.get_text(strip=True) for link in browser.page.find("main").find_all("a")}


@pytest.mark.parametrize("person", ["viewer", "auditor", "admin"])
def test_who_only_looks_is_told_who_acts(sign_in: Callable[[str], Browser], provider: Provider, person: str) -> None:
    provider.order()
    browser = sign_in(person)
    browser.open("/demo/orders/order-01")
    assert "agents and finance capture and refund" in browser.words
    assert "Refund" not in links(browser)


def test_what_needs_finance_takes_the_refund_away(alice: Browser, provider: Provider, app: Flask) -> None:
    provider.order()
    alice.open("/demo/orders/order-01/refund")
    alice.submit("Continue", part="part", amount="5", reason="returned")
    provider.fault("drop_before", path="/orders/order-01/refunds")
    alice.submit("Refund AED")
    with app.app_context(), writing() as session:
        session.execute(text("UPDATE intent SET state = 'attention'"))
    alice.open("/demo/orders/order-01")
    assert "needs finance" in alice.words
    assert "Refund" not in links(alice)


def test_an_expired_approval_is_not_offered_for_capture_again(alice: Browser, provider: Provider) -> None:
    provider.order(status="approved", on_capture="expire")
    alice.open("/demo/orders/order-01/capture")
    alice.submit("Capture AED")
    alice.open("/demo/orders/order-01")
    assert "that the approval has expired" in alice.words
    assert "Capture" not in links(alice)
