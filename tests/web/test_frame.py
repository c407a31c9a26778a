"""The frame round every page: places by permission, the account's environment, the theme."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.browser import Browser
from tests.provider import provider_of
from webapp.emulators.postpay.server import Sandbox


def places(browser: Browser) -> list[str]:
    """The words of the links in the main navigation."""
    return [link.span.get_text() for link in browser.page.select("#nav li a")]


def test_it_shows_the_places_of_the_desk(alice: Browser) -> None:
    alice.open("/demo/orders")
    assert places(alice) == ["Orders", "Awaiting capture", "Refunds", "In progress", "Approvals", "Audit log"]


def test_it_marks_the_place_where_one_is(alice: Browser) -> None:
    alice.open("/demo/orders")
    assert [here.span.get_text() for here in alice.page.select("#nav [aria-current=page]")] == ["Orders"]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/demo/orders/order-01", "Orders"),
        ("/demo/orders/order-01?in=awaiting&at=1", "Awaiting capture"),
        ("/demo/orders/order-01/capture", "Awaiting capture"),
        ("/demo/orders/order-01/refund", "Orders"),
        ("/demo/refunds?outcome=nonsense", "Refunds"),
    ],
)
def test_it_marks_what_a_page_lies_under(alice: Browser, sandbox: Sandbox, address: str, place: str) -> None:
    provider_of(sandbox).order("order-01")
    alice.open(address)
    assert [here.span.get_text() for here in alice.page.select("#nav [aria-current=page]")] == [place]


def test_an_outcome_lies_under_the_list_of_its_kind(alice: Browser, sandbox: Sandbox) -> None:
    provider_of(sandbox).order("order-01")
    alice.open("/demo/orders/order-01/refund")
    alice.submit("Continue", part="whole", reason="returned")
    alice.submit("Refund AED")
    assert [here.span.get_text() for here in alice.page.select("#nav [aria-current=page]")] == ["Refunds"]


def test_it_shows_no_navigation_to_strangers(stranger: Browser) -> None:
    stranger.open("/sign-in")
    assert stranger.page.find(id="nav") is None


def test_it_names_the_environment_beside_the_brand(alice: Browser) -> None:
    alice.open("/demo/orders")
    badge = alice.page.select_one(".topbar .env")
    assert (badge.get_text(), badge["title"]) == ("DEMO", "No real money")
    assert alice.page.body["data-environment"] == "embedded"


@pytest.mark.parametrize("path", ["/demo/orders", "/audit", "/you/sessions"])
def test_it_names_the_account_that_the_search_leads_to(alice: Browser, path: str) -> None:
    alice.open(path)
    assert alice.page.select_one(".topbar .account-title").get_text() == "Demo Shop"
    assert alice.page.select_one(".topsearch")["action"] == "/demo/search"


def test_it_keeps_the_chosen_theme_and_leads_back(alice: Browser) -> None:
    alice.open("/demo/orders?status=approved")
    alice.send("/theme", {"csrf_token": token(alice), "theme": "dark", "next": "/demo/orders?status=approved"})
    assert alice.response.status_code == 303
    assert alice.response.location == "/demo/orders?status=approved"
    assert alice.open("/demo/orders").html["data-bs-theme"] == "dark"


def test_it_follows_the_system_again(alice: Browser) -> None:
    alice.open("/demo/orders")
    alice.send("/theme", {"csrf_token": token(alice), "theme": "dark"})
    alice.open("/demo/orders")
    alice.send("/theme", {"csrf_token": token(alice), "theme": "auto"})
    assert "data-bs-theme" not in alice.open("/demo/orders").html.attrs


@pytest.mark.parametrize("elsewhere", ["//evil.test", "/\\evil.test", "https://evil.test", ""])
def test_it_never_leads_elsewhere_after_a_theme_is_chosen(alice: Browser, elsewhere: str) -> None:
    alice.open("/demo/orders")
    alice.send("/theme", {"csrf_token": token(alice), "theme": "dark", "next": elsewhere})
    assert alice.response.location == "/"


def test_it_refuses_a_theme_without_the_token(alice: Browser) -> None:
    alice.open("/demo/orders")
    alice.send("/theme", {"theme": "dark"})
    assert alice.response.status_code == 400
    assert "Set-Cookie" not in alice.response.headers or "theme" not in alice.response.headers["Set-Cookie"]


def test_it_shows_how_many_things_wait(app: Flask, sign_in: Callable[[str], Browser]) -> None:
    app.extensions["nav_counts"] = lambda account: {"orders.list_awaiting_capture": (12, 0)}
    browser = sign_in("agent")
    browser.open("/demo/orders")
    assert [count.get_text() for count in browser.page.select("#nav .count")] == ["12 waiting"]


def token(browser: Browser) -> str:
    return str(browser.page.find("input", attrs={"name": "csrf_token"})["value"])
