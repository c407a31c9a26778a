"""The hosted checkout page, as a tester uses it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import time_machine
from bs4 import BeautifulSoup

from . import samples
from .client import NO_AUTH, Client

SHOP = {
    "confirmation_url": "https://shop.example/done?lang=ar&x=1#end",
    "cancel_url": "https://shop.example:8443/oh?status=old",
}


def open_checkout(client: Client, **changes: Any) -> str:
    """Makes a checkout and gives the path of its page."""
    answer = client.post("/checkouts", samples.checkout(merchant=SHOP, **changes)).json()
    assert answer["redirect_url"] == f"{client.base_url}/checkout/{answer['token']}"
    return str(urlsplit(answer["redirect_url"]).path)


def decide(client: Client, path: str, decision: str | None) -> requests.Response:
    data = {"decision": decision} if decision else {}
    return client.request("POST", path, data=data, auth=NO_AUTH, headers={"Accept": "text/html"})


def look(client: Client, path: str) -> requests.Response:
    return client.request("GET", path, auth=NO_AUTH, headers={"Accept": "text/html"})


@pytest.mark.parametrize(
    ("decision", "status", "address", "kept"),
    [
        ("approve", "approved", "https://shop.example/done", [("lang", "ar"), ("x", "1")]),
        ("deny", "denied", "https://shop.example:8443/oh", []),
        ("cancel", "pending", "https://shop.example:8443/oh", []),
    ],
)
def test_the_shopper_is_sent_back_with_id_and_status(
    client: Client, decision: str, status: str, address: str, kept: list[tuple[str, str]]
) -> None:
    answer = decide(client, open_checkout(client, order_id="a b/ü"), decision)
    assert answer.status_code == 303
    location = urlsplit(answer.headers["Location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == address
    word = {"approve": "APPROVED", "deny": "DENIED", "cancel": "CANCELLED"}[decision]
    assert parse_qsl(location.query) == [*kept, ("order_id", "a b/ü"), ("status", word)]
    assert client.get("/orders/a%20b%2F%C3%BC").json()["status"] == status


def test_an_approved_order_can_be_captured_and_a_denied_one_cannot(client: Client) -> None:
    decide(client, open_checkout(client, order_id="yes"), "approve")
    decide(client, open_checkout(client, order_id="no"), "deny")
    assert client.post("/orders/yes/capture").status_code == 200
    assert client.post("/orders/no/capture").status_code == 409


@pytest.mark.parametrize("first", ["approve", "deny", "cancel"])
def test_a_used_checkout_says_so(client: Client, first: str) -> None:
    path = open_checkout(client)
    decide(client, path, first)
    status = client.get("/orders/order-01").json()["status"]
    for answer in (decide(client, path, "approve"), look(client, path)):
        assert answer.status_code == 410
        assert "used already" in answer.text
    assert client.get("/orders/order-01").json()["status"] == status


def test_an_expired_checkout_says_so(client: Client) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=61)):
        path = open_checkout(client)
    for answer in (look(client, path), decide(client, path, "approve")):
        assert answer.status_code == 410
        assert "expired" in answer.text
    assert client.get("/orders/order-01").json()["status"] == "pending"


@pytest.mark.parametrize(
    "path", ["/checkout/none", "/checkout/", "/checkout/a/b", "/checkout/%FF", "/checkout/%3Cscript%3E"]
)
def test_an_unknown_checkout_is_a_page_too(client: Client, path: str) -> None:
    answer = look(client, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "no such checkout" in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize("decision", [None, "", "maybe", "Approve"])
def test_without_a_decision_nothing_happens(client: Client, decision: str | None) -> None:
    path = open_checkout(client)
    assert decide(client, path, decision).status_code == 400
    assert client.request("POST", path, data="&".join(["a=1"] * 50), auth=NO_AUTH).status_code == 400
    assert look(client, path).status_code == 200
    assert client.get("/orders/order-01").json()["status"] == "pending"


def test_the_page_is_readable_and_tells_amounts_exactly(client: Client) -> None:
    page = BeautifulSoup(look(client, open_checkout(client)).text, "html.parser")
    assert page.html is not None
    assert page.html["lang"] == "en"
    assert page.find("h1").text == "Pay AED 814.80"  # type: ignore[union-attr]
    assert [button.text for button in page.find_all("button")] == ["Approve", "Deny", "Cancel"]
    assert page.find("form")["method"] == "post"  # type: ignore[index]
    assert page.find_all("script") == []


@pytest.mark.parametrize(("currency", "shown"), [("JPY", "JPY 5"), ("KWD", "KWD 0.005"), ("AED", "AED 0.05")])
def test_amounts_follow_the_exponent_of_the_currency(client: Client, currency: str, shown: str) -> None:
    path = open_checkout(client, total_amount=5, currency=currency)
    assert BeautifulSoup(look(client, path).text, "html.parser").find("h1").text == f"Pay {shown}"  # type: ignore[union-attr]


def test_every_text_is_escaped(client: Client) -> None:
    evil = "</bdi><script>alert('x')</script>\"&"
    path = open_checkout(client, order_id=evil, items=[{"reference": evil, "name": evil, "unit_price": 1, "qty": 1}])
    text = look(client, path).text
    assert "<script" not in text
    assert BeautifulSoup(text, "html.parser").find("td").text == evil  # type: ignore[union-attr]


def test_the_headers_are_strict_and_let_the_form_lead_to_the_shop(client: Client) -> None:
    headers = look(client, open_checkout(client)).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["style-src"].startswith("'sha256-")
    assert policy["form-action"] == "'self' https://shop.example https://shop.example:8443"
    assert policy["frame-ancestors"] == "'none'"
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_other_methods_are_refused(client: Client) -> None:
    path = open_checkout(client)
    assert client.request("DELETE", path, auth=NO_AUTH).status_code == 405
    assert client.request("HEAD", path, auth=NO_AUTH).status_code == 200
