"""Refunds: who may have how much of what back."""

from __future__ import annotations

from typing import Any

import pytest

from .client import Client, error_of, fields_of


def test_parts_add_up_to_the_whole_and_no_further(client: Client) -> None:
    address = client.order(total=1_000)
    assert client.refund(address, "r-1", 600).json()["full"] is False
    assert error_of(client.refund(address, "r-2", 401)) == (409, "limit_exceeded")
    assert client.refund(address, "r-2", 400).status_code == 200
    assert error_of(client.refund(address, "r-3", 1)) == (409, "limit_exceeded")
    assert client.get(address).json()["status"] == "captured"
    assert client.state(address)["remaining"] == 0


@pytest.mark.parametrize("body", [{}, {"amount": None}])
def test_no_amount_means_all_that_remains(client: Client, body: dict[str, Any]) -> None:
    address = client.order(total=1_000)
    client.refund(address, "r-1", 300)
    answer = client.post(f"{address}/refunds", {"refund_id": "rest", **body}).json()
    assert (answer["amount"], answer["full"]) == (700, True)
    assert error_of(client.post(f"{address}/refunds", {"refund_id": "more", **body})) == (409, "limit_exceeded")


def test_the_whole_amount_is_a_full_refund(client: Client) -> None:
    assert client.refund(client.order(total=1_000), "r-1", 1_000).json()["full"] is True


def test_the_same_id_again_is_a_conflict_whatever_the_amount(client: Client) -> None:
    address = client.order(total=1_000)
    assert client.refund(address, "r-1", 10).status_code == 200
    for amount in (10, 20, None):
        assert error_of(client.refund(address, "r-1", amount)) == (409, "conflict")
    assert client.state(address)["refunded"] == 10


def test_two_orders_may_use_the_same_refund_id(client: Client) -> None:
    for order_id in ("a", "b"):
        assert client.refund(client.order(order_id), "r-1", 10).status_code == 200


@pytest.mark.parametrize("status", ["pending", "approved", "denied"])
def test_only_captured_orders_can_be_refunded(client: Client, status: str) -> None:
    address = client.order(status=status)
    assert error_of(client.refund(address, "r-1", 10)) == (409, "invalid_status")
    assert client.get(f"{address}/refunds").json()["count"] == 0


def test_the_checks_come_in_their_order(client: Client) -> None:
    """404, 400, invalid_status, conflict, limit_exceeded."""
    assert error_of(client.post("/orders/none/refunds", {"amount": 0})) == (404, "not_found")
    address = client.order(status="pending", total=100)
    assert error_of(client.refund(address, "r-1", 0)) == (400, "invalid")
    assert error_of(client.refund(address, "r-1", 101)) == (409, "invalid_status")
    client.control("PUT", address, {"status": "captured"})
    client.refund(address, "r-1", 1)
    assert error_of(client.refund(address, "r-1", 101)) == (409, "conflict")
    assert error_of(client.refund(address, "r-2", 101)) == (409, "limit_exceeded")


def test_the_order_of_the_conflicts_can_be_changed(client: Client) -> None:
    """The provider's order is unknown: a client must not depend on it."""
    address = client.order(total=100)
    client.refund(address, "r-1", 100)
    client.control("PUT", "/settings", {"refund_checks": ["limit_exceeded", "conflict", "invalid_status"]})
    assert error_of(client.refund(address, "r-1", 100)) == (409, "limit_exceeded")
    client.control("PUT", address, {"status": "denied"})
    client.control("PUT", "/settings", {"refund_checks": ["conflict", "limit_exceeded", "invalid_status"]})
    assert error_of(client.refund(address, "r-1", 100)) == (409, "conflict")


@pytest.mark.parametrize(
    "amount", [0, -1, 1.5, 100.0, "100", "", True, False, [], {}, [100], 2**63, 10**400, 1e300, "1e2", "١٢"]
)
def test_an_amount_is_a_positive_whole_number_of_json(client: Client, amount: Any) -> None:
    address = client.order(total=1_000)
    assert list(fields_of(client.refund(address, "r-1", amount))) == ["amount"]
    assert client.state(address)["refunds"] == []


def test_amounts_up_to_64_bits_are_exact(client: Client) -> None:
    address = client.order(total=2**63 - 1)
    assert client.refund(address, "r-1", 2**63 - 2).json()["amount"] == 2**63 - 2
    assert error_of(client.refund(address, "r-2", 2**63 - 1)) == (409, "limit_exceeded")
    assert client.refund(address, "r-2", 1).status_code == 200
    assert client.state(address)["refunded"] == 2**63 - 1


@pytest.mark.parametrize("refund_id", [None, "", "   ", True, [], {}, "x" * 256, "a\x00b"])
def test_an_id_is_text_that_is_not_empty(client: Client, refund_id: Any) -> None:
    assert list(fields_of(client.refund(client.order(), refund_id, 10))) == ["refund_id"]


def test_all_wrong_fields_are_named_at_once(client: Client) -> None:
    answer = client.post(f"{client.order()}/refunds", {"amount": "x", "description": []})
    assert set(fields_of(answer)) == {"refund_id", "amount", "description"}


@pytest.mark.parametrize("description", ["", None, "x" * 5000, "<script>", "سبب", "two\nlines", 7])
def test_a_description_may_be_anything_readable(client: Client, description: Any) -> None:
    address = client.order()
    made = client.refund(address, "r-1", 10, description=description)
    expected = str(description) if isinstance(description, int) else description
    assert made.json()["description"] == expected
    assert client.get(f"{address}/refunds/r-1").json() == made.json()


def test_without_a_description_it_is_empty(client: Client) -> None:
    assert client.refund(client.order(), "r-1", 10).json()["description"] == ""
