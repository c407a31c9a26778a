"""Webhook signatures: `X-Postpay-Signature: <unix seconds>:<hex>`, HMAC-SHA256 with the hook's secret.

The documents name only the header and an HMAC hex digest; the time in it and the hash are what the official SDK's
verifier shows. The bare digest of the body, which the documents suggest, is accepted as well.
"""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Iterable

HEADER = "X-Postpay-Signature"
TOLERANCE = 300
"""Whole seconds that a signature's time may be off, either way."""

_FORM = re.compile(r"(?:([0-9]{1,12}):)?([0-9a-f]{64})")
_FRAME = re.compile(rb"([0-9]+):")


def sign(body: bytes, secret: str, *, at: int) -> str:
    """The header's value for a raw body sent at a moment (unix seconds)."""
    return f"{at}:{_digest(f'{at}:'.encode() + body, secret)}"


def sign_bare(body: bytes, secret: str) -> str:
    """The form without a time. A receiver cannot tell such a delivery from its repetition."""
    return _digest(body, secret)


def time_of(header: str | None) -> int | None:
    """The time in a signature of the timed form, in unix seconds."""
    match = _FORM.fullmatch(header or "")
    return int(match[1]) if match and match[1] else None


def time_before(body: bytes) -> bytes | None:
    """The digits of a time that stands before a body, as it does where the timed form is signed."""
    match = _FRAME.match(body)
    return match[1] if match else None


def is_genuine(header: str | None, body: bytes, secrets: Iterable[str], *, now: float | None = None) -> bool:
    """Whether one of the secrets signed the raw body, within the tolerance if the signature has a time.

    Two secrets are valid while one is being replaced. All are tried, each in constant time. An empty secret signs
    nothing. A bare signature does not count over a body with a time before it: that is how an old delivery would be
    sent again as if it had none.
    """
    match = _FORM.fullmatch(header or "")
    if match is None:
        return False
    moment, given = match.groups()
    if moment is None and time_before(body) is not None:
        return False
    if moment is not None and abs(int(time.time() if now is None else now) - int(moment)) > TOLERANCE:
        return False
    signed = body if moment is None else f"{moment}:".encode() + body
    found = [hmac.compare_digest(_digest(signed, secret), given) for secret in secrets if secret]
    return any(found)


def _digest(message: bytes, secret: str) -> str:
    return hmac.digest(secret.encode(), message, "sha256").hex()
