"""What happens at the socket: slow to send, slow to read, broken, too large, and told to stop."""

from __future__ import annotations

import re
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.attacks import Act, Target
from tests.attacks.slow_bodies import send_slowly
from tests.attacks.slow_readers import read_nothing, stylesheet
from webapp.ops import connections

from .tree import PATIENCE, Tree

MORE_THAN_THREADS = 6
HOST = b"Host: 127.0.0.1\r\n"
BUDGET = 3
"""Seconds within which others are answered, on a slow machine too; who waits for a thread that waits, waits longer."""
UNFINISHED = (
    b"GET /healthz HTTP/1.1\r\nX-Slow: ",
    b"POST /sign-in HTTP/1.1\r\n" + HOST + b"Content-Length: 1000\r\n\r\n",
    b"POST /hooks/x HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n",
)


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


def up_to(one: socket.socket, end: bytes) -> bytes:
    """What comes, head and body together."""
    came = b""
    while not came.endswith(end):
        came += one.recv(65536)
    return came


def is_answered(one: socket.socket) -> bool:
    one.setblocking(False)
    try:
        return one.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return False


def health_within_budget(served: Tree) -> bool:
    begun = time.monotonic()
    return served.get("/healthz")[0] == 200 and time.monotonic() - begun < BUDGET


def test_what_never_ends_keeps_nobody_waiting_and_is_closed(served: Tree) -> None:
    slow = [connect(served) for _ in range(MORE_THAN_THREADS * len(UNFINISHED))]
    for number, one in enumerate(slow):
        one.sendall(UNFINISHED[number % len(UNFINISHED)])
    waiting, answers, healthy = set(slow), [], []
    for _ in range(2 * connections.SECONDS_FOR_REQUEST):
        for one in [one for one in waiting if is_answered(one)]:
            answers.append(one.recv(65536))
            waiting.remove(one)
        if not waiting:
            break
        for one in waiting:
            one.send(b"a")
        healthy.append(health_within_budget(served))
        time.sleep(1)
    for one in slow:
        one.close()
    assert not waiting
    assert all(answer.startswith(b"HTTP/1.1 408 ") or answer.startswith(b"HTTP/1.0 408 ") for answer in answers)
    assert all(healthy)


@pytest.mark.parametrize("act", [send_slowly, read_nothing], ids=["bodies", "readers"])
def test_who_is_slow_leaves_the_threads_to_others(served: Tree, act: Act) -> None:
    until = time.monotonic() + 5
    with ThreadPoolExecutor(60) as pool:
        slow = [pool.submit(act, Target(number, served.port, until)) for number in range(60)]
        healthy = []
        while not all(one.done() for one in slow):
            healthy.append(health_within_budget(served))
            time.sleep(0.2)
    assert [one.result() for one in slow] == [{"open": 1}] * 60
    assert all(healthy)


def test_a_request_in_pieces_is_answered(served: Tree) -> None:
    with connect(served) as one:
        for piece in (b"GET /healthz HT", b"TP/1.1\r\n" + HOST, b"\r", b"\n"):
            one.sendall(piece)
            time.sleep(0.1)
        assert one.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_a_request_of_the_old_kind_without_a_host_is_answered(served: Tree) -> None:
    assert answer_to(served, b"GET /healthz HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 200 ")


def test_an_id_with_a_slash_stays_one_part_of_the_path(served: Tree) -> None:
    answer = answer_to(served, b"GET /demo/orders/a%2Fb HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n")
    assert b"Location: /sign-in?next=/demo/orders/a%252Fb\r\n" in answer


def test_a_part_of_a_file_is_given(served: Tree) -> None:
    path = stylesheet(served.port).encode()
    head, _, body = answer_to(
        served, b"GET " + path + b" HTTP/1.1\r\nConnection: close\r\nRange: bytes=100-199\r\n" + HOST + b"\r\n"
    ).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 206 ")
    assert len(body) == 100


def test_two_requests_at_once_are_both_answered(served: Tree) -> None:
    first = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    last = b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n"
    assert answer_to(served, first + last).count(b"HTTP/1.1 200 ") == 2


def test_an_answer_without_a_body_keeps_its_connection(served: Tree) -> None:
    """Pages that look for news mostly get 204, every few seconds."""
    report = b"POST /csp-report HTTP/1.1\r\nContent-Type: application/csp-report\r\nContent-Length: 2\r\n"
    last = b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n"
    answers = answer_to(served, report + HOST + b"\r\n{}" + last)
    assert answers.startswith(b"HTTP/1.1 204 ")
    assert answers.count(b"HTTP/1.1 200 ") == 1


POST = b"POST /sign-in HTTP/1.1\r\n"
STRICT = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
"""Of an answer that is no page (R48)."""


def turned_away(served: Tree) -> socket.socket:
    """A connection on which a form was refused because too many came at once."""
    form = POST + HOST + b"Content-Length: 0\r\n\r\n"
    for _ in range(20):
        many = [connect(served) for _ in range(MORE_THAN_THREADS * 5)]
        for one in many:
            one.sendall(form)
        answers = {one: one.recv(65536) for one in many}
        refused = [one for one, answer in answers.items() if answer.startswith(b"HTTP/1.1 503 ")]
        for one in set(many) - set(refused[:1]):
            one.close()
        if refused:
            return refused[0]
    raise AssertionError("two threads never had a form each")


def test_who_was_turned_away_waits_a_moment_and_nobody_else_does(served: Tree) -> None:
    with turned_away(served) as one:
        begun = time.monotonic()
        one.sendall(b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n")
        assert served.get("/healthz")[0] == 200
        is_first = is_answered(one)
        is_late = time.monotonic() - begun > connections.SECONDS_HELD_BACK / 2
        assert is_late or not is_first, "another connection is answered first"
        one.setblocking(True)
        assert one.recv(65536).startswith(b"HTTP/1.1 200 ")
    assert time.monotonic() - begun > connections.SECONDS_HELD_BACK / 2


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET jane@private.example\r\n\r\n", b"400"),
        (b"GET /\xffjane HTTP/1.1\r\n" + HOST + b"\r\n", b"400"),
        (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Host: jane.example\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"jane\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nExpect: jane\r\n" + HOST + b"\r\n", b"417"),
        (POST + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (POST + HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\njane=", b"400"),
        (POST.replace(b"1.1", b"1.0") + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (POST + HOST + b"Transfer-Encoding: jane\r\n\r\n", b"501"),
        (POST + HOST + b"Content-Length: 10000000\r\n\r\n", b"413"),
        (b"GET /" + b"a" * connections.LARGEST_HEAD + b" HTTP/1.1\r\n" + HOST + b"\r\n", b"431"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X-Large: " + b"a" * connections.LARGEST_HEAD, b"431"),
    ],
    ids=[
        "no request", "no address", "version", "two hosts", "no header", "expectation", "two kinds of length",
        "two lengths", "unread length", "coding", "large body", "long address", "no end",
    ],
)  # fmt: skip
@pytest.mark.requirement("R48")
def test_what_is_no_request_gets_a_strict_answer_without_an_echo(served: Tree, request_: bytes, status: bytes) -> None:
    head, _, body = answer_to(served, request_).partition(b"\r\n\r\n")
    assert head.split(b" ")[1] == status
    carried = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert {name: carried.get(name) for name in STRICT} == STRICT
    assert re.fullmatch("[0-9a-f]{32}", carried["X-Request-Id"])
    assert b"jane" not in head + body
    assert "jane" not in "".join(log.read_text(encoding="utf-8") for log in served.folder.glob("output-*.txt"))


def test_a_body_in_broken_pieces_is_the_senders_mistake(served: Tree) -> None:
    head = b"POST /sign-in HTTP/1.1\r\n" + HOST + b"Content-Type: application/x-www-form-urlencoded\r\n"
    answer = answer_to(served, head + b"Transfer-Encoding: chunked\r\n\r\nZZZ\r\nemail=a\r\n0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_a_body_that_a_view_refuses_is_refused_in_words(served: Tree) -> None:
    form = b"Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
    head = POST + HOST + form + b"Content-Length: 300000\r\n\r\n"
    answer = answer_to(served, head + b"email=" + b"a" * 299_994)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"Too large" in answer


def test_who_is_slow_does_not_hold_up_the_stop(tmp_path: Path) -> None:
    tree = Tree(tmp_path, POSTPAY_BASE_URL="http://127.0.0.1:1", WEB_WORKERS=1, WEB_THREADS=2)
    with tree.flask("migrate") as process:
        assert process.end() == 0
    with tree.flask("serve") as process:
        process.until(lambda: tree.get("/healthz")[0] == 200)
        with connect(tree) as silent, connect(tree) as kept:
            silent.sendall(UNFINISHED[1])
            kept.sendall(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
            assert b"Connection: close" not in up_to(kept, b"ok\n")
            process.popen.send_signal(signal.SIGTERM)
            time.sleep(1.2)
            kept.sendall(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
            assert b"Connection: close" in up_to(kept, b"ok\n")
            begun = time.monotonic()
            assert process.end() == 0
            assert time.monotonic() - begun < connections.SECONDS_FOR_REQUEST / 2
