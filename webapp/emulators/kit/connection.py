"""One connection: reads requests exactly as they were sent, and writes answers - or fails to, where a fault says so."""

from __future__ import annotations

import re
import socket
import struct
import time
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Protocol, cast
from urllib.parse import urlsplit

from .messages import Answer, Delivery, Refusal, Request, Shapes

LARGEST_BODY = 2_621_440
LARGEST_DRAINED = 32 * 1024 * 1024
BLOCK = 64 * 1024
DRIPS = 50


class Answering(Protocol):
    """What a connection needs of its server."""

    shapes: Shapes

    def answer(self, request: Request) -> Answer: ...


class Unreadable(Exception):
    """The request's body cannot be told from what comes after it."""


class Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 75
    connection: socket.socket

    def handle_one_request(self) -> None:
        """Reads one request and writes its answer; the base class repeats this while the connection is kept."""
        try:
            self.raw_requestline = self.rfile.readline(BLOCK + 1)
            if len(self.raw_requestline) > BLOCK:
                self.requestline = self.request_version = self.command = ""
                self.send_error(HTTPStatus.REQUEST_URI_TOO_LONG)
                return
            if not self.raw_requestline.strip() or not self.parse_request():
                self.close_connection = True
                return
            self._answer()
        except TimeoutError:
            self.close_connection = True

    def _answer(self) -> None:
        try:
            body, oversized = self._read_body()
            request = self._request(body, oversized)
        except Unreadable:
            self.close_connection = True
            self._refuse()
            return
        if oversized:
            self.close_connection = True
        self._write(self._serving.answer(request))

    @property
    def _serving(self) -> Answering:
        return cast(Answering, self.server)

    def _request(self, body: bytes, oversized: bool) -> Request:
        path, _, query = self._target().partition("#")[0].partition("?")
        headers = {name.lower(): str(value) for name, value in self.headers.items()}
        return Request(self.command, path, query, headers, body, str(self.client_address[0]), oversized)

    def _target(self) -> str:
        """Path and query; a client that takes the emulator for a proxy sends the whole address."""
        if self.path.startswith("/"):
            return self.path
        try:
            parts = urlsplit(self.path)
        except ValueError as error:
            raise Unreadable from error
        return f"/{parts.path.lstrip('/')}?{parts.query}"

    def _read_body(self) -> tuple[bytes, bool]:
        """The body, and whether it was larger than is taken; then what was read of it is thrown away."""
        coding = self.headers.get("Transfer-Encoding", "").strip().lower()
        lengths = self.headers.get_all("Content-Length", [])
        if coding:
            if coding != "chunked" or lengths:
                raise Unreadable
            return self._read_chunks()
        if not lengths:
            return b"", False
        if len(set(lengths)) > 1 or not re.fullmatch(r"[0-9]{1,18}", lengths[0]):
            raise Unreadable
        return self._read_exactly(int(lengths[0]))

    def _read_exactly(self, length: int) -> tuple[bytes, bool]:
        if length <= LARGEST_BODY:
            body = self.rfile.read(length)
            if len(body) < length:
                raise ConnectionResetError
            return body, False
        # The rest is read too, within reason: a client that is still sending would not see the answer.
        left = min(length, LARGEST_DRAINED)
        while left > 0 and (block := self.rfile.read(min(BLOCK, left))):
            left -= len(block)
        return b"", True

    def _read_chunks(self) -> tuple[bytes, bool]:
        blocks, length = [], 0
        while True:
            size_text = self.rfile.readline(1024).partition(b";")[0].strip()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", size_text):
                raise Unreadable
            size = int(size_text, 16)
            if size == 0:
                break
            length += size
            if length > LARGEST_BODY:
                return b"", True
            blocks.append(self.rfile.read(size))
            if self.rfile.readline(3).strip():
                raise Unreadable
        while self.rfile.readline(BLOCK).strip():
            continue
        return b"".join(blocks), False

    # --- writing -----------------------------------------------------------------------------------------------------

    def _write(self, answer: Answer) -> None:
        if answer.delivery in (Delivery.CLOSED, Delivery.RESET):
            self._leave(reset=answer.delivery is Delivery.RESET)
            return
        body = b"" if self.command == "HEAD" or answer.status in (204, 304) else answer.body
        head = self._head(answer)
        if answer.delivery is Delivery.TRUNCATED and body:
            self.wfile.write(head + body[: len(body) // 2])
            self._leave()
        elif answer.delivery is Delivery.DRIPPED and body:
            self.wfile.write(head)
            self._drip(body, answer.pause)
        else:
            self.wfile.write(head + body)

    def _head(self, answer: Answer) -> bytes:
        lines = [f"HTTP/1.1 {answer.status} {_reason(answer.status)}"]
        if answer.status != HTTPStatus.NO_CONTENT:
            kind = answer.content_type or self._serving.shapes.json_type
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(answer.body)}"]
        lines += [f"Date: {formatdate(time.time(), usegmt=True)}", f"Server: {self._serving.shapes.agent}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        if self.close_connection:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")

    def _drip(self, body: bytes, seconds: float) -> None:
        """A few bytes at a time, so that no single read waits long while the whole takes its time."""
        step = max(1, -(-len(body) // DRIPS))
        pieces = [body[start : start + step] for start in range(0, len(body), step)]
        for piece in pieces:
            self.wfile.write(piece)
            time.sleep(seconds / len(pieces))

    def _leave(self, *, reset: bool = False) -> None:
        """Ends the connection; a reset is what a crashed or overrun peer looks like."""
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        self.connection.shutdown(socket.SHUT_RDWR)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Requests that are no HTTP: the provider's malformed request, with the status that HTTP has for it."""
        self.close_connection = True
        self._refuse(code)

    def _refuse(self, status: int | None = None) -> None:
        self._write(self._serving.shapes.refuse(Refusal("parse_error", status=status)))

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing; `/_sandbox/requests` has it all."""


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
