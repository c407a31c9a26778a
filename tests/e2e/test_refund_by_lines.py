"""Items of an order are chosen and refunded in a real browser: by keyboard, without scripting, on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.provider import Provider

from .eyes import DESKTOP, PHONE, Eyes

pytestmark = pytest.mark.browser
LONG_NAME = "Desk lamp with a name that is too long for one line of a phone"
FORM = "/demo/orders/order-01/refund"


@pytest.fixture
def provider(provider: Provider) -> Provider:
    provider.order(
        total=8825,
        tax_amount=420,
        items=[
            {"reference": "sku-01", "name": LONG_NAME, "unit_price": 3000, "qty": 2},
            {"reference": "sku-02", "name": "Bulb", "unit_price": 1505, "qty": 1},
        ],
        discounts=[{"code": "ten", "name": "Ten", "amount": 1100}],
        shipping={"id": "express", "name": "Express", "amount": 2000},
    )
    return provider


def test_items_are_chosen_by_keyboard_and_their_sum_follows(eyes: Callable[..., Eyes], provider: Provider) -> None:
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open(FORM)
    page.focus("#line-1")
    page.keyboard.type("1")
    page.locator("#chosen", has_text="The items you chose come to AED 27.29.").wait_for()
    assert page.is_checked("#part-lines"), "typing a number has chosen it"
    assert page.evaluate("document.activeElement.id") == "line-1", "the sum took no focus"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.locator("#chosen", has_text="The items you chose come to AED 47.29.").wait_for()
    page.uncheck("#line-shipping")
    page.locator("#chosen", has_text="AED 27.29").wait_for()
    page.fill("#line-1", "")
    page.locator("#chosen", has_text="No items are chosen yet.").wait_for()
    page.fill("#line-1", "5")
    page.locator("#chosen", has_text="enter a whole number from 0 to 2").wait_for()
    alice.check()


@pytest.mark.parametrize("scripting", [True, False], ids=["scripting", "plain"])
def test_chosen_items_are_refunded_and_not_offered_again(
    eyes: Callable[..., Eyes], provider: Provider, scripting: bool
) -> None:
    alice = eyes(scripting=scripting, viewport=PHONE)
    alice.sign_in("agent")
    alice.open(FORM)
    alice.page.check("#part-lines")
    alice.page.fill("#line-1", "2")
    alice.page.check("#line-shipping")
    alice.page.select_option("#reason", "returned")
    alice.press("Continue")
    alice.page.get_by_text("Review the refund").first.wait_for()
    alice.sees("2 × Desk lamp")
    alice.press("Back")
    alice.page.locator("#line-1").wait_for()
    assert alice.page.input_value("#line-1") == "2"
    alice.press("Continue")
    alice.press("Refund AED")
    alice.sees("2 × sku-01, shipping")
    alice.open(FORM)
    assert alice.page.locator(".refund-lines input").count() == 1
    assert alice.page.locator(".refund-lines .st", has_text="Refunded").count() == 2
    alice.open("/demo/orders/order-01")
    assert "2 × Desk lamp" in alice.page.locator(".timeline").inner_text()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_form_errors_and_review_are_for_everybody(
    eyes: Callable[..., Eyes], provider: Provider, viewport: dict[str, int]
) -> None:
    alice = eyes(viewport=viewport)
    alice.sign_in("agent")
    page = alice.open(FORM)
    alice.check()
    alice.check_in_the_dark()
    page.fill("#line-1", "3")
    page.select_option("#reason", "returned")
    alice.press("Continue")
    page.locator(".error-summary").get_by_role("link", name="enter a whole number from 0 to 2").click()
    assert page.evaluate("document.activeElement.id") == "line-1"
    alice.check()
    page.fill("#line-1", "1")
    alice.press("Continue")
    alice.page.get_by_text("Review the refund").first.wait_for()
    alice.check()
    alice.check_in_the_dark()
