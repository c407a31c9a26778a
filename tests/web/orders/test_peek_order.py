"""The peek beside the list: one call, nothing opened, and the order's page for those without scripting."""

from __future__ import annotations

from tests.browser import Browser
from tests.provider import Provider

from .conftest import HTMX, calls


def test_the_peek_is_a_fragment_of_one_call(alice: Browser, provider: Provider) -> None:
    provider.order(customer={"email": "a@b.example", "first_name": "Canarina", "last_name": "Doe"})
    provider.forget()
    alice.open("/demo/orders/order-01/peek", headers=HTMX)
    assert alice.status == 200
    assert alice.page.select_one("aside#peek.peek")
    assert not alice.page.select("h1, nav")
    assert "814.80 AED" in " ".join(alice.page.select_one(".big").get_text(" ").split())  # type: ignore[union-attr]
    assert "C. D." in alice.words
    assert len(calls(provider)) == 1


def test_every_row_offers_the_peek_by_name_and_works_without_scripting(alice: Browser, provider: Provider) -> None:
    provider.order("a/b")
    alice.open("/demo/orders")
    peek = alice.page.select_one(".to-peek a")
    assert peek is not None
    assert peek["aria-label"] == "Look at it beside the list: a/b"
    assert peek["hx-get"] == "/demo/orders/a%2Fb/peek"
    alice.open(str(peek["href"]))
    assert alice.heading == "Order a/b"


def test_the_address_of_a_peek_is_a_page_too(alice: Browser, provider: Provider) -> None:
    provider.order()
    alice.open("/demo/orders/order-01/peek")
    assert alice.heading == "Order order-01"
    alice.follow("Open the order")
    assert alice.address == "/demo/orders/order-01"


def test_a_failed_peek_stays_a_panel_and_says_why(hasty: Browser, provider: Provider) -> None:
    provider.fault("status", method="GET", times=9, status=500)
    hasty.open("/demo/orders/order-01/peek", headers=HTMX)
    assert hasty.status == 503
    assert "Postpay does not answer" in hasty.page.select_one("aside#peek").get_text()  # type: ignore[union-attr]


def test_a_peek_at_what_does_not_exist_says_so(alice: Browser) -> None:
    alice.open("/demo/orders/nothing/peek", headers=HTMX)
    assert alice.status == 404
    assert "There is no order nothing in Demo Shop" in alice.page.select_one("aside#peek").get_text()  # type: ignore[union-attr]
