"""Who acts when: greenlets that hand over to each other, on a clock that moves only between their acts."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Self

import time_machine
from greenlet import getcurrent, greenlet

from webapp.core.database import PATIENCE

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
BAD_DAYS = 0.35
"""How many histories have a bad day: nothing breaks down, but connections, answers and the lock are waited for long."""
LONG_QUEUE, LONG_QUEUE_ON_A_BAD_DAY = 0.05, 0.25
"""How often somebody waits long for their turn to write, up to the most that the desk waits."""
FAR = START + timedelta(days=365)
LOOK_EVERY = 3.0
"""Seconds between two looks of a worker."""
MOST_ACTS = 5_000


class Killed(BaseException):
    """The process in which somebody acted is gone; what it had not committed is lost."""


class Actor:
    """Somebody or something that acts; `may_die`: its process can be killed between two acts."""

    def __init__(self, name: str, act: Callable[[], object], *, may_die: bool, lives_on: bool) -> None:
        self.name, self.may_die, self.lives_on = name, may_die, lives_on
        self.wakes = START
        self.is_doomed = self.is_asleep = False
        self.greenlet = greenlet(act)


class Schedule:
    """Runs actors in an order that the dice decide. A context: inside of it, the time is the simulation's."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.is_bad_day = dice.random() < BAD_DAYS
        self.actors: list[Actor] = []
        self.acts = 0
        self.now = START
        self._travel = time_machine.travel(START, tick=False)

    def __enter__(self) -> Self:
        self._clock = self._travel.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.run_out()
        self._travel.stop()

    def spawn(
        self, name: str, act: Callable[[], object], *, after: float = 0.0, may_die: bool = True, lives_on: bool = False
    ) -> Actor:
        """Adds an actor, who begins so many seconds later; who `lives_on` keeps nobody from ending."""
        actor = Actor(name, act, may_die=may_die, lives_on=lives_on)
        actor.wakes = self.now + timedelta(seconds=after)
        self.actors.append(actor)
        return actor

    def pause(self, seconds: float = 0.0) -> None:
        """Lets others act, for so long at least. Raises Killed when one's process does not live to go on."""
        actor = self._current()
        actor.wakes = self.now + timedelta(seconds=seconds)
        actor.greenlet.parent.switch()
        if actor.is_doomed:
            actor.is_doomed = actor.is_asleep = False
            raise Killed

    def idle(self, seconds: float) -> None:
        """As `pause`, and for as long as nobody acts but those who live on."""
        wakes = min((actor.wakes for actor in self.actors if not actor.lives_on), default=self.now)
        self.pause(max(seconds, (wakes - self.now).total_seconds()))

    def sleep(self, seconds: float, until: datetime | None) -> None:
        """As `pause`, and until `until`, or until something is written: see `stir`."""
        actor = self._current()
        actor.is_asleep = True
        self.pause(max(seconds, ((until or FAR) - self.now).total_seconds()))
        actor.is_asleep = False

    def stir(self, seconds: float) -> None:
        """Something was written: who sleeps looks soon."""
        for actor in self.actors:
            if actor.is_asleep:
                actor.wakes = min(actor.wakes, self.now + timedelta(seconds=seconds))

    def kill(self, chance: float) -> None:
        """Each whose process may die does so with this chance, where it stands."""
        for actor in self.actors:
            if actor.may_die and actor is not self._current(missing_ok=True) and self.dice.random() < chance:
                actor.is_doomed, actor.wakes = True, self.now

    def run(self) -> None:
        """Until everybody has ended but those who live on."""
        while any(not actor.lives_on for actor in self.actors):
            self._turn()

    def run_out(self) -> None:
        """Ends those who live on, wherever they stand."""
        ending, self.actors = self.actors, []
        for actor in ending:
            actor.greenlet.throw()

    def move(self, seconds: float) -> None:
        """Only while nobody acts."""
        self.now += timedelta(seconds=seconds)
        self._clock.move_to(self.now)

    def _turn(self) -> None:
        self.acts += 1
        if self.acts > MOST_ACTS:
            raise AssertionError("it does not come to an end")
        ready = [actor for actor in self.actors if actor.wakes <= self.now]
        if not ready:
            self.move((min(actor.wakes for actor in self.actors) - self.now).total_seconds())
            return
        actor = self.dice.choice(ready)
        actor.greenlet.switch()
        if actor.greenlet.dead:
            self.actors.remove(actor)
        self.move(self.dice.random() * 0.2)

    def _current(self, *, missing_ok: bool = False) -> Actor:
        for actor in self.actors:
            if actor.greenlet is getcurrent():
                return actor
        if missing_ok:
            return Actor("nobody", lambda: None, may_die=False, lives_on=False)
        raise RuntimeError("only actors pause")


class SwitchingTurns:
    """In the place of the queue of a process's threads: before and after each transaction others may act."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self.is_taken = False

    @contextmanager
    def turn(self, _patience: float) -> Iterator[None]:
        often = LONG_QUEUE_ON_A_BAD_DAY if self._schedule.is_bad_day else LONG_QUEUE
        is_late = self._schedule.dice.random() < often
        self._schedule.pause(self._schedule.dice.random() * PATIENCE if is_late else 0.0)
        assert not self.is_taken, "I12: somebody holds the write lock while others act"
        self.is_taken = True
        try:
            yield
        finally:
            self.is_taken = False
        self._schedule.stir(LOOK_EVERY)
        self._schedule.pause()
