"""One transaction in which things change; what it tells is delivered once it is committed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from . import deliveries, things
from .speaking import speak, spoken
from .things import Thing
from .world import World


@dataclass
class Act:
    """The transaction, and the moment at which it happens: of what was due, its own."""

    world: World
    db: sqlite3.Connection
    now: int
    told: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    def get(self, account: int, kind: str, thing_id: str) -> Thing:
        return things.get(self.db, account, kind, thing_id)

    def add(self, account: int, kind: str, body: dict[str, Any], hidden: dict[str, Any] | None = None) -> Thing:
        """A new thing, made at this moment; nothing is told of it yet."""
        thing = Thing(account, kind, things.new_id(kind), self.now, body, hidden or {})
        things.add(self.db, thing)
        return thing

    def save(self, thing: Thing, *told: str) -> None:
        """Keeps the thing as it is now, and tells so: `paid` of a payment is `payment.paid`."""
        things.save(self.db, thing)
        for name in told:
            self.tell(f"{thing.kind}.{name}", thing)

    def tell(self, event_type: str, thing: Thing) -> None:
        body = {"event_type": event_type, "payload": speak(self.db, thing, self.world.address)}
        event = self.add(thing.account, "event", body)
        self.told.append((thing.account, speak(self.db, event, self.world.address)))

    def spoken_now(self) -> str | None:
        return spoken(self.now)


@contextmanager
def acting(world: World) -> Iterator[Act]:
    with world.store.write() as db:
        act = Act(world, db, world.now())
        yield act
    for account in dict.fromkeys(account for account, _ in act.told):
        deliveries.announce(world, account, [event for owner, event in act.told if owner == account])
