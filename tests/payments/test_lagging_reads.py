"""A provider whose reads lag behind: what the desk knows to be done counts all the same, marked as not listed yet."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import Browser
from tests.provider import Provider

from .conftest import FORM, fill_in, refund

ORDER = "/demo/orders/order-01"
CAPTURE = f"{ORDER}/capture"


def lag(provider: Provider) -> None:
    """From now on reads find what there is at this moment."""
    provider.fault("lag", method="GET", times=999)


def shown(browser: Browser) -> str:
    return browser.words.replace("\u00a0", " ")


def money(browser: Browser) -> dict[str, str]:
    """The lines of the order's money: label and note to amount."""
    lines = browser.page.select("#order-money tr")
    return {" ".join(line.th.get_text(" ").split()): " ".join(line.td.get_text().split()) for line in lines}


@pytest.fixture
def refunded(alice: Browser, provider: Provider) -> Browser:
    """Alice, after a refund of AED 1.50 that the provider does not list."""
    provider.refund_outside("order-01", 5147)
    lag(provider)
    refund(alice, "1.50")
    assert "Refunded AED 1.50" in shown(alice)
    return alice


def test_the_order_counts_it_and_says_that_it_is_not_listed(refunded: Browser, provider: Provider) -> None:
    refunded.open(ORDER)
    lines = money(refunded)
    assert lines["Refunded AED 1.50 of what is refunded is not listed at Postpay yet"] == "AED 52.97"
    assert lines["Refundable"] == "AED 761.83"
    assert "Refunded AED 1.50 · Alice Agent Not listed at Postpay yet" in shown(refunded)
    provider.heal()
    refunded.open(ORDER)
    assert "not listed" not in shown(refunded)
    assert money(refunded)["Refundable"] == "AED 761.83"


def test_the_form_and_the_review_leave_nothing_out(refunded: Browser, provider: Provider) -> None:
    refunded.open(FORM)
    assert "Refundable AED 761.83" in shown(refunded)
    assert "AED 1.50 of what is refunded is not listed at Postpay yet" in shown(refunded)
    refunded.submit("Continue", part="part", amount="761.84", reason="returned")
    assert refunded.status == 422
    refunded.submit("Continue", part="part", amount="761.83", reason="returned")
    assert "Refundable now AED 761.83" in shown(refunded)
    assert "AED 1.50 of what is refunded is not listed at Postpay yet" in shown(refunded)
    refunded.submit("Refund AED 761.83 now")
    assert "Refunded AED 761.83" in shown(refunded)
    assert sum(one["amount"] for one in provider.refunds("order-01")) == 81480
    refunded.open(FORM)
    assert "There is nothing left to refund" in shown(refunded)


def test_a_form_that_was_open_before_is_too_old_and_a_read_that_lags_does_not_hide_it(
    alice: Browser, sign_in: Callable[[str], Browser], provider: Provider
) -> None:
    aziz = sign_in("second agent")
    fill_in(aziz, "800")
    lag(provider)
    refund(alice, "100")
    aziz.submit("Refund AED")
    assert aziz.status == 412
    assert "Refundable AED 714.80" in shown(aziz)
    assert len(provider.refunds("order-01")) == 1


def test_once_listed_it_is_counted_once(alice: Browser, provider: Provider) -> None:
    refund(alice, "1.50")
    alice.open(ORDER)
    assert money(alice)["Refunded"] == "AED 1.50"


def test_refunds_that_cannot_be_read_are_not_called_unlisted(alice: Browser, provider: Provider) -> None:
    refund(alice, "1.50")
    provider.fault("status", method="GET", path="/orders/order-01/refunds", times=9, status=403)
    alice.open(ORDER)
    assert "The refunds could not be read" in shown(alice)
    assert "not listed" not in shown(alice).lower()
    assert "Refunded AED 1.50 · Alice Agent" in shown(alice)


@pytest.fixture
def captured(alice: Browser, provider: Provider) -> Browser:
    """Alice, after a capture that the provider does not show yet."""
    provider.change("order-01", status="approved")
    lag(provider)
    alice.open(CAPTURE)
    alice.submit("Capture AED")
    assert "Captured AED 814.80" in shown(alice)
    return alice


def test_what_was_captured_is_captured_though_the_provider_shows_it_as_approved(
    captured: Browser, sign_in: Callable[[str], Browser], provider: Provider
) -> None:
    captured.open(ORDER)
    assert money(captured)["Captured Postpay does not show it yet"] == "AED 814.80"
    assert "Postpay does not show it yet; look again in a minute." in shown(captured)
    assert not captured.page.select(".actions a")
    captured.open(FORM)
    assert "This order cannot be refunded yet" in shown(captured)
    aziz = sign_in("second agent")
    aziz.open(CAPTURE)
    assert "Alice Agent captured it on" in shown(aziz)
    aziz.open("/demo/awaiting-capture")
    assert "Captured, not shown yet" in shown(aziz)
    assert not aziz.page.select(f'a[href="{CAPTURE}"]')
