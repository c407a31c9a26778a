"""The checkout page: a tester pays, cancels, lets it expire, or decides what becomes of a direct debit."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from .client import DAY, Client

ORDER = {
    "amount": 123_456,
    "currency": "EUR",
    "description": "<script>alert(1)</script>",
    "return_url": "https://w.example/ok?a=1&b=é",
    "cancel_url": "https://w.example/no",
}


def payment(client: Client, **fields: Any) -> tuple[str, str]:
    """Its address and its page."""
    made = client.made("/payments", {**ORDER, **fields})
    return f"/payments/{made['id']}", made["_links"]["checkout"]


def decide(client: Client, page: str, decision: str, method: str = "ideal") -> requests.Response:
    return client.session.post(page, {"decision": decision, "method": method}, allow_redirects=False, timeout=10)


def test_the_page_says_what_is_paid_and_loads_nothing(client: Client) -> None:
    _, page = payment(client)
    shown = client.session.get(page, timeout=10)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "EUR 1234.56" in shown.text
    assert "&lt;script&gt;" in shown.text
    assert "<script>" not in shown.text
    assert "form-action 'self' https://w.example" in shown.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("decision", "method", "state", "address"),
    [
        ("pay", "ideal", "paid", "https://w.example/ok?a=1&b=%C3%A9"),
        ("pay", "direct-debit", "processing", "https://w.example/ok?a=1&b=%C3%A9"),
        ("fail", "creditcard", "failed", "https://w.example/ok?a=1&b=%C3%A9"),
        ("cancel", "", "canceled", "https://w.example/no"),
        ("expire", "", "expired", "https://w.example/no"),
    ],
)
def test_each_decision(client: Client, decision: str, method: str, state: str, address: str) -> None:
    path, page = payment(client)
    sent = decide(client, page, decision, method)
    assert (sent.status_code, sent.headers["Location"]) == (303, address)
    shown = client.read(path)
    assert shown["state"] == state
    assert "checkout" not in shown["_links"]
    assert decide(client, page, "pay").status_code == 410
    assert client.session.get(page, timeout=10).status_code == 410
    assert client.read(path) == shown


def test_a_direct_debit_may_be_charged_back_later(client: Client) -> None:
    path, page = payment(client, pay_methods=["direct-debit"])
    decide(client, page, "charge_back", "direct-debit")
    client.pass_time(seconds=8 * DAY)
    assert client.read(f"{path}/chargebacks")["count"] == 1
    other, page = payment(client)
    decide(client, page, "fail", "direct-debit")
    client.pass_time(seconds=3 * DAY)
    assert client.read(other)["state"] == "failed"


def test_who_pays_without_a_name_becomes_a_customer(client: Client) -> None:
    path, page = payment(client)
    decide(client, page, "pay")
    customer = client.read(path)["customer"]
    assert client.read(f"/customers/{customer}")["email"] is None
    assert client.events(customer) == ["customer.created"]


def test_without_an_address_to_go_to_it_says_what_happened(client: Client) -> None:
    _, page = payment(client, return_url=None)
    sent = decide(client, page, "pay")
    assert sent.status_code == 200
    assert "The payment is paid." in sent.text


@pytest.mark.parametrize(
    ("decision", "method"), [("", "ideal"), ("steal", "ideal"), ("pay", ""), ("pay", "cash"), ("pay", "bancontact")]
)
def test_what_cannot_be_chosen_is_refused(client: Client, decision: str, method: str) -> None:
    path, page = payment(client, pay_methods=["ideal", "paypal"])
    assert decide(client, page, decision, method).status_code == 400
    assert client.read(path)["state"] == "initialized"


def test_odd_addresses_and_methods_are_pages_too(client: Client) -> None:
    _, page = payment(client)
    for address in ("/checkout/", "/checkout/none", "/checkout/%ff", "/checkout/a/b", "/checkout/%00"):
        assert client.request("GET", address).status_code == 404
    for method in ("PUT", "DELETE", "OPTIONS"):
        assert client.session.request(method, page, timeout=10).status_code == 405
    sent = client.session.post(page, b"\xff&=&" + b"a=1&" * 50, timeout=10)
    assert sent.status_code == 400


def test_an_hour_later_it_has_expired(client: Client) -> None:
    _, page = payment(client)
    client.pass_time(seconds=3601)
    assert client.session.get(page, timeout=10).status_code == 410
