"""How a connection becomes a request: no thread waits for a slow sender, and broken requests get a strict answer.

gunicorn's thread worker reads a request's line and headers in a thread, for as long as they take. Here they are
gathered without waiting, between the other connections, and a thread is given to a request whose headers are complete.
"""

from __future__ import annotations

import io
import socket
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from gunicorn import util
from gunicorn.http import RequestParser
from gunicorn.http.errors import (
    ExpectationFailed,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers import gthread

SECONDS_FOR_HEADERS = 10
SECONDS_FOR_BODY = 30
SECONDS_FOR_THE_REST = 0.2
"""For what is left of a body when the answer is out already."""
SECONDS_FOR_DELIVERY = 5
"""For the body of a webhook's delivery: it comes from a machine, and many may come at once."""
DELIVERIES = b"POST /hooks/"
LARGEST_HEAD = 64 * 1024
STATUS = {
    LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
}
OF_AN_ANSWER = (InvalidResponseHeader, InvalidResponseHeaderName)
STRICT = (
    "Connection: close\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n"
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
)


class _Reader(SocketUnreader):  # type: ignore[misc]
    """Reads what a thread waits for, a body mostly, until a moment at which it gives up with TimeoutError."""

    until = 0.0

    def chunk(self, size_hint: int | None = None) -> bytes:
        self.sock.settimeout(max(self.until - time.monotonic(), 0.001))
        try:
            return bytes(super().chunk(size_hint))
        finally:
            self.sock.setblocking(True)


class Worker(gthread.ThreadWorker):  # type: ignore[misc]
    """gunicorn's thread worker with time limits for who sends."""

    def handle(self, conn: Any) -> Any:
        """In a thread: serves a request whose headers are here, else leaves the connection to the main loop."""
        if conn.parser is None:
            conn.parser = RequestParser(self.cfg, conn.sock, conn.client)
            conn.parser.unreader = _Reader(conn.sock)
            conn.head_until = None
        if self.alive:
            conn.data_ready = True
            conn.head_until = conn.head_until or time.monotonic() + SECONDS_FOR_HEADERS
            if not _gather(conn):
                return gthread._DEFER
            if _head_is_too_large(conn.parser.unreader.buf.getvalue()):
                self.handle_error(None, conn.sock, conn.client, LimitRequestHeaders("too large"))
                return False
        conn.head_until = None
        is_delivery = conn.parser.unreader.buf.getvalue().lstrip(b"\r\n").startswith(DELIVERIES)
        conn.parser.unreader.until = time.monotonic() + (SECONDS_FOR_DELIVERY if is_delivery else SECONDS_FOR_BODY)
        kept = super().handle(conn)
        if kept is False:
            _say_goodbye(conn.sock)
        return kept

    def _keepalive_after(self, conn: Any, keepalive: Any) -> bool:
        """In a thread, after the answer: a body that nobody read is not waited for, its connection ends."""
        conn.parser.unreader.until = time.monotonic() + SECONDS_FOR_THE_REST
        return bool(super()._keepalive_after(conn, keepalive))

    def murder_pending(self) -> None:
        """In the main loop: closes connections whose headers did not come in time."""
        moment = time.monotonic()
        for conn in [one for one in self.pending_conns if one.head_until and one.head_until <= moment]:
            self.pending_conns.remove(conn)
            self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            conn.close()

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answers what is no request without repeating any of it; other errors are gunicorn's to answer."""
        if not isinstance(exc, ParseException) or isinstance(exc, OF_AN_ANSWER):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("Invalid request: %s", type(exc).__name__)
        status = next((status for kind, status in STATUS.items() if isinstance(exc, kind)), HTTPStatus.BAD_REQUEST)
        body = f"{status.phrase}\n"
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\n{STRICT}Content-Length: {len(body)}\r\n\r\n"
        with suppress(OSError):
            util.write_nonblock(client, (head + body).encode("ascii"))


def _gather(conn: Any) -> bool:
    """Takes what has come without waiting; whether there is something to act on: all headers, too many, or an end."""
    held: io.BytesIO = conn.parser.unreader.buf
    conn.sock.setblocking(False)
    held.seek(0, io.SEEK_END)
    while not _head_is_whole(held.getvalue()) and held.tell() <= LARGEST_HEAD:
        try:
            piece = conn.sock.recv(LARGEST_HEAD)
        except BlockingIOError:
            return False
        except OSError:
            return True
        if not piece:
            return True
        held.write(piece)
    return True


def _say_goodbye(sock: socket.socket) -> None:
    """In a thread, before a connection is closed: lets the answer arrive, and then reads no more.

    The main loop would wait for each sender in turn, two seconds for one that does not hang up, and serve nobody.
    """
    ends = time.monotonic() + SECONDS_FOR_THE_REST
    with suppress(OSError):
        sock.shutdown(socket.SHUT_WR)
        with suppress(TimeoutError):
            while (left := ends - time.monotonic()) > 0:
                sock.settimeout(left)
                if not sock.recv(LARGEST_HEAD):
                    break
        sock.shutdown(socket.SHUT_RD)


def _head_is_whole(held: bytes) -> bool:
    """Whether the empty line after the headers is there; one before the request line is allowed and no end."""
    return b"\r\n\r\n" in held.removeprefix(b"\r\n")


def _head_is_too_large(held: bytes) -> bool:
    return len(held) > LARGEST_HEAD and not _head_is_whole(held)
