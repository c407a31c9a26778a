"""Threads that are to work until they are told to stop: one that ends before is told of, and begun again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Event, Thread

import structlog

LOOK_EVERY = 1.0
"""Seconds between two looks at the threads; one that dies at once is begun again no more often than that."""

log = structlog.stdlib.get_logger("webapp.ops.worker")


class Duty:
    """What one thread does; `work` returns when it is told to stop, and at no other time."""

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        self.name = name
        self.deaths = 0
        self._work = work
        self._thread: Thread | None = None

    def begin(self) -> None:
        """Starts its thread; where the system has none to give, the next look tries again."""
        thread = Thread(target=self._do, name=self.name, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            log.exception("no thread to be had", thread=self.name)
            return
        self._thread = thread

    def look(self) -> None:
        """Begins it again if its thread is no more."""
        if self._thread is not None and self._thread.is_alive():
            return
        log.warning("thread begun again", thread=self.name, deaths=self.deaths)
        self.begin()

    def join(self) -> None:
        if self._thread is not None:
            self._thread.join()

    def _do(self) -> None:
        try:
            self._work()
        except BaseException:  # also what would end a thread without a word: SystemExit
            self.deaths += 1
            log.exception("thread died", thread=self.name, deaths=self.deaths)


def keep_at_work(duties: Iterable[Duty], stop: Event) -> None:
    """Has all duties done side by side until `stop` is set; each finishes what it has in hand."""
    duties = list(duties)
    for duty in duties:
        duty.begin()
    while not stop.wait(LOOK_EVERY):
        for duty in duties:
            duty.look()
    for duty in duties:
        duty.join()
