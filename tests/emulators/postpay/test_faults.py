"""Faults on order, seen from a client's side."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from .client import NO_AUTH, Client, error_of


def fault(client: Client, kind: str, **fields: Any) -> str:
    return str(client.control("POST", "/faults", {"kind": kind, **fields})["id"])


def refunds(client: Client, address: str) -> int:
    return len(client.state(address)["refunds"])


LOST = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


@pytest.mark.parametrize(
    ("kind", "fields", "made"),
    [
        ("drop_before", {}, 0),
        ("drop_after", {}, 1),
        ("reset", {}, 0),
        ("reset", {"applied": "after"}, 1),
        ("truncated", {}, 1),
        ("truncated", {"applied": "before"}, 0),
    ],
)
def test_the_connection_is_lost_before_or_after_the_work(
    client: Client, kind: str, fields: dict[str, Any], made: int
) -> None:
    address = client.order()
    fault(client, kind, method="POST", path="/orders/*/refunds", **fields)
    with pytest.raises(LOST):
        client.refund(address, "r-1", 10)
    assert refunds(client, address) == made


@pytest.mark.parametrize(("applied", "made"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize(
    ("kind", "fields", "status"),
    [("status", {"status": 500}, 500), ("status", {"status": 503}, 503), ("html", {}, 502), ("redirect", {}, 302)],
)
def test_another_answer_comes_before_or_after_the_work(
    client: Client, kind: str, fields: dict[str, Any], status: int, applied: str, made: int
) -> None:
    address = client.order()
    fault(client, kind, method="POST", applied=applied, path="/orders/", **fields)
    assert client.refund(address, "r-1", 10).status_code == status
    assert refunds(client, address) == made


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


def test_html_looks_like_a_gateway(client: Client) -> None:
    fault(client, "html", status=200, times=1)
    answer = client.get("/orders")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!doctype html>")


def test_a_malformed_answer_is_whole_but_not_json(client: Client) -> None:
    address = client.order()
    fault(client, "malformed", method="POST", path=address)
    answer = client.refund(address, "r-1", 10)
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()
    assert refunds(client, address) == 1


def test_a_wrong_id_or_amount_is_answered_for_the_right_work(client: Client) -> None:
    address = client.order()
    fault(client, "wrong_id", method="POST", path=address, times=1)
    fault(client, "wrong_amount", method="POST", path=address)
    assert client.refund(address, "r-1", 10).json()["refund_id"] != "r-1"
    assert client.refund(address, "r-2", 20).json()["amount"] != 20
    assert [row["amount"] for row in client.state(address)["refunds"]] == [10, 20]


def test_a_dripping_answer_is_whole_in_the_end(client: Client) -> None:
    fault(client, "drip", seconds=0.3)
    started = time.monotonic()
    assert client.get("/orders").json()["count"] == 0
    assert time.monotonic() - started >= 0.25


@pytest.mark.parametrize(("applied", "made"), [("before", 0), ("after", 1)])
def test_a_slow_answer_times_out_before_or_after_the_work(client: Client, applied: str, made: int) -> None:
    address = client.order()
    fault(client, "latency", method="POST", path=address, seconds=5, applied=applied)
    with pytest.raises(requests.ReadTimeout):
        client.request("POST", f"{address}/refunds", json={"refund_id": "r-1", "amount": 10}, timeout=0.3)
    assert refunds(client, address) == made


def test_a_late_commit_shows_up_later(client: Client) -> None:
    address = client.order()
    fault(client, "late_commit", method="POST", path=address, seconds=1, times=1)
    with pytest.raises(LOST):
        client.refund(address, "r-1", 10)
    assert client.control("GET", "")["late_commits"] == 1
    assert error_of(client.get(f"{address}/refunds/r-1")) == (404, "not_found")
    wait_for_late_commits(client)
    assert client.get(f"{address}/refunds/r-1").json()["amount"] == 10


def wait_for_late_commits(client: Client) -> None:
    for _ in range(500):
        if not client.control("GET", "")["late_commits"]:
            return
        time.sleep(0.01)
    raise AssertionError("a late commit is still pending")


def test_a_late_commit_after_a_resend_makes_nothing_twice(client: Client) -> None:
    address = client.order()
    fault(client, "late_commit", method="POST", path=address, seconds=0.7, status=504, times=1)
    assert client.refund(address, "r-1", 10).status_code == 504
    assert client.refund(address, "r-1", 10).status_code == 200
    wait_for_late_commits(client)
    assert refunds(client, address) == 1


def test_times_and_skip_count_matching_requests(client: Client) -> None:
    fault(client, "status", method="GET", path="=/orders", status=500, skip=1, times=2)
    client.get("/hooks")
    assert [client.get("/orders").status_code for _ in range(5)] == [200, 500, 500, 200, 200]
    [rule] = client.control("GET", "/faults")["faults"]
    assert (rule["seen"], rule["used"]) == (3, 2)


@pytest.mark.parametrize(
    ("path", "hit"),
    [
        ("/orders", True),
        ("=/orders", False),
        ("=/orders/a b", True),
        ("/orders/a%20b", True),
        ("/orders/a b", True),
        ("*/a*", True),
        ("/orders/?%20b", True),
        ("/hooks", False),
        ("*/refunds", False),
    ],
)
def test_paths_match_by_beginning_pattern_or_whole(client: Client, path: str, hit: bool) -> None:
    address = client.order("a b")
    fault(client, "status", path=path, status=500)
    assert client.get(address).status_code == (500 if hit else 200)


def test_of_two_faults_the_older_is_used_and_both_can_be_removed(client: Client) -> None:
    first, second = fault(client, "status", status=500), fault(client, "status", status=503)
    assert client.get("/orders").status_code == 500
    client.control("DELETE", f"/faults/{first}")
    assert client.get("/orders").status_code == 503
    assert error_of(client.request("DELETE", f"/_sandbox/faults/{first}", auth=NO_AUTH)) == (404, "not_found")
    client.control("DELETE", "/faults")
    assert client.get("/orders").status_code == 200
    assert second not in [rule["id"] for rule in client.control("GET", "/faults")["faults"]]


MIX = [
    {"kind": "status", "status": 500, "weight": 3},
    {"kind": "status", "status": 503, "weight": 1},
    {"kind": "status", "status": 502, "weight": 5, "method": "POST"},
]


def test_a_mix_is_drawn_by_weight_and_the_same_for_a_seed(client: Client) -> None:
    runs = []
    for seed in (1, 1, 2):
        client.control("DELETE", "/faults")
        client.control("POST", "/faults", {"mix": MIX, "seed": seed, "rate": 0.5, "path": "/orders"})
        runs.append([client.get("/orders").status_code for _ in range(120)])
    assert runs[0] == runs[1] != runs[2]
    assert set(runs[0]) == {200, 500, 503}
    assert 40 <= runs[0].count(200) <= 80
    assert runs[0].count(500) > runs[0].count(503)
    [rule] = client.control("GET", "/faults")["faults"]
    assert rule["used"] == sum(part["used"] for part in rule["mix"]) == 120 - runs[2].count(200)


@pytest.mark.parametrize(
    "rule",
    [{}, {"kind": "explode"}, {"kind": "latency", "secnods": 1}, {"kind": "latency", "seconds": -1}, {"mix": []},
     {"mix": [{"weight": 1}]}, {"mix": [{"kind": "status", "x": 1}]}, {"kind": "status", "applied": "never"}, []],
)  # fmt: skip
def test_a_fault_that_could_not_work_is_refused(client: Client, rule: Any) -> None:
    answer = client.request("POST", "/_sandbox/faults", json=rule, auth=NO_AUTH)
    assert error_of(answer) == (400, "invalid")
    assert client.control("GET", "/faults")["faults"] == []


def test_the_control_prefix_itself_never_fails(client: Client) -> None:
    fault(client, "status", status=500)
    assert client.control("GET", "")["orders"] == 0
