"""What made-up data is collected in, and what all of it needs."""

from __future__ import annotations

import copy
import sqlite3
from contextlib import closing
from random import Random
from typing import Any

from webapp.emulators.kit import clock, hostile_texts

from . import seed_texts, things
from .payment_states import CUSTOMER
from .speaking import speak
from .things import Thing

SPAN = 2 * 365 * clock.DAY
EVENTS_KEPT = 60 * clock.DAY
ORIGIN = "https://api.paypro.nl"


class MadeUp:
    """The things of one account, in no order; `dice` decide everything, nothing is later than `end`."""

    def __init__(self, account: int, dice: Random, end: int) -> None:
        self.account = account
        self.dice = dice
        self.end = end
        self.things: list[Thing] = []
        self.told: list[tuple[str, int, Thing]] = []

    def add(self, kind: str, created: int, body: dict[str, Any], **hidden: Any) -> Thing:
        thing = Thing(self.account, kind, things.new_id(kind, self.dice), created, body, hidden)
        self.things.append(thing)
        return thing

    def tell(self, name: str, moment: int, thing: Thing) -> None:
        """An event of the thing as it is now, if it is recent enough that somebody may look for it."""
        if self.end - EVENTS_KEPT <= moment <= self.end:
            self.told.append((f"{thing.kind}.{name}", moment, copy.deepcopy(thing)))

    def tell_all(self) -> None:
        with closing(sqlite3.connect(":memory:")) as nothing:
            nothing.row_factory = sqlite3.Row
            nothing.execute("CREATE TABLE things (id, account, kind, gone, period, created, key)")
            for event_type, moment, thing in self.told:
                payload = speak(nothing, thing, ORIGIN)
                self.add("event", moment, {"event_type": event_type, "payload": payload})

    def some_time(self) -> int:
        """Business grows, so later days have more; daytime, and never after the end."""
        day = int(SPAN / clock.DAY * self.dice.random() ** 1.5)
        moment = (self.end // clock.DAY - day) * clock.DAY + self.dice.randrange(7 * clock.HOUR, 22 * clock.HOUR)
        return moment if moment < self.end - 10 * clock.HOUR else moment - 2 * clock.DAY

    def after(self, moment: int, least: int, most: int) -> int:
        """A moment so long after another, sooner where the end leaves no time for it."""
        return self.dice.randrange(min(moment + least, self.end), min(moment + most, self.end) + 1)

    def customer(self, created: int) -> Thing:
        dice = self.dice
        town, country, postal = dice.choice(seed_texts.TOWNS)
        first, last = dice.choice(seed_texts.FIRST_NAMES), dice.choice(seed_texts.LAST_NAMES)
        number = dice.randrange(100_000)
        values = (
            f"klant{number}@example.{dice.choice(('nl', 'be', 'org'))}",
            dice.choice(hostile_texts.HOSTILE) if dice.random() < 0.02 else first,
            last,
            dice.choice(seed_texts.STREETS),
            postal,
            town,
            country,
            "",
            dice.choice(seed_texts.COMPANIES),
            f"06{dice.randrange(10**7, 10**8)}",
        )
        made = self.add("customer", created, dict(zip(CUSTOMER, values, strict=True)))
        self.tell("created", created, made)
        return made
