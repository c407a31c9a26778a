"""HTTP over sockets: what clients may do that is odd, and what is no HTTP at all."""

from __future__ import annotations

import json

import pytest

from .client import Client


def head(method: str, target: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode()


def test_chunked_bodies_are_read(client: Client) -> None:
    parts = iter([b'{"thing": "t-1",', b' "price": 10}'])
    headers = {"Content-Type": "application/json"}
    assert client.request("POST", "/things", data=parts, headers=headers).json()["price"] == 10
    assert client.get("/things/t-1").status_code == 200


def test_a_client_may_wait_for_leave_to_send(client: Client) -> None:
    body = b'{"thing": "t-1", "price": 10}'
    lines = (
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Expect: 100-continue",
        "Connection: close",
    )
    answer = client.raw(head("POST", "/things", *lines) + body)
    assert answer.startswith(b"HTTP/1.1 100 ")
    assert b"HTTP/1.1 201 Created" in answer


def test_a_connection_serves_many_requests(client: Client) -> None:
    two = head("GET", "/things") + head("GET", "/things?2", "Connection: close")
    assert client.raw(two).count(b"HTTP/1.1 200 OK") == 2


def test_the_whole_address_as_target(client: Client) -> None:
    answer = client.raw(head("GET", "http://127.0.0.1/things?a=1", "Connection: close"))
    assert answer.startswith(b"HTTP/1.1 200 OK")


def test_an_old_client_gets_its_answer_and_the_end(client: Client) -> None:
    old = head("GET", "/things").replace(b"HTTP/1.1", b"HTTP/1.0")
    assert client.raw(old).endswith(b"[]")


def test_an_answer_says_whose_it_is(client: Client) -> None:
    answer = client.get("/things")
    assert (answer.headers["Content-Type"], answer.headers["Server"]) == ("application/tiny+json", "Tiny-Sandbox")


def test_links_lead_back_by_the_name_that_was_asked(client: Client) -> None:
    client.post("/things", {"thing": "t-1", "price": 1})
    for host, base in (("shop.example:81", "http://shop.example:81"), ("a b<c", client.base_url)):
        asked = client.request("GET", "/things/t-1", headers={"Host": host})
        assert asked.json()["url"] == f"{base}/things/t-1"


def test_a_defect_of_the_emulator_is_the_provider_s_error(client: Client, capfd: pytest.CaptureFixture[str]) -> None:
    answer = client.get("/broken")
    assert (answer.status_code, answer.json()["problem"]) == (500, "error")
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_a_body_too_large_is_refused(client: Client) -> None:
    headers = {"Content-Type": "application/json"}
    body = json.dumps({"thing": "x" * 3_000_000, "price": 1})
    chunks = iter([b"x" * 60_000] * 60)
    for data in (body, chunks):
        answer = client.request("POST", "/things", data=data, headers=headers)
        assert (answer.status_code, answer.json()["problem"]) == (400, "parse_error")
    assert client.get("/things").json() == []


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET /things HTTP/9.9\r\n\r\n", 505),
        (b"GET /things HTTP/x\r\n\r\n", 400),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
        (b"POST /things HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST /things HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /things HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        (b"POST /things HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (b"POST /things HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400),
        (b"POST /things HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST /things HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400),
        (b"GET http://[ HTTP/1.1\r\n\r\n", 400),
        (b"OPTIONS * HTTP/1.1\r\nConnection: close\r\n\r\n", 404),
        (b"CONNECT a:1 HTTP/1.1\r\nConnection: close\r\n\r\n", 404),
    ],
)
def test_what_is_no_http_is_answered_and_ended(client: Client, data: bytes, status: int) -> None:
    answer = client.raw(data)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["problem"] in ("parse_error", "not_found")
    assert client.get("/things").status_code == 200


def test_a_client_that_leaves_in_the_middle_does_no_harm(client: Client) -> None:
    lines = ("Content-Type: application/json", "Content-Length: 500")
    assert client.raw(head("POST", "/things", *lines) + b'{"thing": "t-1", "price": 1}') == b""
    for beginning in (b"", b"G", b"GET /things HTTP/1.1\r\nHost: x\r\nAcc"):
        client.raw(beginning)
    assert client.get("/things").json() == []
