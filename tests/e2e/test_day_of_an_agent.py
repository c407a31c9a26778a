"""The main job in a real browser, with scripting and without: find, capture, refund, and every way it can end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.provider import Provider

from .eyes import PHONE, Eyes

pytestmark = pytest.mark.browser
SCRIPTING = pytest.mark.parametrize("scripting", [True, False], ids=["scripting", "plain"])


def fill_refund(eyes: Eyes, order_id: str, amount: str) -> None:
    eyes.open(f"/demo/orders/{order_id}/refund")
    eyes.page.check("#part-part")
    eyes.page.fill("#amount", amount)
    eyes.page.select_option("#reason", "returned")
    eyes.press("Continue")


@SCRIPTING
def test_find_by_filters_capture_refund_a_part_and_see_it_in_the_records(
    eyes: Callable[..., Eyes], provider: Provider, scripting: bool
) -> None:
    provider.order("find-me", status="approved", total=81480)
    provider.order("not-me", status="captured", total=500)
    alice = eyes(scripting=scripting)
    alice.sign_in("agent")
    alice.page.get_by_text("Approved", exact=True).first.click()
    alice.press("Apply")
    alice.page.get_by_role("link", name="not-me", exact=True).wait_for(state="detached")
    alice.page.get_by_role("link", name="find-me", exact=True).click()
    alice.page.get_by_role("link", name="Capture", exact=True).first.click()
    alice.press("Capture AED")
    alice.sees("Captured AED 814.80")
    fill_refund(alice, "find-me", "120.50")
    alice.press("Refund AED")
    alice.sees("Refunded AED 120.50")
    alice.open("/demo/orders/find-me")
    assert "Partly refunded" in alice.words()
    assert "694.30" in alice.words()
    assert "Alice Agent" in alice.page.locator(".timeline").inner_text()
    alice.open("/audit")
    assert "find-me" in alice.words()


@SCRIPTING
def test_each_bad_end_is_spoken(eyes: Callable[..., Eyes], provider: Provider, scripting: bool) -> None:
    alice = eyes(scripting=scripting)
    alice.sign_in("agent")
    for order_id, on_capture, words in (
        ("declines", "decline", "the payment was declined"),
        ("expires", "expire", "the approval has expired"),
    ):
        provider.order(order_id, status="approved", on_capture=on_capture)
        alice.open(f"/demo/orders/{order_id}/capture")
        alice.press("Capture AED")
        alice.sees(words)
        if scripting:
            alice.check()
    provider.order("taken", status="approved")
    alice.open("/demo/orders/taken/capture")
    provider.change("taken", status="captured")
    alice.press("Capture AED")
    alice.sees("captured already")
    provider.order("large", total=900000)
    fill_refund(alice, "large", "1000.01")
    alice.sees("This refund needs approval")
    provider.order("lost")
    fill_refund(alice, "lost", "10")
    provider.fault("drop_before", path="/orders/lost/refunds", times=3)
    alice.press("Refund AED")
    alice.sees("Not known yet whether AED 10.00 was refunded")
    if scripting:
        alice.check()
    provider.heal()
    alice.press("Check now")
    alice.sees("Refunded AED 10.00")


def test_a_double_click_is_one_refund(eyes: Callable[..., Eyes], provider: Provider) -> None:
    provider.order()
    alice = eyes()
    alice.sign_in("agent")
    fill_refund(alice, "order-01", "10")
    alice.page.get_by_role("button", name="Refund AED").dblclick()
    alice.page.wait_for_load_state("networkidle")
    alice.page.get_by_text("Refunded AED").first.wait_for()
    assert len(provider.refunds("order-01")) == 1


def test_back_after_a_refund_leads_to_a_fresh_form(eyes: Callable[..., Eyes], provider: Provider) -> None:
    provider.order()
    alice = eyes()
    alice.sign_in("agent")
    fill_refund(alice, "order-01", "10")
    alice.press("Back")
    alice.page.locator("#amount").wait_for()
    assert alice.page.input_value("#amount") == "10"
    alice.press("Continue")
    alice.press("Refund AED")
    alice.sees("Refunded AED 10.00")
    alice.page.go_back()
    alice.page.wait_for_load_state("networkidle")
    assert "Refund order" in alice.page.inner_text("h1")
    assert "804.80" in alice.words()
    assert len(provider.refunds("order-01")) == 1


def test_personal_data_is_opened_with_one_click_and_hidden_again(eyes: Callable[..., Eyes], provider: Provider) -> None:
    provider.order(customer={"email": "john@postpay.io", "first_name": "John", "last_name": "Doe"})
    alice = eyes()
    alice.sign_in("agent")
    alice.open("/demo/orders/order-01")
    assert "john@postpay.io" not in alice.page.content()
    alice.press("Open personal data")
    alice.page.get_by_text("john@postpay.io", exact=True).wait_for()
    alice.check()
    alice.page.reload()
    assert "john@postpay.io" not in alice.page.content()


POLYGLOT = "\"'><img src=x onerror=alert(1)><script>alert(1)</script>{{7*7}}"


def test_markup_from_the_provider_is_only_text(eyes: Callable[..., Eyes], provider: Provider) -> None:
    provider.order(
        "evil",
        items=[
            {"reference": POLYGLOT, "name": POLYGLOT, "description": POLYGLOT, "url": "javascript:alert(1)",
             "image_url": "javascript:alert(1)", "unit_price": 100, "qty": 1},
        ],
        customer={"email": "x@example.test", "first_name": POLYGLOT, "last_name": POLYGLOT},
        discounts=[{"code": POLYGLOT, "name": POLYGLOT, "amount": 1}],
    )  # fmt: skip
    alice = eyes()
    dialogs: list[str] = []
    alice.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    alice.sign_in("agent")
    alice.open("/demo/orders/evil")
    alice.press("Open personal data")
    assert dialogs == []
    assert alice.page.locator("a[href^=javascript]").count() == 0


def test_after_signing_out_the_back_button_shows_nothing(eyes: Callable[..., Eyes], provider: Provider) -> None:
    provider.order()
    alice = eyes()
    alice.sign_in("agent")
    alice.open("/demo/orders/order-01")
    alice.page.locator("summary", has_text="Alice").click()
    alice.press("Sign out")
    alice.page.go_back()
    alice.page.wait_for_load_state("networkidle")
    assert "814.80" not in alice.words()
    stored = alice.page.evaluate("JSON.stringify([Object.entries(sessionStorage), Object.entries(localStorage)])")
    assert "814.80" not in stored
    assert "history-cache" not in stored


def test_slash_focuses_the_search_and_an_exact_id_opens_the_order(
    eyes: Callable[..., Eyes], provider: Provider
) -> None:
    provider.order("طلب 1/2")
    alice = eyes()
    alice.sign_in("agent")
    alice.page.keyboard.press("/")
    alice.page.keyboard.type("طلب 1/2")
    alice.page.keyboard.press("Enter")
    alice.page.wait_for_load_state("networkidle")
    assert "طلب 1/2" in alice.page.inner_text("h1")


def test_a_phone_shows_cards_and_its_menu_leads_on(eyes: Callable[..., Eyes], provider: Provider) -> None:
    provider.order(status="approved")
    alice = eyes(viewport=PHONE)
    alice.sign_in("agent")
    alice.check()
    alice.page.get_by_role("link", name="Menu").click()
    alice.page.get_by_role("link", name="Awaiting capture").click()
    alice.page.wait_for_load_state("networkidle")
    assert "order-01" in alice.words()
    alice.check()
