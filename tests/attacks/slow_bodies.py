"""Connections that announce a body and never finish it: silent, dripping, or in chunks without an end."""

from __future__ import annotations

import socket
from collections import Counter
from itertools import product

from . import Target, attack

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
KINDS = list(product(SENDERS, PATHS))


@attack("slow-bodies")
def send_slowly(target: Target) -> Counter[str]:
    """One request after the other, each until the server ends it."""
    answers: Counter[str] = Counter()
    while not target.is_over:
        answers[_send_one(target, KINDS[(target.number + answers.total()) % len(KINDS)])] += 1
    return answers


def _send_one(target: Target, kind: tuple[tuple[str, bytes], str]) -> str:
    """How it ended: the answer's status, the error's name, or "open" where the attack was over first."""
    (length, drop), path = kind
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{FORM}\r\n{length}\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", target.port), timeout=PATIENCE) as connection:
            connection.sendall(head.encode())
            connection.settimeout(PAUSE)
            return _drip(target, connection, drop)
    except OSError as error:
        return type(error).__name__


def _drip(target: Target, connection: socket.socket, drop: bytes) -> str:
    while not target.is_over:
        try:
            answer = connection.recv(65536)
        except TimeoutError:
            connection.sendall(drop)
        else:
            return answer[9:12].decode() if answer.startswith(b"HTTP/1.") else "closed"
    return "open"
