"""The sample requests of both documents get their sample answers."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from . import samples
from .client import Client, error_of

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")
SUMMARY = ["order_id", "status", "status_changed", "total_amount", "tax_amount", "currency", "created"]


def without_moments(body: dict[str, Any]) -> dict[str, Any]:
    """The body with its moments blanked, after a look at their form."""
    blank = dict(body)
    for name in {"created", "status_changed", "modified"} & body.keys():
        assert MOMENT.fullmatch(body[name]), body[name]
        blank[name] = "a moment"
    return blank


def test_the_whole_way_of_an_order(client: Client) -> None:
    """Checkout, approval, capture, list, detail, refund: each answer has the documented keys in their order."""
    checkout = client.post("/checkouts", samples.CHECKOUT)
    assert checkout.status_code == 201
    assert list(checkout.json()) == ["token", "expires", "redirect_url", "reference"]
    assert re.fullmatch(r"[0-9a-f]{32}", checkout.json()["token"])
    assert re.fullmatch(r"[0-9a-f]{32}", checkout.json()["reference"])
    page = checkout.json()["redirect_url"]
    assert client.session.post(page, {"decision": "approve"}, allow_redirects=False).status_code == 303

    captured = client.request("POST", "/orders/order-01/capture")
    assert captured.status_code == 200
    assert list(captured.json()) == SUMMARY + list(samples.DETAILS)
    assert without_moments(captured.json()) == {
        "order_id": "order-01",
        "status": "captured",
        "status_changed": "a moment",
        "total_amount": 81480,
        "tax_amount": 3880,
        "currency": "AED",
        "created": "a moment",
        **samples.DETAILS,
    }
    assert client.get("/orders/order-01").json() == captured.json()
    summary = {name: captured.json()[name] for name in SUMMARY}
    assert client.get("/orders").json() == {"count": 1, "next": None, "previous": None, "results": [summary]}


def test_the_checkout_expires_an_hour_after_it_was_made(client: Client) -> None:
    expires = client.post("/checkouts", samples.CHECKOUT).json()["expires"]
    created = client.get("/orders/order-01").json()["created"]
    assert (datetime.fromisoformat(expires) - datetime.fromisoformat(created)).total_seconds() == 3600


def test_a_refund_as_in_both_documents(client: Client) -> None:
    """The older document's sample says refundId where its own table says refund_id."""
    address = client.order("order-01", 81480)
    made = client.post(f"{address}/refunds", samples.REFUND)
    assert made.status_code == 200
    expected = {**samples.REFUND, "full": False, "created": "a moment"}
    assert without_moments(made.json()) == expected
    assert list(made.json()) == ["refund_id", "amount", "full", "description", "created"]
    assert client.get(f"{address}/refunds/refund-01").json() == made.json()
    assert client.get(f"{address}/refunds").json()["results"] == [made.json()]
    older = {"refundId": "refund-02", "amount": 12050, "description": "Item returned by user"}
    assert client.post(f"{address}/refunds", older).json()["refund_id"] == "refund-02"


def test_a_hook_as_in_the_documents(client: Client) -> None:
    made = client.post("/hooks", samples.HOOK)
    assert made.status_code == 200
    assert list(made.json()) == ["id", "active", "events", "url", "last_response", "created", "modified"]
    assert re.fullmatch(r"[0-9a-f]{32}", made.json()["id"])
    address = f"/hooks/{made.json()['id']}"
    assert without_moments({**made.json(), "id": ""}) == {
        "id": "",
        "active": True,
        "events": ["order"],
        "url": "https://www.example.ae/hooks",
        "last_response": {"code": None, "status": "unused"},
        "created": "a moment",
        "modified": "a moment",
    }
    edited = client.request("PATCH", address, json={"active": False, "events": ["transaction"]})
    assert edited.status_code == 200
    assert edited.json() == {
        **made.json(),
        "active": False,
        "events": ["transaction"],
        "modified": edited.json()["modified"],
    }
    assert edited.json()["modified"] > made.json()["modified"]
    deleted = client.request("DELETE", address)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert error_of(client.get(address)) == (404, "not_found")


def test_a_validation_error_as_in_the_documents(client: Client) -> None:
    answer = client.post(f"{client.order()}/refunds", {})
    assert answer.status_code == 400
    fields = {"refund_id": ["This field is required."]}
    assert answer.json() == {"error": {"code": "invalid", "message": "Invalid input.", "fields": fields}}


def test_the_root_answers_to_good_credentials(client: Client) -> None:
    assert client.get("/").json()["orders"] == f"{client.base_url}/orders"
