"""A delivery's headers and body as they lie in the database: packed, and sealed, for they hold personal data (R42)."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import NamedTuple

from pydantic import SecretStr

from webapp.core import sealing
from webapp.core.settings import Settings
from webapp.providers.postpay.signature import HEADER

MOST_HEADERS = 40
LONGEST_VALUE = 1000
NEVER = frozenset({"authorization", "cookie", "proxy-authorization"})
"""Headers that no delivery of the provider has, and that nobody shall read here."""


class Content(NamedTuple):
    """As it arrived, but for what is in `NEVER`, and cut where it was endless."""

    headers: tuple[tuple[str, str], ...]
    body: bytes


def seal_content(settings: Settings, headers: Iterable[tuple[str, str]], body: bytes) -> str:
    packed = b64encode(zlib.compress(body)).decode("ascii")
    return sealing.seal(settings, SecretStr(json.dumps({"headers": kept_headers(headers), "body": packed})))


def kept_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What is kept of them."""
    kept = [(name[:100], value[:LONGEST_VALUE]) for name, value in headers if name.lower() not in NEVER]
    if len(kept) > MOST_HEADERS:
        kept.sort(key=lambda one: one[0].lower() != HEADER.lower())  # whatever is cut off, the signature is not
    return kept[:MOST_HEADERS]


def open_content(settings: Settings, sealed: str) -> Content:
    """Raises `sealing.CannotUnseal`."""
    held = json.loads(sealing.unseal(settings, sealed).get_secret_value())
    return Content(tuple((name, value) for name, value in held["headers"]), zlib.decompress(b64decode(held["body"])))
