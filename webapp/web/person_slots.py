"""How many requests of one person are worked on at once, so that nobody who is signed in has all threads of a process.

A browser asks six things at once. What finds no slot waits a moment for its turn; the rest is told to come again.
"""

from __future__ import annotations

from contextlib import ExitStack
from threading import Lock

from flask import Flask, current_app, g

from webapp.access.slots import NoSlot, Slots

PATIENCE = 1.0
"""Seconds."""
RETRY_AFTER = 1
"""Seconds."""


class TooManyAtOnce(Exception):
    """More of this person's requests are under way than one person needs."""


class PersonSlots:
    """An eighth of a process's threads for each person, and three times as many requests that wait."""

    def __init__(self, threads: int) -> None:
        self._count = max(1, threads // 8)
        self._lock = Lock()
        self._of: dict[int, Slots] = {}

    def of(self, person_id: int) -> Slots:
        """Those of one person; there are as many as people who signed in since the process began."""
        with self._lock:
            if person_id not in self._of:
                self._of[person_id] = Slots(self._count, waiting=3 * self._count, patience=PATIENCE)
            return self._of[person_id]


def take(person_id: int) -> None:
    """Holds one of the person's slots until the request is over. Raises TooManyAtOnce."""
    slots: PersonSlots = current_app.extensions["person_slots"]
    with ExitStack() as taken:
        try:
            taken.enter_context(slots.of(person_id).one())
        except NoSlot:
            raise TooManyAtOnce from None
        g.person_slot = taken.pop_all()


def _give_back(_error: BaseException | None) -> None:
    slot: ExitStack | None = g.pop("person_slot", None)
    if slot is not None:
        slot.close()


def init_app(app: Flask) -> None:
    """Gives each slot back when its request is over."""
    app.extensions["person_slots"] = PersonSlots(app.extensions["settings"].web_threads)
    app.teardown_request(_give_back)
