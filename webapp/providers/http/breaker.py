"""Stops asking a provider that does not answer, so that it does not take the desk down with it."""

from __future__ import annotations

import threading
import time

FAILURES = 5
"""Calls in a row. A GET among them has been tried three times, so a short hiccup does not get here."""

OPEN_SECONDS = 2.0
"""Long enough to free the threads, short enough that nobody waits for a provider that is back."""

PROBE_PATIENCE = 0.25
"""A page asks twice in parallel: the second call waits this long for the probe before it gives up."""


class Breaker:
    """Opens after `FAILURES` calls in a row without an answer; after `OPEN_SECONDS` one call probes, alone.

    Thread-safe. What counts as a failure is the transport's business.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._failures = 0
        self._open_until: float | None = None
        self._prober: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether a call made now would be stopped."""
        until = self._open_until
        return until is not None and time.monotonic() < until

    def enter(self) -> bool:
        """Whether a call may go out; if so, `leave` must follow."""
        if self._is_closed():
            return True
        with self._changed:
            if self._prober is not None:
                self._changed.wait(PROBE_PATIENCE)
            if self._is_closed():
                return True
            if self._prober is not None or self.is_open:
                return False
            self._prober = threading.get_ident()
            return True

    def _is_closed(self) -> bool:
        return self._open_until is None

    def leave(self, *, answered: bool | None) -> None:
        """Says how the call of this thread ended; None where it was not sent, which tells nothing of the provider."""
        if answered and not self._failures:
            return
        with self._changed:
            if answered is not None or self._prober == threading.get_ident():
                self._prober = None
            if answered is not None:
                self._count(answered=answered)
            self._changed.notify_all()

    def _count(self, *, answered: bool) -> None:
        self._failures = 0 if answered else self._failures + 1
        if answered:
            self._open_until = None
        elif self._failures >= FAILURES:
            self._open_until = time.monotonic() + OPEN_SECONDS
