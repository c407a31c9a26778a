"""Deliveries to the real processes: too large, too slow, too many at once, and the provider away."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest
import requests

from tests.storm.burst import burst, kept, receiving_desk
from tests.storm.desk import Desk
from tests.webhooks.receiving import Receiving, order_body
from webapp.ops.connections import SECONDS_FOR_REQUEST
from webapp.providers.postpay.signature import HEADER, sign

MEBIBYTE = 1024 * 1024
MORE_THAN_THREADS = 20

Served = tuple[Desk, Receiving]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two processes of eight threads, and nobody who answers for the provider."""
    with receiving_desk(tmp_path_factory.mktemp("burst")) as served:
        yield served


def head(receiving: Receiving, *lines: str) -> bytes:
    given = [f"POST {receiving.path} HTTP/1.1", "Host: 127.0.0.1", f"{HEADER}: {'0' * 64}", *lines]
    return "\r\n".join(given).encode() + b"\r\n\r\n"


def status(one: socket.socket) -> int:
    """The status of what is answered; 0 where the connection was closed without a word."""
    answer = one.recv(65536)
    return int(answer.split(b" ")[1]) if answer else 0


def connect(desk: Desk) -> socket.socket:
    return socket.create_connection(("127.0.0.1", desk.port), timeout=30)


def test_a_burst_with_the_provider_away_loses_nothing_and_others_are_served(served: Served) -> None:
    desk, receiving = served
    report = burst(desk, receiving, count=300, seconds=2, senders=6)
    assert report.answers == {200: 330}
    assert kept(receiving) == (300, 300, 30)
    assert report.health
    assert report.sign_in


def test_what_says_it_is_too_large_is_not_read(served: Served) -> None:
    desk, receiving = served
    with connect(desk) as one:
        one.sendall(head(receiving, f"Content-Length: {10 * MEBIBYTE}"))
        assert status(one) == 413


def test_what_turns_out_too_large_is_not_read_to_its_end(served: Served) -> None:
    desk, receiving = served
    with connect(desk) as one:
        one.sendall(head(receiving, "Transfer-Encoding: chunked"))
        one.settimeout(10)
        with contextlib.suppress(OSError):  # it hangs up on us
            for _ in range(10 * MEBIBYTE // 65536):
                one.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        with contextlib.suppress(ConnectionError):
            assert status(one) in (0, 413)
    assert MEBIBYTE not in {row.size for row in receiving.rows()}


def test_a_body_in_pieces_is_taken(served: Served) -> None:
    desk, receiving = served
    body = order_body("in pieces")
    signature = sign(body, receiving.secret, at=int(time.time()))

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(body), 10):
            yield body[at : at + 10]

    answer = requests.post(desk.address + receiving.path, data=pieces(), headers={HEADER: signature}, timeout=30)
    assert answer.status_code == 200


def test_slow_bodies_hold_no_thread(served: Served) -> None:
    desk, receiving = served
    slow = [connect(desk) for _ in range(2 * MORE_THAN_THREADS)]
    for one in slow:
        one.sendall(head(receiving, "Content-Length: 1000") + b"x")
    for _ in range(4):  # so that each process is asked
        assert requests.get(f"{desk.address}/healthz", timeout=SECONDS_FOR_REQUEST / 4).status_code == 200
    for one in slow:
        one.close()
