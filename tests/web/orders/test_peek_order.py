"""The peek beside the list: two calls, nothing opened, and the order's page for those without scripting."""

from __future__ import annotations

from tests.browser import Browser
from tests.provider import Provider

from .conftest import HTMX, calls


def test_the_peek_is_a_fragment_of_two_calls_at_once(alice: Browser, provider: Provider) -> None:
    provider.order(customer={"email": "a@b.example", "first_name": "Canarina", "last_name": "Doe"})
    provider.forget()
    alice.open("/demo/orders/order-01/peek", headers=HTMX)
    assert alice.status == 200
    assert alice.page.select_one("aside#peek.peek")
    assert not alice.page.select("h1, nav")
    assert "AED 814.80" in " ".join(alice.page.select_one(".big").get_text(" ").split())  # type: ignore[union-attr]
    assert "C. D." in alice.words
    assert sorted(call["path"] for call in calls(provider)) == ["/orders/order-01", "/orders/order-01/refunds"]


def test_every_row_offers_the_peek_by_name_and_works_without_scripting(alice: Browser, provider: Provider) -> None:
    provider.order("a/b")
    alice.open("/demo/orders")
    peek = alice.page.select_one(".to-peek a")
    assert peek is not None
    assert peek["aria-label"] == "Preview: a/b"
    assert peek["hx-get"] == "/demo/orders/a%2Fb/peek?in=orders&at=1"
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


def test_it_tells_what_the_list_does_not(alice: Browser, provider: Provider) -> None:
    items = [{"reference": f"R{n}", "name": f"Shirt {n}", "unit_price": 100, "qty": n} for n in range(1, 7)]
    provider.order(items=items, num_instalments=3)
    provider.refund_outside("order-01", 10000)
    alice.open("/demo/orders/order-01/refund")
    alice.submit("Continue", part="part", amount="20", reason="returned", note="")
    alice.submit("Refund AED")
    alice.open("/demo/orders/order-01/peek", headers=HTMX)
    told = alice.words.replace("\u00a0", " ")
    for words in ("Partly refunded", "Refunded AED 120.00", "AED 694.80", "1 × Shirt 1", "3 × Shirt 3", "and 3 more",
                  "Refunded AED 20.00 · Alice Agent", "Instalments 3"):  # fmt: skip
        assert words in told, words
    assert "Shirt 4" not in told
    assert alice.page.select_one('.peek-actions a[href="/demo/orders/order-01/refund"]')


def test_it_says_what_stands_in_the_way(alice: Browser, provider: Provider) -> None:
    provider.order(status="denied")
    alice.open("/demo/orders/order-01/peek", headers=HTMX)
    assert "Postpay denied this order" in alice.words
    assert len(alice.page.select(".peek-actions a")) == 1


def test_refunds_that_cannot_be_read_are_said_to_be_so(hasty: Browser, provider: Provider) -> None:
    provider.order()
    provider.fault("status", method="GET", path="/orders/order-01/refunds", times=9, status=500)
    hasty.open("/demo/orders/order-01/peek", headers=HTMX)
    assert hasty.status == 200
    assert "The refunds could not be read." in hasty.words
    assert "Partly refunded" not in hasty.words
