"""A connection on which no wait outlasts the call's deadline, and which knows whether anything was sent.

A read timeout starts anew with each byte, so a server that drips holds it for ever (R15). Here every wait on
the socket, be it for the name, the connection, the handshake, the headers or the body, gets what is left.
"""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from http.client import CONTINUE, SWITCHING_PROTOCOLS, HTTPException, HTTPResponse
from typing import Any

import urllib3
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH


class Exchange:
    """One request and its answer. `sent` turns true just before the first byte is handed to the network."""

    __slots__ = ("connect_timeout", "ends", "sent")

    def __init__(self, connect_timeout: float, ends: float) -> None:
        self.connect_timeout = connect_timeout
        self.ends = ends
        self.sent = False

    def left(self) -> float:
        """Seconds until the deadline. Raises TimeoutError when it is over."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline is over")
        return left

    def to_connect(self) -> float:
        """Seconds that a step of connecting may take."""
        return min(self.connect_timeout, self.left())


class _Current(threading.local):
    """The exchange that this thread is in: neither requests nor urllib3 hands anything down to a socket."""

    exchange: Exchange


current = _Current()


class _Bounded(socket.socket):
    """A socket whose every read waits no longer than the exchange has left."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(current.exchange.left())
        return super().recv_into(*args, **kwargs)


class _BoundedTLS(ssl.SSLSocket):
    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(current.exchange.left())
        return super().recv_into(*args, **kwargs)

    def do_handshake(self, block: bool = False) -> None:
        self.settimeout(current.exchange.to_connect())
        super().do_handshake(block)


MOST_INTERIM = 16
"""Informational answers before the real one: two are usual, and a loop of them is none."""


class _Answer(HTTPResponse):
    """An answer before which informational ones (1xx) may come; 101, for which nobody asked, is not passed over."""

    _interim = 0

    def _read_status(self) -> tuple[str, int, str]:
        """The next status line, informational ones in the words of the one that `begin` skips with its headers."""
        version, status, reason = super()._read_status()  # type: ignore[misc]
        if not CONTINUE <= status < 200 or status == SWITCHING_PROTOCOLS:
            return version, status, reason
        self._interim += 1
        if self._interim > MOST_INTERIM:
            raise HTTPException("informational answers without end")
        return version, CONTINUE, reason


class _Connection(urllib3.connection.HTTPConnection):
    response_class = _Answer

    def _new_conn(self) -> socket.socket:
        return _connect(self._dns_host, self.port)

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self.sock.settimeout(current.exchange.left())
        current.exchange.sent = True
        super().send(data)


class _TLSConnection(_Connection, urllib3.connection.HTTPSConnection):
    """The same, encrypted: what `_Connection` calls its parent is HTTPSConnection here."""


def _connect(host: str, port: int) -> socket.socket:
    """The first address of the host that accepts, all within one connect timeout."""
    exchange = current.exchange
    ends = time.monotonic() + exchange.to_connect()
    failure: OSError = TimeoutError("no address answered")
    for family, kind, protocol, _, address in _resolve(host, port, exchange.to_connect()):
        left = ends - time.monotonic()
        if left <= 0:
            break
        connection = _Bounded(family, kind, protocol)
        try:
            connection.settimeout(left)
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
        except OSError as error:
            connection.close()
            failure = error
    raise failure


def _resolve(host: str, port: int, timeout: float) -> list[Any]:
    """The addresses of a host. The system's resolver knows no timeout, so it is left behind when it takes too long."""
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            answers.put(error)
        except Exception:  # whatever it is, whoever waits is told, and not left to wait
            answers.put(OSError("not a host name"))

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=timeout)
    except queue.Empty:
        raise TimeoutError("the name was not resolved in time") from None
    if isinstance(answer, OSError):
        raise answer
    found: list[Any] = answer
    return found


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class Adapter(HTTPAdapter):
    """requests' adapter for one origin: kept connections, no proxy, no redirect, no repetition, verified TLS.

    The address goes on the wire as it was built: requests would decode and encode it again.
    Used without a Session, which would add cookies, `.netrc` and the environment. Thread-safe, as its pools are.
    """

    def __init__(self, origin: str, *, connections: int, ca_bundle: str | None) -> None:
        super().__init__(max_retries=urllib3.Retry(0, read=False, redirect=False))
        self._origin = origin
        self._address = urllib3.util.parse_url(origin)
        self._context = _tls_context(ca_bundle) if self._address.scheme == "https" else None
        self._kept = self._pool(connections)

    def get_connection_with_tls_context(self, request: PreparedRequest, *_: Any, **__: Any) -> Any:
        """A kept connection to read, a fresh one to write.

        A kept connection may die at the moment a write goes out, and then nobody knows whether it was done. On a
        fresh one a dead provider shows before the first byte.
        """
        return self._kept if request.method == "GET" else self._pool(1)

    def _pool(self, connections: int) -> urllib3.HTTPConnectionPool:
        host, port = str(self._address.host), self._address.port
        if self._context is None:
            return _Pool(host, port, maxsize=connections)
        return _TLSPool(host, port, maxsize=connections, ssl_context=self._context)

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """Nothing: the pool's context verifies, always."""

    def request_url(self, request: PreparedRequest, _proxies: Any) -> str:
        return str(request.url).removeprefix(self._origin)

    def build_response(self, request: PreparedRequest, answer: Any) -> Response:
        response = Response()
        response.status_code = answer.status
        response.headers = answer.headers
        response.raw = answer
        response.request = request
        return response

    def close(self) -> None:
        super().close()
        self._kept.close()


def _tls_context(ca_bundle: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_bundle or DEFAULT_CA_BUNDLE_PATH)
    context.sslsocket_class = _BoundedTLS
    return context
