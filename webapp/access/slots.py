"""A few places for costly work: some may wait a short while for one, and everybody else is sent away at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore


class NoSlot(Exception):
    """All places are taken, and enough others wait for one."""


class Slots:
    """Places of one process. Who waits holds a thread of the server, so only a few may."""

    def __init__(self, count: int, *, waiting: int, patience: float) -> None:
        self._inside = BoundedSemaphore(count)
        self._all = BoundedSemaphore(count + waiting)
        self._patience = patience

    @property
    def are_taken(self) -> bool:
        """Whether whoever came now would be sent away."""
        if not self._all.acquire(blocking=False):
            return True
        self._all.release()
        return False

    @contextmanager
    def one(self) -> Iterator[None]:
        """Holds a place. Raises NoSlot."""
        if not self._all.acquire(blocking=False):
            raise NoSlot
        try:
            if not self._inside.acquire(timeout=self._patience):
                raise NoSlot
            try:
                yield
            finally:
                self._inside.release()
        finally:
            self._all.release()
