"""A provider of bare sockets, for what no honest server does: drip, lie, break off, fall silent."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

Behaviour = Callable[["Line"], None]


@dataclass
class Line:
    """One connection with a request just read from it. What the behaviour does not close stays open for the next."""

    socket: socket.socket
    request: bytes
    connection: int
    closed: bool = False

    @property
    def first_line(self) -> str:
        return self.request.split(b"\r\n", 1)[0].decode("ascii")

    @property
    def path(self) -> str:
        return self.first_line.split(" ")[1]

    @property
    def body(self) -> bytes:
        return self.request.split(b"\r\n\r\n", 1)[1]

    def header(self, name: str) -> str | None:
        head = self.request.split(b"\r\n\r\n", 1)[0].decode("latin-1")
        pairs = [line.split(": ", 1) for line in head.split("\r\n")[1:]]
        return next((value for key, value in pairs if key.lower() == name.lower()), None)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def close(self) -> None:
        self.closed = True
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def reset(self) -> None:
        """Ends the connection as a crashed machine does."""
        self.closed = True
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.socket.close()


@dataclass
class RawServer:
    """Listens on a free port of loopback and does to each request what `behaviour` says."""

    behaviour: Behaviour
    tls: ssl.SSLContext | None = None
    lines: list[Line] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> RawServer:
        self.stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)  # ends the accept, which a mere close would not
        self._threads[0].join()
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads[1:]:
            thread.join(5)
        self._listener.close()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def base_url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._sockets.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError):
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
                self._sockets.append(connection)
            connection.settimeout(20)
            while request := _read_request(connection):
                line = Line(connection, request, number)
                self.lines.append(line)
                self.behaviour(line)
                if line.closed:
                    return


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < length:
        part = connection.recv(65536)
        if not part:
            break
        body += part
    return head + b"\r\n\r\n" + body


def answer(body: object = b"", status: int = 200, **headers: str) -> bytes:
    """The bytes of an answer; `body` as it is if bytes, else as JSON; `Retry_After="1"` is a header."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Whatever", "Content-Type: application/vnd.api+json", f"Content-Length: {len(data)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def always(data: bytes) -> Behaviour:
    """Answers every request with the same bytes."""
    return lambda line: line.send(data)


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Each behaviour for one request; the last for all that follow."""
    rest = list(behaviours)

    def behave(line: Line) -> None:
        (rest.pop(0) if len(rest) > 1 else rest[0])(line)

    return behave


def drip(data: bytes, seconds: float) -> Behaviour:
    """Sends the whole, evenly over so many seconds."""

    def behave(line: Line) -> None:
        pause = threading.Event()
        for at in range(len(data)):
            line.send(data[at : at + 1])
            pause.wait(seconds / len(data))

    return behave


def stay_silent(_line: Line) -> None:
    """Reads on, and never answers."""


REFUND = {"refund_id": "r-1", "amount": 500, "full": False, "description": "", "created": "2026-05-09T11:20:04Z"}
ORDER = {
    "order_id": "order-01",
    "status": "approved",
    "status_changed": "2026-05-08T10:58:04.095618Z",
    "total_amount": 81480,
    "tax_amount": 3880,
    "currency": "AED",
    "created": "2026-05-08T10:53:57.095579Z",
}


def page(*rows: object, count: int | None = None) -> dict[str, object]:
    """A page of a list."""
    return {"count": len(rows) if count is None else count, "next": None, "previous": None, "results": list(rows)}


def refusal(code: str, message: str = "No.", **fields: object) -> dict[str, object]:
    """The body of a documented error."""
    return {"error": {"code": code, "message": message, **({"fields": fields} if fields else {})}}
