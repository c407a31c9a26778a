"""Back to where one was, but never to another site."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "/you/sessions\r\nSet-Cookie: a=b",
    "evil.example",
    "@evil.example",
    "/you\\..\\..\\evil",
    "",
]


@pytest.mark.requirement("R37")
def test_an_address_that_leads_elsewhere_leads_home(app: Flask) -> None:
    for address in ELSEWHERE:
        browser = Browser(app)
        browser.open("/sign-in", query_string={"next": address})
        assert "evil" not in browser.response.get_data(as_text=True), address
        token = browser.page.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
        fields = {"csrf_token": token, "email": PEOPLE["agent"][0], "password": PASSWORD, "next": address}
        browser.send("/sign-in", fields)
        assert browser.status == 303, address
        assert browser.response.headers["Location"] == "/", address


def test_somebody_signed_in_is_not_sent_elsewhere_either(alice: Browser) -> None:
    for address in ELSEWHERE:
        response = alice.client.get("/sign-in", query_string={"next": address})
        assert response.headers["Location"] == "/", address


def test_the_whole_address_with_its_filters_comes_back(stranger: Browser) -> None:
    stranger.open("/you/sessions?page=2&note=a%26b")
    stranger.submit("Sign in", email=PEOPLE["agent"][0], password=PASSWORD)
    assert stranger.address == "/you/sessions?page=2&note=a%26b"


def test_an_order_with_a_slash_in_its_id_comes_back(stranger: Browser) -> None:
    response = stranger.client.get("/demo/orders/a%2Fb%20%D8%B7")
    assert response.headers["Location"] == "/sign-in?next=/demo/orders/a%252Fb%2520%25D8%25B7"


def test_htmx_is_sent_back_to_the_page_and_not_to_the_fragment(stranger: Browser) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/demo/orders?status=captured"}
    response = stranger.client.get("/demo/orders/order-1/peek", headers=headers)
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/sign-in?next=/demo/orders?status%3Dcaptured"
    headers["HX-Current-URL"] = "https://evil.example/demo/orders"
    response = stranger.client.get("/demo/orders/order-1/peek", headers=headers)
    assert response.headers["HX-Redirect"] == "/sign-in"


def test_a_form_of_a_lost_session_leads_back_to_its_page(stranger: Browser) -> None:
    headers = {"Referer": "http://localhost/demo/orders/order-1/capture"}
    response = stranger.client.post("/demo/orders/order-1/capture", headers=headers)
    assert response.status_code == 303
    assert response.headers["Location"] == "/sign-in?next=/demo/orders/order-1/capture"
