"""The signature in pasted headers: which value, which time, which bytes, which hash."""

from __future__ import annotations

import binascii
import re
import string
from base64 import b64decode
from dataclasses import dataclass

from .causes import Cause

# What stands before a name is of its own line: a search that begins at each must not read all that follow each time.
_LINE = re.compile(
    r"^(?:[<>*|'\"-]|[^\S\n])*(?:HTTP[-_])?X[-_]Postpay[-_]Signature['\"]?\s*[:=]+>?\s*(.+)$", re.I | re.M
)
_DATE = re.compile(r"^(?:[<>*|'\"-]|[^\S\n])*Date['\"]?\s*:\s*(.+)$", re.I | re.M)
_ALONE = re.compile(r"(?:[0-9]{1,16}:)?[A-Za-z0-9+/=_-]{16,200}", re.ASCII)
_TIMED = re.compile(r"(?:([0-9]{1,16})\s*:\s*)?(.+)", re.ASCII)
_PREFIXED = re.compile(r"(?:hmac-)?(?:sha-?1|sha-?256|sha-?512|md5|v1)[=:](.+)", re.I)
HASHES = {16: "md5", 20: "sha1", 32: "sha256", 64: "sha512"}
"""The hash that makes a digest of so many bytes."""


@dataclass(frozen=True, slots=True)
class Given:
    """A signature as it was given. `hash` is by the digest's length, `causes` what is odd about its looks."""

    time: int | None
    digest: bytes
    hash: str
    causes: tuple[Cause, ...]


def read_signature(headers: str) -> Given | None:
    """The signature in headers, or in the header's value alone. None where there is none that could be one.

    Raises ValueError when there is one that is no digest in any form we know.
    """
    found = _LINE.search(headers)
    text = found[1] if found else headers
    text = text.strip().strip("'\",").strip()
    if not text or not (found or _ALONE.fullmatch(text.replace(" ", ""))):
        return None
    timed = _TIMED.fullmatch(text)
    if timed is None:
        raise ValueError("no digest")
    moment, rest = timed.groups()
    prefixed = _PREFIXED.fullmatch(rest)
    digest, causes = _digest(prefixed[1] if prefixed else rest)
    return Given(
        int(moment) if moment else None, digest, HASHES[len(digest)], (*([Cause.PREFIX] if prefixed else []), *causes)
    )


def read_date(headers: str) -> str | None:
    """The Date header's text."""
    found = _DATE.search(headers)
    return found[1].rstrip("'\"," + string.whitespace) if found else None


def _digest(text: str) -> tuple[bytes, tuple[Cause, ...]]:
    """The bytes behind a text. Raises ValueError."""
    text = re.sub(r"\s", "", text)
    if re.fullmatch(r"[0-9A-Fa-f]+", text, re.ASCII) and len(text) in {2 * size for size in HASHES}:
        return bytes.fromhex(text), () if text == text.lower() else (Cause.UPPER_CASE,)
    try:
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        digest = b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("no digest") from None
    if len(digest) not in HASHES:
        raise ValueError("no digest")
    return digest, (Cause.BASE64,)
