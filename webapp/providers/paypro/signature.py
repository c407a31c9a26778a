"""Webhook signatures: `PayPro-Signature`, HMAC-SHA256 with the hook's secret over `<PayPro-Timestamp>.<raw body>`."""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Iterable

SIGNATURE_HEADER, TIMESTAMP_HEADER = "PayPro-Signature", "PayPro-Timestamp"
TOLERANCE = 600
"""Whole seconds that a timestamp may be off, either way, as in PayPro's own PHP client."""

_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


def sign(body: bytes, secret: str, *, at: int) -> str:
    """The header's value for a raw body sent at a moment (unix seconds)."""
    return hmac.digest(secret.encode(), b"%d." % at + body, "sha256").hex()


def is_genuine(
    signature: str | None, timestamp: str | None, body: bytes, secrets: Iterable[str], *, now: float | None = None
) -> bool:
    """Whether one of the secrets signed the raw body within the tolerance. All are tried, each in constant time.

    An empty secret signs nothing.
    """
    if not _HEX.fullmatch(signature or "") or not _SECONDS.fullmatch(timestamp or ""):
        return False
    at = int(timestamp or "")
    if abs(int(time.time() if now is None else now) - at) > TOLERANCE:
        return False
    found = [hmac.compare_digest(sign(body, secret, at=at), signature or "") for secret in secrets if secret]
    return any(found)
