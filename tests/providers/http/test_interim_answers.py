"""Informational answers (1xx) before the real one are passed over, within the deadline and not without end."""

from __future__ import annotations

import pytest

from tests.providers.conftest import MakeClient, Serve
from tests.providers.raw_server import ORDER, REFUND, Line, always, answer, page
from webapp.money import Money
from webapp.providers.http import shop_post
from webapp.providers.http.deadline import MOST_INTERIM
from webapp.providers.http.errors import AnswerLost, ProviderFailed, UnreadableAnswer
from webapp.providers.postpay.client import encode_refund

BODY = encode_refund(refund_id="r-1", amount=Money(500, "AED"))
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\nDate: yesterday\r\n\r\n"
INTERIM = {
    "100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "102": b"HTTP/1.1 102 Processing\r\n\r\n",
    "103": HINTS,
    "104, unknown": b"HTTP/1.1 104\r\n\r\n",
    "several": b"HTTP/1.1 102 Processing\r\n\r\n" * 3 + HINTS,
    "as many as may be": HINTS * MOST_INTERIM,
}


@pytest.mark.parametrize("name", INTERIM)
def test_a_good_answer_may_come_after_them(make_client: MakeClient, serve: Serve, name: str) -> None:
    server = serve(lambda line: line.send(INTERIM[name] + answer(REFUND)))
    assert make_client(server.base_url).create_refund(order_id="order-01", body=BODY).amount == 500
    assert len(server.lines) == 1


def test_the_connection_is_kept_and_fits_the_next_call(make_client: MakeClient, serve: Serve) -> None:
    server = serve(lambda line: line.send(HINTS + answer(page() if "?" in line.path else ORDER)))
    client = make_client(server.base_url)
    assert client.list_orders().count == 0
    assert client.get_order(order_id="order-01").total == Money(81480, "AED")
    assert (server.connections, len(server.lines)) == (1, 2)


def test_a_refusal_after_them_is_a_refusal(make_client: MakeClient, serve: Serve) -> None:
    server = serve(always(HINTS + answer(b"{}", status=409)))
    with pytest.raises(UnreadableAnswer) as caught:
        make_client(server.base_url).create_refund(order_id="order-01", body=BODY)
    assert caught.value.status == 409


@pytest.mark.parametrize("line", [b"HTTP/1.1 100 Continue\r\n\r\n", HINTS], ids=["100", "103"])
def test_more_than_any_server_sends_is_no_answer(make_client: MakeClient, serve: Serve, line: bytes) -> None:
    server = serve(lambda asked: asked.send(line * (MOST_INTERIM + 1) + answer(REFUND)))
    with pytest.raises(AnswerLost):
        make_client(server.base_url).create_refund(order_id="order-01", body=BODY)
    assert len(server.lines) == 1


def test_nothing_after_them_is_a_lost_answer(make_client: MakeClient, serve: Serve) -> None:
    def behave(line: Line) -> None:
        line.send(HINTS)
        line.close()

    with pytest.raises(AnswerLost):
        make_client(serve(behave).base_url).create_refund(order_id="order-01", body=BODY)


def test_another_protocol_was_not_asked_for(make_client: MakeClient, serve: Serve) -> None:
    server = serve(always(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n" + answer(REFUND)))
    with pytest.raises(ProviderFailed) as caught:
        make_client(server.base_url).create_refund(order_id="order-01", body=BODY)
    assert caught.value.status == 101


def test_a_shop_that_hints_before_it_takes_a_delivery_has_taken_it(serve: Serve) -> None:
    server = serve(always(HINTS + answer(b"", status=204)))
    told = shop_post.post(f"{server.base_url}/in", ("127.0.0.1",), b"{}", {})
    assert (told.code, told.is_done) == (204, True)
