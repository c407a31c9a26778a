"""A form outlives Back, a reload, and the end of its session, of which the page warns."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.access.records import Records
from tests.conftest import PASSWORD, PEOPLE
from tests.provider import Provider

from .eyes import Eyes

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripting", [True, False], ids=["scripting", "plain"])
def test_back_and_reload_of_the_review(eyes: Callable[..., Eyes], provider: Provider, scripting: bool) -> None:
    provider.order()
    alice = eyes(scripting=scripting)
    alice.sign_in("agent")
    page = alice.open("/demo/orders/order-01/refund")
    page.check("#part-part")
    page.fill("#amount", "12.50")
    page.select_option("#reason", "returned")
    page.fill("#note", "Box was wet")
    alice.press("Continue")
    alice.sees("Review the refund")
    page.reload()
    alice.sees("Review the refund")
    assert "12.50" not in page.url
    page.go_back()
    page.locator("#amount").wait_for()
    assert (page.input_value("#amount"), page.input_value("#note")) == ("12.50", "Box was wet")
    page.go_forward()
    alice.sees("Review the refund")
    alice.press("Refund AED")
    alice.sees("Refunded AED 12.50")
    page.reload()
    alice.sees("Refunded AED 12.50")
    page.go_back()
    page.locator("#amount").wait_for()
    assert page.input_value("#amount") == ""
    assert len(provider.refunds("order-01")) == 1


@pytest.mark.parametrize("scripting", [True, False], ids=["scripting", "plain"])
def test_the_cookies_are_cleared(eyes: Callable[..., Eyes], provider: Provider, scripting: bool) -> None:
    provider.order()
    alice = eyes(scripting=scripting)
    alice.sign_in("agent")
    page = alice.open("/demo/orders/order-01/refund")
    page.check("#part-whole")
    page.select_option("#reason", "returned")
    page.fill("#note", "Half a sentence")
    alice.context.clear_cookies()
    alice.press("Continue")
    page.get_by_text("What you typed is still here").wait_for()
    if scripting:
        alice.check()
    page.fill("#email", PEOPLE["agent"][0])
    page.fill("#password", PASSWORD)
    alice.press("Sign in")
    alice.sees("Half a sentence")
    alice.press("Continue with this")
    alice.sees("Review the refund")
    alice.sees("Half a sentence")


def test_the_end_of_the_session_is_told_and_can_be_put_off(
    eyes: Callable[..., Eyes], provider: Provider, app: Flask
) -> None:
    provider.order()
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open("/demo/orders/order-01/refund")
    page.fill("#note", "Half a sentence")
    notice = page.locator("#session-end")
    assert not notice.is_visible()
    be_idle(app, 13)
    look(page)
    notice.get_by_text("You will be signed out in 2 minutes").wait_for()
    page.locator("#announcements", has_text="You will be signed out in 2 minutes").wait_for(state="attached")
    alice.check()
    notice.get_by_role("button", name="Stay signed in").click()
    notice.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.id") == "main"
    assert page.input_value("#note") == "Half a sentence"
    be_idle(app, 16)
    look(page)
    notice.get_by_text("You are signed out. What you have typed is still on this page").wait_for()
    alice.check()
    with alice.context.expect_page() as opened:
        notice.get_by_role("link", name="Sign in").click()
    other = opened.value
    other.fill("#password", PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url("**/demo/orders")
    page.select_option("#reason", "returned")
    page.check("#part-whole")
    alice.press("Continue")
    alice.sees("This form is out of date")
    alice.sees("Half a sentence")
    alice.check()
    alice.press("Try again with what you typed")
    alice.sees("Review the refund")
    alice.sees("Half a sentence")


def be_idle(app: Flask, minutes: int) -> None:
    """As if nothing had come from the person for so long."""

    def wind() -> None:
        statement = "UPDATE staff_session SET last_seen = datetime('now', :ago) WHERE ended IS NULL"
        Records(app).change(statement, ago=f"-{minutes} minutes")

    with ThreadPoolExecutor(1) as pool:
        pool.submit(wind).result()


def look(page: Page) -> None:
    """The page asks how long the session lasts, as it does by itself when the time has come."""
    page.evaluate("document.getElementById('session-end').dispatchEvent(new Event('look'))")
