"""Deliveries to a real receiver."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from webapp.emulators.kit.server import Emulator

from . import tiny
from .client import Client
from .receiver import Receiver, receiving

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """The address of a receiver that reads a request and writes these bytes, whatever they are."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            length = 0
            while (line := self.rfile.readline()).strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            self.rfile.read(length)
            self.wfile.write(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def tell(client: Client, url: str, thing: str = "t-1") -> list[dict[str, Any]]:
    """Adds a thing that the receiver is told of, and gives all deliveries once none is pending."""
    client.control("PUT", "/listener", {"url": url})
    client.post("/things", {"thing": thing, "price": 1})
    return client.settled()


def test_a_letter_arrives_as_it_was_written(client: Client, receiver: Receiver) -> None:
    (delivery,) = tell(client, receiver.url)
    path, headers, body = receiver.got.get(timeout=5)
    assert (path, json.loads(body)) == ("/hooks?from=postpay", {"thing": "t-1"})
    assert (headers["X-Tiny"], headers["User-Agent"]) == ("signed", "Tiny-Sandbox")
    assert delivery["hook"] == "only"
    assert (delivery["event"], delivery["url"]) == ("thing", receiver.url)


@pytest.mark.parametrize(
    ("status", "word"), [(200, "success"), (204, "success"), (302, "failure"), (404, "failure"), (500, "failure")]
)
def test_the_answer_is_recorded(
    emulator: Emulator[tiny.World], client: Client, receiver: Receiver, status: int, word: str
) -> None:
    receiver.status = status
    (delivery,) = tell(client, receiver.url)
    assert (delivery["code"], delivery["status"]) == (status, word)
    assert emulator.world.recorded == [(status, word)]
    assert receiver.got.qsize() == 1


@pytest.mark.parametrize(
    ("before", "code"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\n", 200),
        (b"HTTP/1.1 102 Processing\r\n\r\n", 200),
        (HINTS * 3, 200),
        (HINTS * 100, None),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", 101),
    ],
    ids=["100", "102", "103", "without end", "101"],
)
def test_an_informational_answer_is_not_the_answer(client: Client, before: bytes, code: int | None) -> None:
    with answering(before + OK) as url:
        (delivery,) = tell(client, url)
    assert (delivery["code"], delivery["status"]) == (code, "success" if code == 200 else "failure")


@pytest.mark.parametrize("answer", [b"", HINTS, b"not http\r\n\r\n"], ids=["nothing", "only hints", "no http"])
def test_what_is_no_answer_is_a_failure_without_a_code(client: Client, answer: bytes) -> None:
    with answering(answer) as url:
        (delivery,) = tell(client, url)
    assert (delivery["code"], delivery["status"]) == (None, "failure")


def test_nobody_there_is_a_failure_without_a_code(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    (delivery,) = tell(client, f"http://127.0.0.1:{port}/")
    assert (delivery["code"], delivery["status"]) == (None, "failure")


def test_it_is_tried_again_as_often_as_the_letter_says(
    emulator: Emulator[tiny.World], client: Client, receiver: Receiver
) -> None:
    emulator.world.waits = (0.01, 0.02)
    receiver.status = 503
    assert [one["code"] for one in tell(client, receiver.url)] == [503, 503, 503]
    receiver.status = 200
    assert [one["code"] for one in tell(client, receiver.url, "t-2")][3:] == [200]
    assert receiver.got.qsize() == 4


def test_what_waits_for_another_try_is_dropped_with_the_emulator(receiver: Receiver) -> None:
    with tiny.emulator() as emulator:
        emulator.world.waits = (60.0,)
        receiver.status = 503
        client = Client(emulator.base_url)
        client.control("PUT", "/listener", {"url": receiver.url})
        client.post("/things", {"thing": "t-1", "price": 1})
        receiver.got.get(timeout=5)
        waiting = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    for thread in waiting:
        thread.join(5)
    assert not any(thread.is_alive() for thread in waiting)


def test_other_machines_are_left_alone(emulator: Emulator[tiny.World], client: Client) -> None:
    assert tell(client, "https://www.example.ae/hooks") == []
    assert emulator.world.recorded == []


def test_a_delivery_that_cannot_be_noted_keeps_no_later_one_back(
    emulator: Emulator[tiny.World], client: Client, receiver: Receiver, capfd: pytest.CaptureFixture[str]
) -> None:
    """As when the disk is full for a while: what became of the delivery is lost, and nothing else."""
    emulator.world.disk_full = True
    assert tell(client, receiver.url) == []
    emulator.world.disk_full = False
    assert [delivery["status"] for delivery in tell(client, receiver.url, "t-2")] == ["success"]
    assert receiver.got.qsize() == 2
    assert "no space left" in capfd.readouterr().err
