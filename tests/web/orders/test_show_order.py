"""The order's page: everything the provider knows, what can be done, and why something cannot."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import Browser
from tests.provider import Provider

from .conftest import calls

SignIn = Callable[[str], Browser]
PAGE = "/demo/orders/order-01"


def figures(browser: Browser) -> dict[str, str]:
    """The money tables as a person reads them."""
    return {
        row.th.get_text(strip=True): " ".join(row.td.get_text(" ").split())  # type: ignore[union-attr]
        for row in browser.page.select(".money-lines tr")
    }


def actions(browser: Browser) -> list[str]:
    return [link.get_text(strip=True) for link in browser.page.select(".actions a")]


def reasons(browser: Browser) -> str:
    return " ".join(" ".join(note.get_text(" ").split()) for note in browser.page.select(".card-note"))


def test_the_money_is_told_in_full(alice: Browser, provider: Provider) -> None:
    provider.order(
        tax_amount=3880,
        shipping={"name": "Express", "amount": 2000},
        items=[{"reference": "sku", "name": "Perfume", "unit_price": 42000, "qty": 2}],
        discounts=[{"code": "r10", "name": "Returning", "amount": 8400}],
    )
    provider.refund_outside("order-01", 10000)
    alice.open(PAGE)
    assert figures(alice) == {
        "Total": "AED 814.80",
        "Captured": "AED 814.80",
        "Refunded": "AED 100.00",
        "On its way": "AED 0.00",
        "Refundable": "AED 714.80",
        "Items": "AED 840.00",
        "Shipping": "AED 20.00",
        "Discount: Returning": "AED −84.00",
        "Tax": "AED 38.80",
    }
    assert "Partly refunded" in alice.words


def test_parts_that_do_not_add_up_are_told_calmly(alice: Browser, provider: Provider) -> None:
    provider.order(items=[{"reference": "sku", "name": "Perfume", "unit_price": 81481, "qty": 1}])
    alice.open(PAGE)
    assert figures(alice)["Difference to the total"] == "AED −0.01"
    assert "What counts is the total." in alice.words


def test_prices_that_include_the_tax_add_up_without_it(alice: Browser, provider: Provider) -> None:
    provider.order(
        tax_amount=3880,
        shipping={"name": "Express", "amount": 1480},
        items=[{"reference": "sku", "name": "Perfume", "unit_price": 80000, "qty": 1}],
    )
    alice.open(PAGE)
    assert figures(alice)["of which tax"] == "AED 38.80"
    assert not {"Tax", "Difference to the total"} & figures(alice).keys()
    assert "do not add up" not in alice.words


def test_the_page_asks_twice(alice: Browser, provider: Provider) -> None:
    provider.order()
    provider.forget()
    alice.open(PAGE)
    assert sorted(call["path"] for call in calls(provider)) == ["/orders/order-01", "/orders/order-01/refunds"]


def test_all_pages_of_refunds_count(alice: Browser, provider: Provider) -> None:
    provider.order(total=130_00)
    for number in range(130):
        provider.refund_outside("order-01", 99, f"r-{number}")
    alice.open(PAGE)
    assert figures(alice)["Refunded"] == "AED 128.70"
    assert figures(alice)["Refundable"] == "AED 1.30"


@pytest.mark.parametrize(
    ("status", "offered", "why"),
    [
        ("pending", [], "The customer has not finished the checkout."),
        ("approved", ["Capture"], "A refund is possible once the order is captured."),
        ("captured", ["Refund"], "Captured in full on "),
        ("denied", [], "Postpay denied this order"),
        ("sent_to_mars", [], "The desk does not know the status “sent_to_mars”"),
    ],
)
def test_what_can_be_done_is_offered_and_what_cannot_is_explained(
    alice: Browser, provider: Provider, status: str, offered: list[str], why: str
) -> None:
    provider.order(status=status)
    alice.open(PAGE)
    assert actions(alice) == offered
    assert why in reasons(alice)


def test_what_is_refunded_in_full_offers_no_refund(alice: Browser, provider: Provider) -> None:
    provider.order()
    provider.refund_outside("order-01", 81480)
    alice.open(PAGE)
    assert actions(alice) == []
    assert "Everything has been refunded." in reasons(alice)
    assert [badge.get_text(strip=True) for badge in alice.page.select(".subheading .st")] == ["Captured", "Refunded"]


@pytest.mark.requirement("R09")
def test_a_currency_nobody_knows_is_shown_in_its_smallest_unit_and_not_refunded(
    alice: Browser, provider: Provider
) -> None:
    provider.order(currency="XXX")
    alice.open(PAGE)
    assert figures(alice)["Total"] == "XXX 81,480"
    assert actions(alice) == []
    assert "does not know the currency XXX" in reasons(alice)


@pytest.mark.parametrize(("currency", "total"), [("JPY", "JPY 81,480"), ("KWD", "KWD 81.480"), ("AED", "AED 814.80")])
def test_amounts_have_the_decimals_of_their_currency(
    alice: Browser, provider: Provider, currency: str, total: str
) -> None:
    provider.order(currency=currency)
    alice.open(PAGE)
    assert figures(alice)["Total"] == total


@pytest.mark.parametrize("status", ["approved", "captured"])
@pytest.mark.parametrize("role", ["viewer", "auditor", "admin"])
def test_a_role_that_moves_no_money_is_offered_nothing_and_told_who_does(
    sign_in: SignIn, provider: Provider, role: str, status: str
) -> None:
    provider.order(status=status)
    browser = sign_in(role)
    browser.open(PAGE)
    assert browser.status == 200
    assert actions(browser) == []
    assert "agents and finance capture and refund" in reasons(browser)


def test_unreadable_refunds_do_not_hide_the_order_and_offer_nothing(hasty: Browser, provider: Provider) -> None:
    provider.order()
    provider.fault("status", method="GET", path="/orders/order-01/refunds", times=9, status=500)
    hasty.open(PAGE)
    assert hasty.status == 200
    assert "The refunds could not be read" in hasty.words
    assert figures(hasty)["Total"] == "AED 814.80"
    assert figures(hasty)["Refunded"] == "–"
    assert figures(hasty)["Refundable"] == "–"
    assert actions(hasty) == []


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ({"status": 500}, 503, "Postpay does not answer"),
        ({"status": 429, "retry_after": "9"}, 503, "Try again in 10 seconds."),
        ({"status": 401}, 502, "Your rights are not the reason."),
    ],
)
def test_an_order_that_cannot_be_read_is_spoken_of(
    hasty: Browser, provider: Provider, fault: dict[str, object], status: int, words: str
) -> None:
    provider.order()
    provider.fault("status", method="GET", path="/orders/order-01", times=20, **fault)
    hasty.open(PAGE)
    assert hasty.status == status
    assert words in hasty.words


def test_an_order_that_does_not_exist_is_said_so(alice: Browser) -> None:
    alice.open(PAGE)
    assert alice.status == 404
    assert alice.heading == "There is no order order-01 in Demo Shop"
    assert alice.follow("Go to the orders").h1.get_text() == "Orders"  # type: ignore[union-attr]


def test_the_timeline_tells_days_and_hours_of_the_account(alice: Browser, provider: Provider) -> None:
    provider.order(created="2026-01-31T19:59:59Z", status_changed="2026-01-31T20:00:00Z")
    provider.refund_outside("order-01", 100)
    alice.open(PAGE)
    days = [heading.get_text() for heading in alice.page.select(".timeline h3")]
    assert days[1:] == ["Sunday, 1 February 2026", "Saturday, 31 January 2026"]
    titles = [" ".join(entry.get_text().split()) for entry in alice.page.select(".timeline li p:first-child")]
    assert titles == ["Refunded AED 1.00", "Captured", "Order created"]


def test_what_staff_did_is_in_the_timeline_with_names(alice: Browser, provider: Provider) -> None:
    provider.order(status="approved")
    alice.open(PAGE)
    alice.follow("Capture")
    alice.submit("Capture AED")
    alice.open(PAGE)
    titles = [" ".join(entry.get_text(" ").split()) for entry in alice.page.select(".timeline li p:first-child")]
    assert titles == ["Captured · Alice Agent", "Order created"]


def test_an_open_refund_stands_on_top_and_blocks_another(hasty: Browser, provider: Provider) -> None:
    provider.order()
    hasty.open(f"{PAGE}/refund")
    hasty.submit("Continue", part="part", amount="10.50", reason="goodwill")
    provider.fault("drop_before", method="POST", times=9)
    provider.fault("status", method="GET", path="/orders/order-01/refunds/", times=99, status=500)
    hasty.submit("Refund AED 10.50 now")
    hasty.open(PAGE)
    assert hasty.page.select_one(".timeline h3").get_text() == "Not settled yet"  # type: ignore[union-attr]
    assert actions(hasty) == []
    assert "Refund of AED 10.50 by Alice Agent, started" in reasons(hasty)
    assert (figures(hasty)["On its way"], figures(hasty)["Refundable"]) == ("AED 10.50", "AED 804.30")
    hasty.follow("See how it stands")
    assert hasty.status == 200
    assert "/refunds/" in hasty.address


def test_looking_at_the_order_settles_what_it_proves(hasty: Browser, provider: Provider) -> None:
    provider.order()
    hasty.open(f"{PAGE}/refund")
    hasty.submit("Continue", part="part", amount="10.50", reason="goodwill")
    provider.fault("drop_after", method="POST", times=9)
    provider.fault("status", method="GET", path="/orders/order-01/refunds/", times=99, status=500)
    hasty.submit("Refund AED 10.50 now")
    assert "Not known yet whether" in hasty.words
    hasty.open(PAGE)
    assert (figures(hasty)["Refunded"], figures(hasty)["On its way"]) == ("AED 10.50", "AED 0.00")
    assert actions(hasty) == ["Refund"]
    titles = [" ".join(entry.get_text(" ").split()) for entry in hasty.page.select(".timeline li p:first-child")]
    assert titles[0] == "Refunded AED 10.50 · Alice Agent"
    steps = [step.get_text() for step in hasty.page.select(".timeline .story span")]
    assert steps == ["Started", "Outcome not known", "Confirmed"]


def test_items_link_to_the_web_only(alice: Browser, provider: Provider) -> None:
    urls = ["https://shop.example/p", "javascript:alert(1)", "data:text/html,x", "//evil", None, False]
    items = [{"reference": f"i{n}", "name": "x", "unit_price": 1, "qty": 1, "url": url} for n, url in enumerate(urls)]
    provider.order(items=items)
    alice.open(PAGE)
    (link,) = alice.page.select(".items a")
    assert (link["href"], link["rel"]) == ("https://shop.example/p", ["noopener", "noreferrer"])
    assert not alice.page.select("main img")
