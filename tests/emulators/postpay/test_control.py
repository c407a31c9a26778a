"""The control prefix: orders from nowhere, settings, reset, and who may call it."""

from __future__ import annotations

from typing import Any

import pytest

from webapp.emulators.postpay.server import Sandbox

from .client import NO_AUTH, Client, error_of


def test_an_order_can_be_put_in_with_any_text(client: Client) -> None:
    items = [{"reference": "x", "name": "<b>", "url": "javascript:alert(1)", "unit_price": 5, "qty": 1}]
    given: dict[str, Any] = {"items": items, "customer": None, "created": "2024-02-29T23:59:59Z", "currency": "KWD"}
    address = client.order("o-1", 5, "on_hold", **given)
    order = client.get(address).json()
    assert {name: order[name] for name in given} == given
    assert (order["status"], order["status_changed"], order["total_amount"]) == ("on_hold", "2024-02-29T23:59:59Z", 5)
    assert client.state(address)["on_capture"] == "accept"


def test_an_order_is_approved_unless_said_otherwise(client: Client) -> None:
    assert client.control("POST", "/orders", {"order_id": "o-1"})["status"] == "approved"
    assert client.post("/orders/o-1/capture").status_code == 200


def test_the_same_order_twice_is_a_conflict(client: Client) -> None:
    client.order()
    answer = client.request("POST", "/_sandbox/orders", json={"order_id": "order-77"}, auth=NO_AUTH)
    assert error_of(answer) == (409, "conflict")


def test_an_order_can_be_changed(client: Client) -> None:
    address = client.order(status="pending", created="2025-01-01T00:00:00Z")
    before = client.get(address).json()
    after = client.control("PUT", address, {"status": "approved", "on_capture": "expire", "customer": {"email": "x"}})
    assert (after["status"], after["on_capture"], after["customer"]) == ("approved", "expire", {"email": "x"})
    assert after["status_changed"] > before["status_changed"]
    assert after["items"] == before["items"]


def test_the_state_of_an_order_tells_all(client: Client) -> None:
    address = client.order(total=1_000)
    client.control("POST", f"{address}/refunds", {"amount": 300, "refund_id": "outside"})
    client.refund(address, "inside", 200)
    state = client.state(address)
    assert (state["refunded"], state["remaining"]) == (500, 500)
    assert [row["refund_id"] for row in state["refunds"]] == ["outside", "inside"]
    assert [row["amount"] for row in state["transactions"]] == [1_000, -300, -200]


def test_refunds_made_outside_keep_the_rules(client: Client) -> None:
    address = client.order(total=100)
    answer = client.request("POST", f"/_sandbox{address}/refunds", json={"amount": 101}, auth=NO_AUTH)
    assert error_of(answer) == (409, "limit_exceeded")
    assert client.control("POST", f"{address}/refunds")["amount"] == 100


def test_all_refunds_of_all_merchants_are_listed() -> None:
    pairs = [("id_first", "sk_test_first"), ("id_second", "sk_test_second")]
    with Sandbox(orders=0, credentials=pairs) as sandbox:
        client = Client(sandbox)
        for merchant, _ in pairs:
            order = {"order_id": "o-1", "status": "captured", "total_amount": 100}
            client.control("POST", f"/orders?merchant={merchant}", order)
            refund = {"refund_id": f"bo-{merchant}", "amount": 10}
            client.control("POST", f"/orders/o-1/refunds?merchant={merchant}", refund)
        client.control("POST", "/orders/o-1/refunds", {"refund_id": "other", "amount": 5})
        found = client.control("GET", "/refunds?prefix=bo-")
        assert found["count"] == 2
        assert [(row["merchant"], row["order_id"], row["amount"]) for row in found["refunds"]] == [
            ("id_first", "o-1", 10),
            ("id_second", "o-1", 10),
        ]


def test_a_transaction_can_be_put_in(client: Client) -> None:
    client.order("o-1")
    given = {
        "type": "regularization",
        "currency": "AED",
        "amount": -700,
        "description": "Fee",
        "paid": "2026-01-01T00:00:00Z",
        "id": "by-hand",
    }
    client.control("POST", "/transactions", given)
    [row] = client.rows("/transactions", type="regularization")
    assert {name: row[name] for name in given} == given
    assert row["order"] is None
    client.control("POST", "/transactions", {**given, "id": "o-1-1", "type": "instalment", "order_id": "o-1"})
    assert client.rows("/transactions", type="instalment")[0]["order"]["order_id"] == "o-1"


def test_a_reset_forgets_everything_and_makes_new_data(client: Client) -> None:
    client.order()
    client.control("POST", "/faults", {"kind": "status", "status": 500})
    client.control("PUT", "/settings", {"refund_checks": ["conflict", "limit_exceeded", "invalid_status"]})
    seeded = {"orders": 30, "seed": 5, "end": "2026-01-01T00:00:00Z"}
    state = client.control("POST", "/reset", seeded)
    assert (state["orders"], state["refund_checks"][0]) == (30, "invalid_status")
    first = client.rows("/orders")
    assert (len(first), first[0]["created"]) == (30, "2026-01-01T00:00:00Z")
    client.control("POST", "/reset", seeded)
    assert client.rows("/orders") == first
    client.control("POST", "/reset")
    assert client.get("/orders").json()["count"] == client.get("/hooks").json()["count"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/settings", {"throttle": "fast"}),
        ("PUT", "/settings", {"refund_checks": ["conflict"]}),
        ("PUT", "/settings", {"refund_checks": ["conflict"] * 3}),
        ("POST", "/orders", {}),
        ("POST", "/orders", {"order_id": "x", "created": "soon"}),
        ("POST", "/orders", {"order_id": "x", "on_capture": "maybe"}),
        ("POST", "/reset", {"orders": -1}),
        ("POST", "/reset", {"end": "soon"}),
        ("POST", "/transactions", {"type": "gift", "currency": "AED", "amount": 1}),
    ],
)
def test_wrong_wishes_are_refused(client: Client, method: str, path: str, body: Any) -> None:
    answer = client.request(method, f"/_sandbox{path}", json=body, auth=NO_AUTH)
    assert error_of(answer) == (400, "invalid")


@pytest.mark.parametrize(("method", "path", "error"), [
    ("GET", "/orders/none", (404, "not_found")),
    ("GET", "/nothing", (404, "not_found")),
    ("DELETE", "/orders/order-77", (405, "method_not_allowed")),
    ("GET", "/orders/order-77?merchant=none", (404, "not_found")),
])  # fmt: skip
def test_unknown_wishes_are_refused(client: Client, method: str, path: str, error: tuple[int, str]) -> None:
    client.order()
    assert error_of(client.request(method, f"/_sandbox{path}", auth=NO_AUTH)) == error
