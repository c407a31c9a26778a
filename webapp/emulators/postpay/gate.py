"""What stands before the work, in the order of the provider's framework: Accept, credentials, permission, throttle."""

from __future__ import annotations

import base64
import binascii
import hmac
import math
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping

from .messages import Refusal

VERSION = "v1"
MEDIA_TYPES = ("application/vnd.postpay+json", "application/json", "application/vnd.api+json")
READING = ("GET", "HEAD", "OPTIONS")

_PERIODS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_RATE = re.compile(r"(\d{1,9})/(s|sec|second|m|min|minute|h|hour|d|day)")


def negotiate(accept: str) -> None:
    """406 unless the most specific acceptable media range names no other version than v1. No header accepts all."""
    ranges = sorted((_media_range(part) for part in accept.split(",") if part.strip()), key=_specificity)
    if not ranges:
        return
    for media_type, parameters in ranges:
        if any(_matches(media_type, known) for known in MEDIA_TYPES):
            if parameters.get("version", VERSION) != VERSION:
                raise Refusal("not_acceptable", message="Invalid version in the Accept header.")
            return
    raise Refusal("not_acceptable")


def _media_range(text: str) -> tuple[str, dict[str, str]]:
    media_type, *parameters = text.split(";")
    pairs = (parameter.partition("=") for parameter in parameters)
    return media_type.strip().lower(), {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def _specificity(media_range: tuple[str, dict[str, str]]) -> int:
    media_type, parameters = media_range
    if media_type == "*/*":
        return 3
    if media_type.endswith("/*"):
        return 2
    return 0 if parameters.keys() - {"q"} else 1


def _matches(media_range: str, known: str) -> bool:
    return media_range in ("*/*", known) or (media_range.endswith("/*") and known.startswith(media_range[:-1]))


def authenticate(header: str, credentials: Mapping[str, str]) -> str:
    """The merchant id of HTTP Basic credentials; 401 for none, for malformed and for wrong ones alike."""
    scheme, _, encoded = header.partition(" ")
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        pair = ""
    merchant_id, _, secret = pair.partition(":")
    known = credentials.get(merchant_id, "")
    if scheme.lower() != "basic" or not known or not hmac.compare_digest(secret.encode(), known.encode()):
        raise Refusal("authentication_failed", headers={"WWW-Authenticate": 'Basic realm="api"'})
    return merchant_id


def permit(permission: str, method: str) -> None:
    if permission == "none" or (permission == "read" and method not in READING):
        raise Refusal("permission_denied")


class Throttle:
    """So many requests of a merchant in a period that moves along; refused requests do not count."""

    def __init__(self, rate: str | None = None) -> None:
        self._lock = threading.Lock()
        self.set(rate)

    def set(self, rate: str | None) -> None:
        """`60/min`, `5/s`, `1000/hour`, or None for no limit. ValueError for anything else."""
        found = _RATE.fullmatch(rate) if rate else None
        if rate and not found:
            raise ValueError(f"{rate} is not a rate like 60/min")
        with self._lock:
            self.rate = rate
            self._limit = int(found[1]) if found else 0
            self._period = _PERIODS[found[2][0]] if found else 0.0
            self._seen: dict[str, deque[float]] = defaultdict(deque)

    def check(self, merchant_id: str) -> None:
        with self._lock:
            if not self.rate:
                return
            moment, seen = time.monotonic(), self._seen[merchant_id]
            while seen and seen[0] <= moment - self._period:
                seen.popleft()
            if len(seen) < self._limit:
                seen.append(moment)
                return
            wait = self._period - (moment - seen[0]) if seen else self._period
        raise Refusal("throttled", headers={"Retry-After": str(max(1, math.ceil(wait)))})
