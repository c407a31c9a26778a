"""Bodies that no provider should send: each ends as an unreadable answer, never as a crash (R16)."""

from __future__ import annotations

import json
import zlib

import pytest

from tests.providers.conftest import MakeClient, Serve
from tests.providers.raw_server import ORDER, Line, always, answer, page
from webapp.money import Money
from webapp.providers.http.errors import UnreadableAnswer

GIBIBYTE = 2**30
LONG_NUMBER = "9" * 5000


def with_text(name: str, text: str) -> bytes:
    """The sample order as JSON, one value replaced by whatever text."""
    return json.dumps({**ORDER, name: "@@"}).replace('"@@"', text).encode()


UNREADABLE = {
    "nothing": b"",
    "blank": b"   ",
    "malformed": b'{"order_id": ',
    "two values": json.dumps(ORDER).encode() + b"{}",
    "HTML": b"<!doctype html><h1>Welcome</h1>",
    "list": b"[]",
    "text": b'"captured"',
    "null": b"null",
    "100,000 brackets": b"[" * 100_000,
    "100,000 braces": b'{"a":' * 100_000,
    "nested in order": with_text("metadata", "[" * 500 + "]" * 500),
    "not UTF-8": with_text("currency", '"\xff"').replace(b"\xc3\xbf", b"\xff"),
    "UTF-16": json.dumps(ORDER).encode("utf-16"),
    "lone surrogate": with_text("currency", '"\\ud83d"'),
    "lone surrogate in what is not read": with_text("metadata", '{"\\uDE00": 1}'),
    "key twice": json.dumps(ORDER).replace('"currency"', '"total_amount": 1, "currency"').encode(),
    "key twice deep inside": with_text("metadata", '{"a": 1, "a": 2}'),
    "NaN": with_text("total_amount", "NaN"),
    "Infinity in what is not read": with_text("metadata", "-Infinity"),
    "1e999 in what is not read": with_text("metadata", "1e999"),
    "5,000 digits": with_text("total_amount", LONG_NUMBER),
    "5,000 digits in what is not read": with_text("metadata", LONG_NUMBER),
    "2^63": with_text("total_amount", str(2**63)),
    "true as amount": with_text("total_amount", "true"),
    "float as amount": with_text("total_amount", "814.0"),
    "exponent as amount": with_text("total_amount", "1e3"),
    "text as amount": with_text("total_amount", '"81480"'),
    "null as amount": with_text("total_amount", "null"),
    "list as amount": with_text("total_amount", "[1]"),
    "moment without zone": with_text("created", '"2026-05-08T10:53:57"'),
    "number as moment": with_text("created", "1588933437"),
    "number as currency": with_text("currency", "true"),
    "no status": with_text("status", "null"),
    "other order": with_text("order_id", '"order-02"'),
}


@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.requirement("R16")
def test_a_body_that_is_not_what_was_promised_is_unreadable(make_client: MakeClient, serve: Serve, name: str) -> None:
    server = serve(always(answer(UNREADABLE[name])))
    with pytest.raises(UnreadableAnswer) as caught:
        make_client(server.base_url).get_order(order_id="order-01")
    assert caught.value.status == 200
    assert "814" not in str(caught.value)


def test_the_sample_that_these_are_made_of_can_be_read(make_client: MakeClient, serve: Serve) -> None:
    server = serve(always(answer(with_text("metadata", '{"note": "\\ud83d\\ude00"}'))))
    order = make_client(server.base_url).get_order(order_id="order-01")
    assert order.total == Money(81480, "AED")
    assert order.metadata == {"note": "😀"}


@pytest.mark.parametrize("status", [202, 204, 206, 226])
def test_a_success_that_is_not_documented_is_unreadable(make_client: MakeClient, serve: Serve, status: int) -> None:
    server = serve(always(answer(b"" if status == 204 else ORDER, status=status)))
    with pytest.raises(UnreadableAnswer):
        make_client(server.base_url).get_order(order_id="order-01")


@pytest.mark.parametrize(
    "body",
    [
        {"count": "1", "results": []},
        {"count": True, "results": []},
        {"count": -1, "results": []},
        {"count": 1},
        {"count": 1, "results": {}},
        {"results": []},
        {"count": 1, "results": [None]},
        {"count": 1, "results": [{**ORDER, "total_amount": 1.5}]},
    ],
)
def test_a_page_that_is_none_is_unreadable(make_client: MakeClient, serve: Serve, body: object) -> None:
    server = serve(always(answer(body)))
    with pytest.raises(UnreadableAnswer):
        make_client(server.base_url).list_orders()


@pytest.mark.requirement("R16")
def test_a_gibibyte_is_left_at_the_limit(make_client: MakeClient, serve: Serve) -> None:
    sent = []

    def behave(line: Line) -> None:
        line.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"%x\r\n" % 2**20 + b" " * 2**20 + b"\r\n"
        for _ in range(GIBIBYTE // 2**20):
            line.send(chunk)
            sent.append(len(chunk))

    server = serve(behave)
    with pytest.raises(UnreadableAnswer, match="too large"):
        make_client(server.base_url).get_order(order_id="order-01")
    assert sum(sent) < 32 * 2**20  # what buffers hold, not what the server had to say


def test_a_body_of_one_huge_chunk_is_left_at_the_limit(make_client: MakeClient, serve: Serve) -> None:
    def behave(line: Line) -> None:
        line.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % GIBIBYTE)
        for _ in range(1024):
            line.send(b" " * 2**20)

    server = serve(behave)
    with pytest.raises(UnreadableAnswer, match="too large"):
        make_client(server.base_url).get_order(order_id="order-01")


@pytest.mark.parametrize(("limit", "fits"), [(len(json.dumps(page())), True), (len(json.dumps(page())) - 1, False)])
def test_the_limit_is_exact(make_client: MakeClient, serve: Serve, limit: int, fits: bool) -> None:
    server = serve(always(answer(page())))
    client = make_client(server.base_url, body_limit=limit)
    if fits:
        assert client.list_orders().count == 0
        return
    with pytest.raises(UnreadableAnswer, match="too large"):
        client.list_orders()


def test_a_packed_body_is_not_unpacked(make_client: MakeClient, serve: Serve) -> None:
    bomb = zlib.compress(b" " * 50_000_000, 9)
    server = serve(always(answer(bomb, Content_Encoding="deflate")))
    with pytest.raises(UnreadableAnswer, match="packed"):
        make_client(server.base_url).get_order(order_id="order-01")
    assert server.lines[0].header("Accept-Encoding") == "identity"
