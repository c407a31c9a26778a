"""What faults make of this provider's own shapes."""

from __future__ import annotations

import time
from typing import Any

import pytest

from .client import Client, error_of


def fault(client: Client, kind: str, **fields: Any) -> str:
    return str(client.control("POST", "/faults", {"kind": kind, **fields})["id"])


def refunds(client: Client, address: str) -> int:
    return len(client.state(address)["refunds"])


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (402, "payment_required"),
        (410, "gone"),
        (422, "unprocessable"),
        (403, "permission_denied"),
        (500, "error"),
        (504, "error"),
        (418, "error"),
    ],
)
def test_every_documented_status_can_be_had(client: Client, status: int, code: str) -> None:
    fault(client, "status", status=status)
    assert error_of(client.get("/orders")) == (status, code)


def test_code_body_and_headers_can_be_chosen(client: Client) -> None:
    fault(client, "status", status=409, code="limit_exceeded", times=1)
    assert error_of(client.get("/orders")) == (409, "limit_exceeded")
    fault(client, "status", status=429, retry_after="7", headers={"X-Odd": "yes"}, body="slow down")
    answer = client.get("/orders")
    assert (answer.status_code, answer.headers["Retry-After"], answer.headers["X-Odd"]) == (429, "7", "yes")
    assert answer.text == "slow down"


def test_a_late_commit_after_a_resend_makes_nothing_twice(client: Client) -> None:
    address = client.order()
    fault(client, "late_commit", method="POST", path=address, seconds=0.7, status=504, times=1)
    assert client.refund(address, "r-1", 10).status_code == 504
    assert client.refund(address, "r-1", 10).status_code == 200
    wait_for_late_commits(client)
    assert refunds(client, address) == 1


def test_a_wrong_id_or_amount_is_answered_for_the_right_work(client: Client) -> None:
    address = client.order()
    fault(client, "wrong_id", method="POST", path=address, times=1)
    fault(client, "wrong_amount", method="POST", path=address)
    assert client.refund(address, "r-1", 10).json()["refund_id"] != "r-1"
    assert client.refund(address, "r-2", 20).json()["amount"] != 20
    assert [row["amount"] for row in client.state(address)["refunds"]] == [10, 20]


def wait_for_late_commits(client: Client) -> None:
    for _ in range(500):
        if not client.control("GET", "")["late_commits"]:
            return
        time.sleep(0.01)
    raise AssertionError("a late commit is still pending")
