"""A limit of requests over time."""

from __future__ import annotations

import math
import re
import threading
import time
from collections import defaultdict, deque

from .messages import Refusal

_PERIODS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_RATE = re.compile(r"(\d{1,9})/(s|sec|second|m|min|minute|h|hour|d|day)")


class Throttle:
    """So many requests of one account in a period that moves along; refused requests do not count."""

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

    def check(self, account: str) -> None:
        with self._lock:
            if not self.rate:
                return
            moment, seen = time.monotonic(), self._seen[account]
            while seen and seen[0] <= moment - self._period:
                seen.popleft()
            if len(seen) < self._limit:
                seen.append(moment)
                return
            wait = self._period - (moment - seen[0]) if seen else self._period
        raise Refusal("throttled", headers={"Retry-After": str(max(1, math.ceil(wait)))})
