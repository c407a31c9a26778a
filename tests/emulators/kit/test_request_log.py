"""The log of requests seen."""

from __future__ import annotations

import hashlib

import pytest
import requests

from .client import Client


def test_it_holds_what_was_sent_and_what_came_of_it(client: Client) -> None:
    client.control("DELETE", "/requests")
    body = b'{"thing": "t-1", "price": 10}'
    headers = {"Content-Type": "application/json", "X-Request-Id": "abc-1", "Cookie": "secret=1"}
    client.request("POST", "/things?a=b+c", data=body, headers=headers)
    [seen] = client.control("GET", "/requests")["requests"]
    assert (seen["method"], seen["path"], seen["query"]) == ("POST", "/things", "a=b+c")
    assert (seen["body"].encode(), seen["body_sha256"]) == (body, hashlib.sha256(body).hexdigest())
    assert (seen["request_id"], seen["headers"]["content-type"]) == ("abc-1", "application/json")
    assert (seen["status"], seen["work_status"], seen["worked"], seen["fault"]) == (201, 201, True, None)
    assert seen["started"] <= seen["ended"]
    client.get("/things/a%2Fb%20%C3%BC")
    assert client.control("GET", "/requests?method=GET")["requests"][0]["path"] == "/things/a%2Fb%20%C3%BC"


def test_it_holds_no_secret(client: Client) -> None:
    client.request("GET", "/things", headers={"Cookie": "session=hidden", "Authorization": "Bearer hidden"})
    text = client.request("GET", "/_sandbox/requests").text
    assert "authorization" not in text.lower()
    assert "hidden" not in text


@pytest.mark.parametrize(
    ("kind", "status", "work_status", "worked"),
    [("drop_before", None, None, False), ("drop_after", None, 201, True), ("reset", None, None, False)],
)
def test_it_tells_lost_answers_from_lost_work(
    client: Client, kind: str, status: int | None, work_status: int | None, worked: bool
) -> None:
    client.control("POST", "/faults", {"kind": kind, "method": "POST"})
    with pytest.raises(requests.ConnectionError):
        client.post("/things", {"thing": "t-1", "price": 10})
    [seen] = client.control("GET", "/requests?method=POST&path=/thing")["requests"]
    assert (seen["status"], seen["work_status"], seen["worked"], seen["fault"]) == (status, work_status, worked, kind)


def test_refused_work_was_not_done(client: Client) -> None:
    client.post("/things", {"thing": "t-1", "price": -10})
    [seen] = client.control("GET", "/requests?method=POST")["requests"]
    assert (seen["status"], seen["worked"]) == (422, False)


def test_it_can_be_read_on_from_a_number_and_forgotten(client: Client) -> None:
    for _ in range(3):
        client.get("/things")
    numbers = [seen["number"] for seen in client.control("GET", "/requests")["requests"]]
    assert numbers == sorted(numbers)
    assert client.control("GET", f"/requests?after={numbers[1]}")["count"] == 1
    assert client.control("GET", f"/requests?after={'9' * 5000}")["count"] == 3
    client.control("DELETE", "/requests")
    assert client.control("GET", "/requests") == {"count": 0, "requests": []}


def test_control_requests_are_not_logged(client: Client) -> None:
    client.control("GET", "/faults")
    assert client.control("GET", "/requests")["count"] == 0
