"""The official clients' odd ways of asking, and what HTTP allows besides."""

from __future__ import annotations

from base64 import b64encode

import pytest

from .client import Client, error_of


def head(client: Client, method: str, target: str, *lines: str) -> bytes:
    credentials = b64encode(":".join(client.auth).encode()).decode()
    first = (f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Basic {credentials}")
    return "\r\n".join([*first, *lines, "", ""]).encode()


def test_capture_takes_an_empty_json_list(client: Client) -> None:
    assert client.post(f"{client.order(status='approved')}/capture", []).status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", None),
        (b"[]", "application/json"),
        (b"{}", "text/plain"),
        (b"not json", "application/json"),
        (b"a=b", None),
    ],
)
def test_capture_does_not_look_at_its_body(client: Client, body: bytes, content_type: str | None) -> None:
    address = client.order(status="approved")
    headers = {"Content-Type": content_type} if content_type else {}
    assert client.request("POST", f"{address}/capture", data=body, headers=headers).status_code == 200


def test_a_delete_takes_an_empty_json_list(client: Client) -> None:
    body = {"url": "https://a.example", "events": ["order"], "secret": "s", "active": 1}
    hook = client.post("/hooks", body).json()
    assert client.request("DELETE", f"/hooks/{hook['id']}", json=[]).status_code == 204


@pytest.mark.parametrize("body", ["[]", "{", "x" * 1000])
def test_a_get_may_have_a_body(client: Client, body: str) -> None:
    client.order()
    for path in ("/orders", "/orders/order-77", "/orders/order-77/refunds"):
        answers = [
            client.request("GET", path, data=body, headers={"Content-Type": "application/json"}) for _ in range(2)
        ]
        assert [answer.status_code for answer in answers] == [200, 200]


def test_moments_without_a_colon_in_their_zone(client: Client) -> None:
    client.order(created="2019-08-26T09:28:14Z")
    assert client.get("/orders", created="2019-08-26T09:28:14+0000").json()["count"] == 1
    assert client.get("/orders", created="2019-08-26T13:28:14+0400").json()["count"] == 1
    assert client.get("/orders", created__gt="2019-08-26T09:28:14+0000").json()["count"] == 0


def test_integer_ids_become_text(client: Client) -> None:
    address = client.order()
    assert client.refund(address, 7, 10).json()["refund_id"] == "7"
    assert client.get(f"{address}/refunds/7").status_code == 200
    assert error_of(client.refund(address, "7", 10)) == (409, "conflict")


def test_unknown_keys_are_ignored(client: Client) -> None:
    assert client.refund(client.order(), "r-1", 10, currency="AED", metadata={"a": 1}).status_code == 200


def test_the_older_name_of_the_refund_id_loses_to_the_newer(client: Client) -> None:
    address = client.order()
    made = client.post(f"{address}/refunds", {"refund_id": "new", "refundId": "old", "amount": 1})
    assert made.json()["refund_id"] == "new"


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.postpay+json"],
)
def test_json_goes_by_several_names(client: Client, content_type: str) -> None:
    body = b'{"refund_id": "r-1", "amount": 1}'
    answer = client.request("POST", f"{client.order()}/refunds", data=body, headers={"Content-Type": content_type})
    assert answer.status_code == 200


def test_head_is_a_get_without_its_body(client: Client) -> None:
    asked = client.request("HEAD", "/orders")
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["Content-Length"] == str(len(client.get("/orders").content))
    assert client.request("HEAD", "/orders/none").status_code == 404


def test_options_say_what_is_allowed(client: Client) -> None:
    answer = client.request("OPTIONS", "/hooks/any")
    assert (answer.status_code, answer.headers["Allow"]) == (200, "GET, PATCH, DELETE, HEAD, OPTIONS")
