"""Whether the provider may have acted: the difference between "safe to start again" and "we do not know"."""

from __future__ import annotations

import socket

import pytest

from tests.providers.conftest import MakeClient, Serve
from tests.providers.raw_server import REFUND, Line, always, answer, in_turn, page, stay_silent
from webapp.money import Money
from webapp.providers.http.errors import AnswerLost, NotSent, ProviderFailed, UnreadableAnswer
from webapp.providers.postpay.client import PostpayClient, encode_refund

BODY = encode_refund(refund_id="r-1", amount=Money(500, "AED"))


def refund(client: PostpayClient) -> object:
    return client.create_refund(order_id="order-01", body=BODY)


def test_a_refused_connection_was_not_sent(make_client: MakeClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotSent):
        refund(make_client(f"http://127.0.0.1:{port}"))


def test_a_name_that_is_not_found_was_not_sent(make_client: MakeClient) -> None:
    with pytest.raises(NotSent):
        refund(make_client("http://no-such-host.invalid", connect_timeout=0.5))


@pytest.mark.parametrize(
    "behaviour",
    [
        Line.reset,
        Line.close,
        lambda line: (line.send(b"HTTP/1.1 2"), line.close()),
        lambda line: (line.send(b"garbage\r\n\r\n"), line.close()),
        lambda line: (line.send(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000), line.close()),
        lambda line: (line.send(answer(REFUND)[:-5]), line.reset()),
        lambda line: line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
    ],
    ids=["reset", "closed", "half a status", "no HTTP", "endless header", "reset in the body", "two lengths"],
)
def test_a_write_whose_answer_breaks_off_is_lost_and_never_sent_again(
    make_client: MakeClient, serve: Serve, behaviour
) -> None:
    server = serve(behaviour)
    with pytest.raises(AnswerLost):
        refund(make_client(server.base_url))
    assert len(server.lines) == 1


@pytest.mark.parametrize(
    "data",
    [
        answer(REFUND)[:-5],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        b"HTTP/1.1 200 OK\r\n\r\n" + answer(REFUND).partition(b"\r\n\r\n")[2][:-5],
    ],
    ids=["shorter than said", "half a chunk", "no chunk", "without a length"],
)
def test_an_answer_that_ends_early_is_unreadable(make_client: MakeClient, serve: Serve, data: bytes) -> None:
    server = serve(lambda line: (line.send(data), line.close()))
    with pytest.raises(UnreadableAnswer) as caught:
        refund(make_client(server.base_url))
    assert caught.value.status == 200
    assert len(server.lines) == 1


def test_a_write_never_goes_over_a_kept_connection(make_client: MakeClient, serve: Serve) -> None:
    """On one that just died, nobody could tell whether the refund was made."""
    server = serve(in_turn(always(answer(page())), always(answer(REFUND))))
    client = make_client(server.base_url)
    client.list_orders()
    refund(client)
    refund(client)
    assert [line.connection for line in server.lines] == [1, 2, 3]
    assert server.lines[1].header("Connection") == "close"


def test_a_write_after_the_kept_connection_died_arrives_once(make_client: MakeClient, serve: Serve) -> None:
    server = serve(in_turn(lambda line: (line.send(answer(page())), line.close()), always(answer(REFUND))))
    client = make_client(server.base_url)
    client.list_orders()
    refund(client)
    assert [line.first_line.split()[0] for line in server.lines] == ["GET", "POST"]


def test_reads_share_a_kept_connection(make_client: MakeClient, serve: Serve) -> None:
    server = serve(always(answer(page())))
    client = make_client(server.base_url)
    for _ in range(3):
        client.list_orders()
    assert server.connections == 1


def test_a_failed_answer_does_not_poison_the_next_call(make_client: MakeClient, serve: Serve) -> None:
    """The rest of a body that was not read must not be taken for the next answer."""
    server = serve(in_turn(always(answer(b"x" * 5000, status=302)), always(answer(page()))))
    client = make_client(server.base_url)
    with pytest.raises(ProviderFailed):
        client.list_orders()
    assert client.list_orders().count == 0


def test_a_lost_read_does_not_poison_the_next_call(make_client: MakeClient, serve: Serve) -> None:
    server = serve(in_turn(stay_silent, always(answer(page()))))
    client = make_client(server.base_url)
    with pytest.raises(AnswerLost):
        client.list_orders(deadline=0.2)
    assert client.list_orders().count == 0
