"""When an operation with an unknown outcome is looked at again: by our own patience and by what the provider asked."""

from __future__ import annotations

import random

from .classify import AttemptResult

LONGEST_WAIT = 60.0
"""What a Retry-After may ask for at most, seconds."""


SECONDS = (5, 15, 60, 300, 900)


def next_look(checks: int) -> float:
    """Seconds until the next look: 5 s, 15 s, 1 min, 5 min, then 15 min, each up to a fifth longer."""
    return SECONDS[min(checks, len(SECONDS) - 1)] * random.uniform(1.0, 1.2)  # noqa: S311 - only jitter


def asked_wait(result: AttemptResult) -> float:
    """Seconds that the provider asked us to stay away, within reason; nobody may look sooner."""
    return min(result.retry_after or 0.0, LONGEST_WAIT)
