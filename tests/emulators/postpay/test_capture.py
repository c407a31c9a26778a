"""Capture: the whole order, once."""

from __future__ import annotations

import pytest
import requests

from .client import Client, error_of


def test_it_captures_an_approved_order(client: Client) -> None:
    address = client.order(status="approved", created="2026-01-01T00:00:00Z")
    answer = client.post(f"{address}/capture")
    assert (answer.status_code, answer.json()["status"]) == (200, "captured")
    assert answer.json()["status_changed"] > answer.json()["created"] == "2026-01-01T00:00:00Z"
    assert client.get(address).json() == answer.json()


def test_a_second_capture_is_refused(client: Client) -> None:
    address = client.order(status="approved")
    assert client.post(f"{address}/capture").status_code == 200
    assert error_of(client.post(f"{address}/capture")) == (409, "invalid_status")
    assert len(client.state(address)["transactions"]) == 1


@pytest.mark.parametrize("status", ["pending", "denied", "captured", "on_hold"])
def test_only_approved_orders_can_be_captured(client: Client, status: str) -> None:
    address = client.order(status=status)
    before = client.state(address)
    assert error_of(client.post(f"{address}/capture")) == (409, "invalid_status")
    assert client.state(address) == before


@pytest.mark.parametrize(("on_capture", "error"), [("decline", (402, "capture_error")), ("expire", (410, "expired"))])
def test_a_declined_or_expired_order_stays_approved(client: Client, on_capture: str, error: tuple[int, str]) -> None:
    address = client.order(status="approved", on_capture=on_capture)
    for _ in range(2):
        assert error_of(client.post(f"{address}/capture")) == error
    assert client.get(address).json()["status"] == "approved"
    assert client.state(address)["transactions"] == []
    client.control("PUT", address, {"on_capture": "accept"})
    assert client.post(f"{address}/capture").status_code == 200


def test_an_order_that_times_out_is_captured_but_its_answer_takes_longer_than_anybody_waits(client: Client) -> None:
    address = client.order(status="approved", on_capture="time_out")
    with pytest.raises(requests.ConnectionError, match="Read timed out"):
        client.post(f"{address}/capture", timeout=0.5)
    assert client.get(address).json()["status"] == "captured"
    assert [row["type"] for row in client.state(address)["transactions"]] == ["order"]
    assert error_of(client.post(f"{address}/capture")) == (409, "invalid_status")


def test_an_unknown_order_cannot_be_captured(client: Client) -> None:
    assert error_of(client.post("/orders/none/capture")) == (404, "not_found")


@pytest.mark.parametrize(
    "order_id", ["a b", "a/b", "50%", "#1", "a?b=c", "طلب-١", "a%2Fb", "é&+;=", "-", "capture", "‮x"]
)
def test_ids_survive_the_way_into_an_address(client: Client, order_id: str) -> None:
    address = client.order(order_id, status="approved")
    assert client.post(f"{address}/capture").json()["order_id"] == order_id
    assert client.refund(address, order_id, 1).json()["refund_id"] == order_id
    encoded = address.removeprefix("/orders/")
    assert client.get(f"{address}/refunds/{encoded}").json()["refund_id"] == order_id
    assert client.get("/orders", order_id=order_id).json()["count"] == 1
