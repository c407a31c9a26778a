"""From a list to one of its orders, on to the next, and back to the same place: asked for only when somebody goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.browser import Browser
from tests.provider import Provider
from webapp.models.base import now

from .conftest import HTMX, calls

LIST = "/demo/orders?status=denied&ordering=created"


@pytest.fixture
def denied(provider: Provider) -> Provider:
    """25 denied orders, o-00 the oldest, with others between them."""
    for number in range(25):
        moment = (now() - timedelta(hours=100 - number)).isoformat()
        provider.order(f"o-{number:02}", status="denied", created=moment)
        provider.order(f"x-{number:02}", created=moment)
    return provider


def open_row(browser: Browser, order_id: str, page: int = 1) -> None:
    browser.open(f"{LIST}&page={page}")
    browser.follow(order_id)
    assert browser.heading == f"Order {order_id}"


def to_refund(browser: Browser) -> None:
    """By the button of the page, not by the place in the navigation."""
    browser.open(str(browser.page.select_one('.btn-primary[href*="/refund"]')["href"]))  # type: ignore[index]


def test_next_and_previous_are_those_of_the_list(alice: Browser, denied: Provider) -> None:
    open_row(alice, "o-03")
    alice.follow("Next order")
    assert alice.heading == "Order o-04"
    alice.follow("Previous order")
    alice.follow("Previous order")
    assert alice.heading == "Order o-02"


def test_the_order_page_asks_nothing_more_and_a_step_asks_the_list_once(alice: Browser, denied: Provider) -> None:
    open_row(alice, "o-03")
    address = alice.address
    denied.forget()
    alice.open(address)
    assert sorted(call["path"] for call in calls(denied)) == ["/orders/o-03", "/orders/o-03/refunds"]
    denied.forget()
    alice.follow("Next order")
    assert [call["path"] for call in calls(denied)].count("/orders") == 1


def test_a_step_over_the_edge_of_a_page_asks_twice(alice: Browser, denied: Provider) -> None:
    open_row(alice, "o-19")
    denied.forget()
    alice.follow("Next order")
    assert alice.heading == "Order o-20"
    assert [call["path"] for call in calls(denied)].count("/orders") == 2
    alice.follow("Previous order")
    assert alice.heading == "Order o-19"


def test_back_leads_to_the_page_and_the_row(alice: Browser, denied: Provider) -> None:
    open_row(alice, "o-22", page=2)
    back = alice.page.select_one(".trail-back")
    assert back is not None
    assert back["href"] == "/demo/orders?status=denied&ordering=created&page=2#row-23"
    alice.open(str(back["href"]))
    assert alice.page.select_one("#row-23 .at-start").get_text() == "o-22"  # type: ignore[union-attr]


def test_the_ends_lead_to_the_list_and_say_so(alice: Browser, denied: Provider) -> None:
    open_row(alice, "o-24", page=2)
    alice.follow("Next order")
    assert alice.heading == "Orders"
    assert "That was the last order of the list." in alice.words
    open_row(alice, "o-00")
    assert alice.page.find("a", rel="prev") is None
    alice.open("/demo/orders/o-00/previous?in=orders&status=denied&ordering=created&at=1")
    assert "That was the first order of the list." in alice.words


@pytest.mark.parametrize(("way", "there"), [("next", "o-04"), ("previous", "o-02")])
def test_an_order_that_left_the_list_has_its_neighbours_still(
    alice: Browser, denied: Provider, way: str, there: str
) -> None:
    denied.change("o-03", status="captured")
    alice.open(f"/demo/orders/o-03/{way}?in=orders&status=denied&ordering=created&at=4")
    assert alice.heading == f"Order {there}"


@pytest.mark.parametrize(("way", "there"), [("next", "Orders"), ("previous", "Order o-19")])
def test_a_list_that_lost_its_last_page(alice: Browser, denied: Provider, way: str, there: str) -> None:
    for number in range(20, 25):
        denied.change(f"o-{number}", status="captured")
    alice.open(f"/demo/orders/o-20/{way}?in=orders&status=denied&ordering=created&at=21")
    assert alice.heading == there


@pytest.mark.parametrize(
    "place",
    ["", "in=orders", "in=orders&at=0", "in=orders&at=-1", "in=orders&at=٣", "in=orders&at=99999999", "in=x&at=1",
     "in=orders&at=1&currency=nope", "in=//evil.test&at=1", "in=orders&at=1&q=o-01"],
)  # fmt: skip
def test_a_place_that_cannot_be_is_none(alice: Browser, denied: Provider, place: str) -> None:
    alice.open(f"/demo/orders/o-03?{place}")
    assert alice.page.select(".trail") == []
    alice.open(f"/demo/orders/o-03/next?{place}")
    assert (alice.status, alice.address) == (200, "/demo/orders/o-03")


def test_the_place_goes_along_to_the_refund_and_back(alice: Browser, provider: Provider) -> None:
    for number in range(3):
        provider.order(f"o-{number}", created=(now() - timedelta(hours=number)).isoformat())
    alice.open("/demo/orders?status=captured")
    alice.follow("o-1")
    to_refund(alice)
    alice.follow("Cancel")
    assert alice.address == "/demo/orders/o-1?in=orders&status=captured&at=2"
    to_refund(alice)
    alice.submit("Continue", part="part", amount="1", reason="returned", note="")
    alice.submit("Back")
    alice.submit("Continue")
    alice.submit("Refund AED")
    alice.follow("Back to Orders")
    assert alice.address == "/demo/orders?status=captured"
    alice.follow("o-1")
    alice.follow("Next order")
    assert alice.heading == "Order o-2"


def test_a_form_opened_beside_the_list_leads_back_to_the_list(alice: Browser, provider: Provider) -> None:
    provider.order("o-1")
    alice.open("/demo/orders?status=captured")
    peek = alice.page.select_one(".to-peek a")
    assert peek is not None
    alice.open(str(peek["hx-get"]), headers=HTMX)
    to_refund(alice)
    alice.submit("Continue", part="part", amount="x", reason="returned", note="")
    assert alice.status == 422
    alice.follow("Cancel")
    assert alice.address == "/demo/orders?status=captured"
