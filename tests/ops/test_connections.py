"""What comes in at the socket before there is a request: slow, broken or too large."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from webapp.ops import connections

from .tree import PATIENCE, Tree

MORE_THAN_THREADS = 6
HOST = b"Host: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    """A desk of one process with two threads, so that a few connections could fill it."""
    tree = Tree(tmp_path_factory.mktemp("served"), POSTPAY_BASE_URL="http://127.0.0.1:1", WEB_WORKERS=1, WEB_THREADS=2)
    with tree.flask("migrate") as process:
        assert process.end() == 0
    with tree.flask("serve") as process:
        process.until(lambda: tree.get("/healthz")[0] == 200)
        yield tree


def connect(served: Tree) -> socket.socket:
    return socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE)


def answer_to(served: Tree, request: bytes) -> bytes:
    with connect(served) as one:
        one.sendall(request)
        return b"".join(iter(lambda: one.recv(65536), b""))


def is_closed(one: socket.socket) -> bool:
    one.setblocking(False)
    try:
        return one.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def test_dripping_headers_keep_nobody_waiting_and_are_closed(served: Tree) -> None:
    slow = [connect(served) for _ in range(MORE_THAN_THREADS)]
    for one in slow:
        one.sendall(b"GET /healthz HTTP/1.1\r\nX-Slow: ")
    waiting, health = list(slow), []
    for _ in range(2 * connections.SECONDS_FOR_HEADERS):
        waiting = [one for one in waiting if not is_closed(one)]
        if not waiting:
            break
        for one in waiting:
            one.send(b"a")
        health.append(served.get("/healthz")[0])
        time.sleep(1)
    for one in slow:
        one.close()
    assert not waiting
    assert set(health) == {200}


def test_a_request_in_pieces_is_answered(served: Tree) -> None:
    with connect(served) as one:
        for piece in (b"GET /healthz HT", b"TP/1.1\r\n" + HOST, b"\r", b"\n"):
            one.sendall(piece)
            time.sleep(0.1)
        assert one.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_two_requests_at_once_are_both_answered(served: Tree) -> None:
    first = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    last = b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n"
    assert answer_to(served, first + last).count(b"HTTP/1.1 200 ") == 2


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET jane@private.example\r\n\r\n", b"400"),
        (b"GET /" + b"a" * 5_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X-Large: " + b"a" * 9_000 + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X-Large: " + b"a" * connections.LARGEST_HEAD, b"431"),
    ],
    ids=["no request", "long address", "large header", "no end"],
)
def test_what_is_no_request_gets_a_strict_answer_without_an_echo(served: Tree, request_: bytes, status: bytes) -> None:
    head, _, body = answer_to(served, request_).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status)
    for line in (b"Cache-Control: no-store", b"X-Content-Type-Options: nosniff", b"default-src 'none'"):
        assert line in head
    assert b"jane" not in body


def test_a_body_in_broken_pieces_is_the_senders_mistake(served: Tree) -> None:
    head = b"POST /sign-in HTTP/1.1\r\n" + HOST + b"Content-Type: application/x-www-form-urlencoded\r\n"
    answer = answer_to(served, head + b"Transfer-Encoding: chunked\r\n\r\nZZZ\r\nemail=a\r\n0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
