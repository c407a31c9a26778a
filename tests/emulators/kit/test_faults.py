"""Faults on order, seen from a client's side."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from .client import Client


def fault(client: Client, kind: str, **fields: Any) -> str:
    return str(client.control("POST", "/faults", {"kind": kind, **fields})["id"])


def add(client: Client, thing: str = "t-1", **options: Any) -> requests.Response:
    return client.post("/things", {"thing": thing, "price": 10}, **options)


def things(client: Client) -> int:
    return len(client.get("/things").json())


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
    fault(client, kind, method="POST", path="/thing*", **fields)
    with pytest.raises(LOST):
        add(client)
    assert things(client) == made


@pytest.mark.parametrize(("applied", "made"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize(
    ("kind", "fields", "status"),
    [("status", {"status": 500}, 500), ("status", {"status": 503}, 503), ("html", {}, 502), ("redirect", {}, 302)],
)
def test_another_answer_comes_before_or_after_the_work(
    client: Client, kind: str, fields: dict[str, Any], status: int, applied: str, made: int
) -> None:
    fault(client, kind, method="POST", applied=applied, path="/things", **fields)
    assert add(client).status_code == status
    assert things(client) == made


def test_an_error_has_the_provider_s_shape_unless_said_otherwise(client: Client) -> None:
    fault(client, "status", status=409, code="taken", times=1)
    answer = client.get("/things")
    assert (answer.status_code, answer.json()) == (409, {"problem": "taken", "about": None})
    assert answer.headers["Content-Type"] == "application/tiny+json"
    fault(client, "status", status=429, retry_after="7", headers={"X-Odd": "yes"}, body="slow down")
    answer = client.get("/things")
    assert (answer.status_code, answer.headers["Retry-After"], answer.headers["X-Odd"]) == (429, "7", "yes")
    assert answer.text == "slow down"


def test_html_looks_like_a_gateway(client: Client) -> None:
    fault(client, "html", status=200, times=1)
    answer = client.get("/things")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!doctype html>")


def test_a_malformed_answer_is_whole_but_not_json(client: Client) -> None:
    fault(client, "malformed", method="POST", path="/things")
    answer = add(client)
    assert answer.status_code == 201
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()
    assert things(client) == 1


def test_a_wrong_id_or_amount_is_answered_for_the_right_work(client: Client) -> None:
    fault(client, "wrong_id", method="POST", path="/things", times=1)
    fault(client, "wrong_amount", method="POST", path="/things")
    assert add(client).json() == {"thing": "other-thing", "price": 10}
    assert add(client, "t-2").json() == {"thing": "t-2", "price": 1}
    assert client.get("/things").json() == [{"thing": "t-1", "price": 10}, {"thing": "t-2", "price": 10}]


def test_a_dripping_answer_is_whole_in_the_end(client: Client) -> None:
    add(client)
    fault(client, "drip", seconds=0.3)
    started = time.monotonic()
    assert client.get("/things").json() == [{"thing": "t-1", "price": 10}]
    assert time.monotonic() - started >= 0.25


@pytest.mark.parametrize(("applied", "made"), [("before", 0), ("after", 1)])
def test_a_slow_answer_times_out_before_or_after_the_work(client: Client, applied: str, made: int) -> None:
    fault(client, "latency", method="POST", path="/things", seconds=5, applied=applied)
    with pytest.raises(requests.ReadTimeout):
        add(client, timeout=0.3)
    assert things(client) == made


def test_a_late_commit_shows_up_later(client: Client) -> None:
    fault(client, "late_commit", method="POST", path="/things", seconds=1, times=1)
    with pytest.raises(LOST):
        add(client)
    assert client.control("GET", "")["late_commits"] == 1
    assert client.get("/things/t-1").status_code == 404
    wait_for_late_commits(client)
    assert client.get("/things/t-1").json()["price"] == 10


def wait_for_late_commits(client: Client) -> None:
    for _ in range(500):
        if not client.control("GET", "")["late_commits"]:
            return
        time.sleep(0.01)
    raise AssertionError("a late commit is still pending")


def test_times_and_skip_count_matching_requests(client: Client) -> None:
    fault(client, "status", method="GET", path="=/things", status=500, skip=1, times=2)
    client.get("/things/none")
    assert [client.get("/things").status_code for _ in range(5)] == [200, 500, 500, 200, 200]
    [rule] = client.control("GET", "/faults")["faults"]
    assert (rule["seen"], rule["used"]) == (3, 2)


@pytest.mark.parametrize(
    ("path", "hit"),
    [
        ("/things", True),
        ("=/things", False),
        ("=/things/a b", True),
        ("/things/a%20b", True),
        ("/things/a b", True),
        ("*/a*", True),
        ("/things/?%20b", True),
        ("/others", False),
        ("*/parts", False),
    ],
)
def test_paths_match_by_beginning_pattern_or_whole(client: Client, path: str, hit: bool) -> None:
    add(client, "a b")
    fault(client, "status", path=path, status=500)
    assert client.get("/things/a%20b").status_code == (500 if hit else 200)


def test_of_two_faults_the_older_is_used_and_both_can_be_removed(client: Client) -> None:
    first, second = fault(client, "status", status=500), fault(client, "status", status=503)
    assert client.get("/things").status_code == 500
    client.control("DELETE", f"/faults/{first}")
    assert client.get("/things").status_code == 503
    assert client.request("DELETE", f"/_sandbox/faults/{first}").status_code == 404
    client.control("DELETE", "/faults")
    assert client.get("/things").status_code == 200
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
        client.control("POST", "/faults", {"mix": MIX, "seed": seed, "rate": 0.5, "path": "/things"})
        runs.append([client.get("/things").status_code for _ in range(120)])
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
    answer = client.request("POST", "/_sandbox/faults", json=rule)
    assert (answer.status_code, answer.json()["problem"]) == (422, "invalid")
    assert client.control("GET", "/faults")["faults"] == []


def test_the_control_prefix_itself_never_fails(client: Client) -> None:
    fault(client, "status", status=500)
    assert client.control("GET", "")["late_commits"] == 0


def test_reads_lag_behind_what_is_written(client: Client) -> None:
    add(client, "before")
    number = fault(client, "lag", path="/things")
    assert add(client, "after").status_code == 201
    assert things(client) == 1
    client.control("DELETE", f"/faults/{number}")
    assert things(client) == 2


def test_a_lag_is_counted_and_never_loses_a_write(client: Client) -> None:
    fault(client, "lag", times=1)
    add(client)
    assert things(client) == 0
    assert things(client) == 1
    (rule,) = client.control("GET", "/faults")["faults"]
    assert (rule["used"], "past" in rule) == (1, False)
