"""What is on the wire: the address, the headers, and that nobody else ever gets them (R12, R13, R19)."""

from __future__ import annotations

import base64
from urllib.parse import unquote

import pytest

from tests.providers.conftest import MakeClient, Serve
from tests.providers.raw_server import ORDER, REFUND, always, answer, page
from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET
from webapp.money import Money
from webapp.providers.http.errors import ProviderFailed
from webapp.providers.postpay.client import BadIdentifier, encode_refund

BODY = encode_refund(refund_id="r-1", amount=Money(500, "AED"))

ON_THE_WIRE = {
    "order-01": "/orders/order-01",
    "a/b": "/orders/a%2Fb",
    "ü %#?": "/orders/%C3%BC%20%25%23%3F",
    "طلب-٣": "/orders/%D8%B7%D9%84%D8%A8-%D9%A3",
    "%2e%2e": "/orders/%252e%252e",
    "%2E": "/orders/%252E",
    "a%2F..%2Fb": "/orders/a%252F..%252Fb",
    "../../hooks": "/orders/..%2F..%2Fhooks",
    "a/./b": "/orders/a%2F.%2Fb",
    "...": "/orders/...",
    "~_-.": "/orders/~_-.",
    "a;b=c&d+e": "/orders/a%3Bb%3Dc%26d%2Be",
    "//evil.test/": "/orders/%2F%2Fevil.test%2F",
    "\\..\\": "/orders/%5C..%5C",
    "a@b:c": "/orders/a%40b%3Ac",
    "[x]|{y}^`": "/orders/%5Bx%5D%7C%7By%7D%5E%60",
    " lead and trail ": "/orders/%20lead%20and%20trail%20",
    "😀": "/orders/%F0%9F%98%80",
    "\u200f\u00a0": "/orders/%E2%80%8F%C2%A0",
    "%": "/orders/%25",
    "%zz%41": "/orders/%25zz%2541",
}


@pytest.mark.parametrize("order_id", ON_THE_WIRE)
@pytest.mark.requirement("R13")
def test_an_identifier_arrives_as_one_part_of_the_path(make_client: MakeClient, serve: Serve, order_id: str) -> None:
    server = serve(always(answer({**ORDER, "order_id": order_id})))
    make_client(server.base_url).get_order(order_id=order_id)
    assert server.lines[0].path == ON_THE_WIRE[order_id]
    assert unquote(server.lines[0].path.removeprefix("/orders/")) == order_id


@pytest.mark.parametrize(
    "bad", ["", ".", "..", "a\r\nX: y", "a\nb", "\x00", "a\x7f", "\x85", "\ud800", "x" * 600], ids=repr
)
@pytest.mark.requirement("R13")
def test_an_identifier_that_cannot_stand_in_a_path_is_refused_before_anything_is_sent(
    make_client: MakeClient, serve: Serve, bad: str
) -> None:
    server = serve(always(answer(REFUND)))
    client = make_client(server.base_url)
    calls = [
        lambda: client.get_order(order_id=bad),
        lambda: client.capture_order(order_id=bad),
        lambda: client.list_refunds(order_id=bad),
        lambda: client.list_all_refunds(order_id=bad),
        lambda: client.get_refund(order_id="order-01", refund_id=bad),
        lambda: client.get_refund(order_id=bad, refund_id="r-1"),
        lambda: client.create_refund(order_id=bad, body=BODY),
        lambda: client.get_transaction(transaction_id=bad),
        lambda: client.get_hook(hook_id=bad),
        lambda: client.edit_hook(hook_id=bad, active=True),
        lambda: client.delete_hook(hook_id=bad),
    ]
    for call in calls:
        with pytest.raises(BadIdentifier):
            call()
    assert server.connections == 0


def test_a_base_address_may_have_a_path(make_client: MakeClient, serve: Serve) -> None:
    server = serve(always(answer(ORDER)))
    make_client(f"{server.base_url}/postpay/v1/").get_order(order_id="order-01")
    assert server.lines[0].path == "/postpay/v1/orders/order-01"


def test_every_request_says_who_asks_and_for_what(make_client: MakeClient, serve: Serve) -> None:
    server = serve(always(answer(ORDER)))
    make_client(server.base_url, request_id=lambda: "req-42").get_order(order_id="order-01")
    line = server.lines[0]
    credentials = base64.b64encode(f"{EMBEDDED_MERCHANT}:{EMBEDDED_SECRET}".encode()).decode()
    assert line.header("Authorization") == f"Basic {credentials}"
    assert line.header("Accept") == "application/vnd.postpay+json; version=v1"
    assert line.header("Host") == f"127.0.0.1:{server.port}"
    assert (line.header("User-Agent") or "").startswith("postpay-desk/")
    assert line.header("X-Request-Id") == "req-42"
    assert line.header("Cookie") is None
    assert line.body == b""


@pytest.mark.parametrize("given", [None, "", "a\r\nX-Evil: 1", "x" * 65, "ü"])
def test_a_request_id_that_is_none_is_not_sent(make_client: MakeClient, serve: Serve, given: str | None) -> None:
    server = serve(always(answer(ORDER)))
    make_client(server.base_url, request_id=lambda: given).get_order(order_id="order-01")
    assert server.lines[0].header("X-Request-Id") is None
    assert server.lines[0].header("X-Evil") is None


def test_a_write_carries_its_bytes_as_they_are(make_client: MakeClient, serve: Serve) -> None:
    server = serve(always(answer(REFUND)))
    make_client(server.base_url).create_refund(order_id="order-01", body=BODY)
    assert server.lines[0].body == BODY == b'{"refund_id":"r-1","amount":500}'
    assert server.lines[0].header("Content-Type") == "application/json"


def test_a_capture_has_an_empty_body(make_client: MakeClient, serve: Serve) -> None:
    server = serve(always(answer(ORDER)))
    make_client(server.base_url).capture_order(order_id="order-01")
    assert server.lines[0].first_line == "POST /orders/order-01/capture HTTP/1.1"
    assert server.lines[0].header("Content-Length") == "0"


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
@pytest.mark.requirement("R12")
def test_a_redirect_is_never_followed(make_client: MakeClient, serve: Serve, status: int) -> None:
    elsewhere = serve(always(answer(ORDER)))
    server = serve(always(answer(b"", status=status, Location=f"{elsewhere.base_url}/orders/order-01")))
    client = make_client(server.base_url)
    for call in (client.get_order, client.capture_order):
        with pytest.raises(ProviderFailed) as caught:
            call(order_id="order-01")
        assert caught.value.status == status
    assert elsewhere.connections == 0
    assert len(server.lines) == 2


@pytest.mark.requirement("R12")
def test_next_and_previous_are_never_followed(make_client: MakeClient, serve: Serve) -> None:
    elsewhere = serve(always(answer(page())))
    foreign = f"{elsewhere.base_url}/orders?page=2"
    server = serve(lambda line: line.send(answer({**page(ORDER, count=2), "next": foreign, "previous": foreign})))
    found = make_client(server.base_url).list_orders()
    assert (found.number, found.pages, found.has_next) == (1, 1, False)
    assert elsewhere.connections == 0
    assert len(server.lines) == 1


@pytest.mark.requirement("R19")
def test_the_environment_adds_no_proxy(make_client: MakeClient, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, server = serve(always(answer(ORDER))), serve(always(answer(page())))
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy.base_url)
    assert make_client(server.base_url).list_orders().count == 0
    assert proxy.connections == 0


def test_cookies_are_not_kept(make_client: MakeClient, serve: Serve) -> None:
    server = serve(always(answer(page(), Set_Cookie="session=1; Path=/")))
    client = make_client(server.base_url)
    client.list_orders()
    client.list_orders()
    assert server.lines[1].header("Cookie") is None
