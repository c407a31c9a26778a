"""Capturing one after the other: each on its own page with its amount, and nothing but good ends is passed over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.browser import Browser
from tests.provider import Provider, provider_of
from webapp.emulators.postpay.server import Sandbox
from webapp.models.base import now

LIST = "/demo/awaiting-capture"


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    """Five approved orders, o-1 the oldest, of AED 1.00, 2.00 and so on."""
    provider = provider_of(sandbox)
    for number in range(1, 6):
        waiting(provider, number)
    return provider


def waiting(provider: Provider, number: int, **fields: object) -> None:
    moment = (now() - timedelta(hours=1000 - number)).isoformat()
    provider.order(f"o-{number}", total=100 * number, status="approved", created=moment, **fields)


def begin(browser: Browser, order_id: str = "o-1") -> None:
    browser.open(LIST)
    browser.open(str(browser.page.select_one(f'a[aria-label="Capture {order_id}"]')["href"]))  # type: ignore[index]
    assert browser.heading == f"Capture order {order_id}"


def and_next(browser: Browser, amount: str) -> None:
    browser.submit(f"Capture AED {amount} and open the next")


def captured(provider: Provider) -> list[str]:
    every = (f"o-{number}" for number in range(1, 6))
    return [order_id for order_id in every if provider.state(order_id)["status"] == "captured"]


def test_from_one_confirm_page_to_the_next(alice: Browser, provider: Provider) -> None:
    begin(alice)
    and_next(alice, "1.00")
    assert alice.heading == "Capture order o-2"
    assert "Captured AED 1.00 of order o-1." in alice.words
    assert captured(provider) == ["o-1"]
    and_next(alice, "2.00")
    assert alice.heading == "Capture order o-3"
    assert captured(provider) == ["o-1", "o-2"]


def test_going_on_costs_one_call(alice: Browser, provider: Provider) -> None:
    begin(alice)
    provider.forget()
    and_next(alice, "1.00")
    called = [(call["method"], call["path"]) for call in provider.seen() if not call["path"].startswith("/_sandbox")]
    assert called == [
        ("GET", "/orders/o-1"), ("POST", "/orders/o-1/capture"), ("GET", "/orders"), ("GET", "/orders/o-2"),
    ]  # fmt: skip


def test_no_order_is_captured_by_going_on_to_it(alice: Browser, provider: Provider) -> None:
    begin(alice)
    for order_id in ("o-2", "o-3"):
        alice.follow("Skip it")
        assert alice.heading == f"Capture order {order_id}"
    assert captured(provider) == []


def test_at_the_end_it_leads_back_to_the_list(alice: Browser, provider: Provider) -> None:
    begin(alice, "o-5")
    and_next(alice, "5.00")
    assert alice.heading == "Awaiting capture"
    assert "Captured AED 5.00 of order o-5." in alice.words
    assert "No further order in this list is awaiting capture." in alice.words


@pytest.mark.parametrize(
    ("on_capture", "words"), [("decline", "the payment was declined"), ("expire", "the approval has expired")]
)
def test_a_refusal_is_not_passed_over(alice: Browser, provider: Provider, on_capture: str, words: str) -> None:
    provider.change("o-1", on_capture=on_capture)
    begin(alice)
    and_next(alice, "1.00")
    assert words in alice.words
    alice.follow("Open the next one")
    assert alice.heading == "Capture order o-2"


def test_an_unclear_outcome_is_not_passed_over_and_blocks_only_itself(alice: Browser, provider: Provider) -> None:
    begin(alice)
    provider.fault("drop_before", path="/orders/o-1/capture")
    and_next(alice, "1.00")
    assert "Not known yet" in alice.words
    alice.submit("Check now")
    assert "Captured" in alice.words
    alice.follow("Open the next one")
    assert alice.heading == "Capture order o-2"


def test_what_cannot_be_captured_is_passed_over(alice: Browser, provider: Provider) -> None:
    provider.change("o-2", on_capture="expire")
    begin(alice, "o-2")
    alice.submit("Capture AED")
    begin(alice, "o-3")
    provider.fault("drop_before", path="/orders/o-3/capture")
    alice.submit("Capture AED")
    begin(alice)
    and_next(alice, "1.00")
    assert alice.heading == "Capture order o-4"


def test_captured_by_a_colleague_it_says_so_and_leads_on(alice: Browser, provider: Provider) -> None:
    begin(alice)
    provider.change("o-1", status="captured")
    and_next(alice, "1.00")
    assert alice.status == 409
    assert "captured already" in alice.words
    alice.follow("Open the next one")
    assert alice.heading == "Capture order o-2"


def test_it_goes_on_over_the_pages_of_the_list(alice: Browser, provider: Provider) -> None:
    for number in range(6, 23):
        waiting(provider, number)
    begin(alice, "o-20")
    alice.follow("Skip it")
    assert alice.heading == "Capture order o-21"
    assert "at=21" in alice.address


def test_cancel_leads_back_to_the_place_in_the_list(alice: Browser, provider: Provider) -> None:
    for number in range(6, 23):
        waiting(provider, number)
    alice.open(f"{LIST}?page=2")
    alice.open(str(alice.page.select_one('a[aria-label="Capture o-22"]')["href"]))  # type: ignore[index]
    cancel = next(link for link in alice.page.find_all("a") if link.get_text() == "Cancel")
    assert cancel["href"] == "/demo/awaiting-capture?page=2#row-22"


def test_cancel_leads_back_to_the_order_one_came_from(alice: Browser, provider: Provider) -> None:
    alice.open(LIST)
    alice.follow("o-2")
    alice.open(str(alice.page.select_one('.actions a[href*="/capture"]')["href"]))  # type: ignore[index]
    alice.follow("Cancel")
    assert alice.address == "/demo/orders/o-2?in=awaiting&at=2"


def test_away_from_the_list_nothing_is_said_of_a_next(alice: Browser, provider: Provider) -> None:
    alice.open("/demo/orders/o-1/capture")
    assert "next" not in alice.page.find("form", attrs={"action": True, "class": "form-card"}).get_text()  # type: ignore[union-attr]
    alice.open("/demo/orders/o-1/capture/next")
    assert alice.heading == "Awaiting capture"
