"""First come, first served, between the threads of one process: a lock that keeps nobody waiting for ever."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class NoTurn(Exception):
    """It did not come in time."""


class Turns:
    """One has its turn; the others stand in a queue, in the order of their coming."""

    def __init__(self) -> None:
        self._gate = Lock()
        self._is_taken = False
        self._queue: deque[Lock] = deque()

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        """Waits for one's turn, so many seconds at most. Raises NoTurn."""
        if not self._take(patience):
            raise NoTurn
        try:
            yield
        finally:
            self._hand_over()

    def _take(self, patience: float) -> bool:
        with self._gate:
            if not self._is_taken:
                self._is_taken = True
                return True
            ticket = Lock()
            ticket.acquire()
            self._queue.append(ticket)
        if ticket.acquire(timeout=patience):
            return True
        with self._gate:
            if ticket not in self._queue:  # it came in the very moment of giving up
                return True
            self._queue.remove(ticket)
        return False

    def _hand_over(self) -> None:
        with self._gate:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._is_taken = False
