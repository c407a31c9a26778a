"""Open pages follow what a colleague does, and leave alone what somebody is typing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.provider import Provider

from .eyes import Eyes

pytestmark = pytest.mark.browser


def look(page: Page) -> None:
    """The page asks when somebody turns to it."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def refund(eyes: Eyes, order_id: str, amount: str) -> None:
    page = eyes.open(f"/demo/orders/{order_id}/refund")
    page.get_by_label("An amount").check()
    page.get_by_label("Amount", exact=True).fill(amount)
    page.get_by_label("Reason").select_option("returned")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Refund AED").click()
    page.get_by_text("Refunded AED").first.wait_for()


def test_an_orders_page_follows_a_colleague(eyes: Callable[..., Eyes], provider: Provider) -> None:
    provider.order("order-01", total=81480)
    alice, farah = eyes(), eyes()
    alice.sign_in("agent")
    farah.sign_in("finance")
    page = alice.open("/demo/orders/order-01")
    page.locator("#order-money", has_text="814.80").wait_for()
    refund(farah, "order-01", "120.50")
    look(page)
    page.locator("#order-money", has_text="694.30").wait_for()
    page.locator("#subheading", has_text="Partly refunded").wait_for()
    page.locator("#announcements", has_text="The page has been updated").wait_for(state="attached")
    alice.check()


def test_what_somebody_types_stays(eyes: Callable[..., Eyes], provider: Provider) -> None:
    provider.order("order-01", total=81480, status="approved")
    alice, farah = eyes(), eyes()
    alice.sign_in("agent")
    farah.sign_in("finance")
    page = alice.open("/demo/orders")
    page.get_by_label("Total from").fill("5")
    farah.open("/demo/orders/order-01/capture").get_by_role("button", name="Capture AED").click()
    farah.page.get_by_text("Captured AED").first.wait_for()
    look(page)
    page.locator("#results tbody", has_text="Captured").wait_for()
    assert page.get_by_label("Total from").input_value() == "5"
    alice.check()
