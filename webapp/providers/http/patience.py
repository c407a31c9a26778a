"""Asking again for what a reading in the background cannot do without. Never for a page: nobody waits that long."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .errors import GatewayError, NoAnswer, ProviderFailed, Throttled, Unauthorized, UnreadableAnswer, UnreadableRow

T = TypeVar("T")

Wait = Callable[[float], object]
"""Pauses for some seconds; may raise to end what waits."""

LONGEST_PAUSE = 30.0


def ask_patiently(ask: Callable[[], T], wait: Wait, *, times: int) -> T:
    """The answer; one that is not given at once is asked for again, up to so many times. Only for what reads.

    A key that is refused may be the provider's own trouble, and a row that cannot be read a broken answer: twice.
    """
    for number in range(1, times):
        try:
            return ask()
        except (Unauthorized, UnreadableRow) as error:
            if number > 2:
                raise
            wait(_pause_after(error, number))
        except (Throttled, NoAnswer, ProviderFailed, UnreadableAnswer) as error:
            wait(_pause_after(error, number))
    return ask()


def _pause_after(error: GatewayError, number: int) -> float:
    """As long as the provider asks, or ever longer."""
    asked: float = getattr(error, "retry_after", None) or 0.0
    return min(max(asked, 0.125 * 2.0**number), LONGEST_PAUSE)
