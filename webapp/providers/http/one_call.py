"""One call to a server that the operator has named and that moves no money: an OpenID provider.

Within a deadline in all, read up to a limit, followed nowhere, over TLS that is checked, without a proxy or a cookie.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import NamedTuple
from urllib.parse import urlsplit

import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from .deadline import Adapter, Exchange, current

MOST_READ = 256 * 1024
"""Bytes of an answer; more is no answer."""


class NotAnswered(Exception):
    """No answer that could be read; `str()` is the kind of failure, without any address."""


class OneAnswer(NamedTuple):
    """Whatever its status is."""

    status: int
    body: bytes


def ask(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    connect_timeout: float = 3.0,
    deadline: float = 8.0,
) -> OneAnswer:
    """Sends it once, within `deadline` seconds in all. Raises NotAnswered."""
    parts = urlsplit(url)
    adapter = Adapter(f"{parts.scheme}://{parts.netloc}", connections=1, ca_bundle=None)
    current.exchange = Exchange(connect_timeout, time.monotonic() + deadline)
    try:
        return _exchange(adapter, _request(method, url, headers, body))
    except (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
        raise NotAnswered(type(error).__name__) from None
    finally:
        adapter.close()


def _request(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> requests.PreparedRequest:
    request = requests.PreparedRequest()
    request.method, request.url, request.body = method, url, body
    plain = {"Accept-Encoding": "identity", "Connection": "close", "User-Agent": "postpay-desk"}
    length = {} if body is None else {"Content-Length": str(len(body))}
    request.headers = CaseInsensitiveDict({**headers, **plain, **length})
    return request


def _exchange(adapter: Adapter, request: requests.PreparedRequest) -> OneAnswer:
    raw = adapter.send(request, stream=True).raw
    try:
        read = raw.read(MOST_READ + 1, decode_content=False)
    finally:
        raw.close()
    if len(read) > MOST_READ or raw.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise NotAnswered("too large, or packed")
    return OneAnswer(int(raw.status), read)
