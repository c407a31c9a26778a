"""The total deadline beats whatever the other side does with its time (R15).

The dripping answers are whole and valid, only slow: without a total deadline each of these calls would succeed.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest

from tests.providers.conftest import MakeClient, Serve
from tests.providers.raw_server import ORDER, REFUND, answer, drip, stay_silent
from webapp.money import Money
from webapp.providers.http.errors import AnswerLost, NotSent
from webapp.providers.postpay.client import encode_refund

BODY = encode_refund(refund_id="r-1", amount=Money(500, "AED"))


@pytest.mark.requirement("R15")
def test_it_gives_up_on_dripping_headers(make_client: MakeClient, serve: Serve) -> None:
    padding = "x" * 200
    server = serve(drip(answer(ORDER, X_Padding=padding), seconds=8))
    with pytest.raises(AnswerLost):
        make_client(server.base_url, deadline=0.4).get_order(order_id="order-01")


@pytest.mark.requirement("R15")
def test_it_gives_up_on_a_dripping_body(make_client: MakeClient, serve: Serve) -> None:
    head, _, body = answer(ORDER).partition(b"\r\n\r\n")

    def behave(line):
        line.send(head + b"\r\n\r\n")
        drip(body, seconds=8)(line)

    server = serve(behave)
    with pytest.raises(AnswerLost):
        make_client(server.base_url, deadline=0.4).get_order(order_id="order-01")


def test_it_gives_up_on_dripping_chunks(make_client: MakeClient, serve: Serve) -> None:
    def behave(line):
        line.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        drip(b"".join(b"1\r\n%c\r\n" % byte for byte in answer(ORDER).partition(b"\r\n\r\n")[2]), seconds=8)(line)
        line.send(b"0\r\n\r\n")

    server = serve(behave)
    with pytest.raises(AnswerLost):
        make_client(server.base_url, deadline=0.4).get_order(order_id="order-01")


def test_it_gives_up_on_endless_interim_answers(make_client: MakeClient, serve: Serve) -> None:
    def behave(line):
        drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 8, seconds=4)(line)
        line.send(answer(ORDER))

    server = serve(behave)
    with pytest.raises(AnswerLost):
        make_client(server.base_url, deadline=0.4).get_order(order_id="order-01")


def test_a_write_that_is_never_answered_is_lost_and_was_sent_once(make_client: MakeClient, serve: Serve) -> None:
    server = serve(stay_silent)
    with pytest.raises(AnswerLost):
        make_client(server.base_url, deadline=0.3).create_refund(order_id="order-01", body=BODY)
    assert len(server.lines) == 1


def test_a_call_may_have_a_deadline_of_its_own(make_client: MakeClient, serve: Serve) -> None:
    server = serve(drip(answer(REFUND), seconds=6))
    with pytest.raises(AnswerLost):
        make_client(server.base_url).get_refund(order_id="order-01", refund_id="r-1", deadline=0.3)


def test_no_time_left_means_nothing_is_sent(make_client: MakeClient, serve: Serve) -> None:
    server = serve(stay_silent)
    with pytest.raises(NotSent):
        make_client(server.base_url).create_refund(order_id="order-01", body=BODY, deadline=0)
    assert server.lines == []


def test_a_connection_that_is_not_accepted_in_time_means_nothing_was_sent(
    make_client: MakeClient, stack: ExitStack
) -> None:
    listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    for _ in range(3):  # fill the queue, so that the kernel lets further ones wait
        waiting = stack.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(listener.getsockname())
    client = make_client(f"http://127.0.0.1:{listener.getsockname()[1]}", connect_timeout=0.2)
    with pytest.raises(NotSent):
        client.create_refund(order_id="order-01", body=BODY)
