"""HTTP to a shop's own endpoint: one POST to a pinned address, within a deadline, followed nowhere.

The name was resolved and found public by whoever calls this; the connection goes to just those addresses, so that a
name that changes its mind in between leads nowhere else (R55). The certificate must still be the name's.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import lru_cache
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import urllib3

from .deadline import Exchange, _connect, _Connection, _tls_context, _TLSConnection, current

MOST_READ = 16 * 1024
"""Bytes of an answer that are read before the connection is closed; only its status counts."""
MOST_KEPT = 500
"""Bytes of an answer's body that are kept, for people to look at."""


class ShopAnswer(NamedTuple):
    """What came back: a status with the first bytes of the body and its type, or the kind of failure."""

    code: int | None
    error: str | None
    ms: int
    start: bytes = b""
    content_type: str = ""

    @property
    def is_done(self) -> bool:
        return self.code is not None and 200 <= self.code < 300

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Of the answer, what helps to read its body."""
        return (("Content-Type", self.content_type),) if self.content_type else ()


def post(
    url: str,
    addresses: tuple[str, ...],
    body: bytes,
    headers: Mapping[str, str],
    *,
    connect_timeout: float = 3.0,
    deadline: float = 8.0,
) -> ShopAnswer:
    """Sends it once, within `deadline` seconds in all. Never raises for what happens on the way."""
    started = time.monotonic()
    current.exchange = Exchange(connect_timeout, started + deadline)
    try:
        code, start, content_type = _exchange(url, addresses, body, headers)
        return ShopAnswer(code, None, _ms(started), start, content_type)
    except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
        return ShopAnswer(None, _kind(error), _ms(started))


def _exchange(
    url: str, addresses: tuple[str, ...], body: bytes, headers: Mapping[str, str]
) -> tuple[int, bytes, str]:
    """The answer's status, its first bytes and their type."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    options: dict[str, Any] = {"maxsize": 1, "retries": False}
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(host, parts.port or 443, ssl_context=_context(), **options)
        pool.ConnectionCls = _pinned(_TLSConnection, addresses)
    else:
        pool = urllib3.HTTPConnectionPool(host, parts.port or 80, **options)
        pool.ConnectionCls = _pinned(_Connection, addresses)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {**headers, "Connection": "close", "Accept-Encoding": "identity", "Content-Length": str(len(body))}
    try:
        answer = pool.urlopen(
            "POST", target, body=body, headers=sent, redirect=False, preload_content=False, assert_same_host=False
        )
        read = answer.read(MOST_READ, decode_content=False)
        answer.close()
        return int(answer.status), read[:MOST_KEPT], answer.headers.get("Content-Type", "")[:100]
    finally:
        pool.close()


def _pinned(kind: Any, addresses: tuple[str, ...]) -> Any:
    """A kind of connection that goes to these addresses, whatever the name says by now."""

    def connect(self: Any) -> Any:
        failure: OSError = TimeoutError("no address")
        for address in addresses:
            try:
                return _connect(address, self.port)
            except OSError as error:
                failure = error
        raise failure

    return type("Pinned", (kind,), {"_new_conn": connect})


@lru_cache(maxsize=1)
def _context() -> Any:
    return _tls_context(None)


def _kind(error: BaseException) -> str:
    """The innermost kind of failure; its text could hold an address."""
    inner = getattr(error, "reason", None) or next((one for one in error.args if isinstance(one, BaseException)), None)
    return _kind(inner) if isinstance(inner, BaseException) else type(error).__name__[:40]


def _ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
