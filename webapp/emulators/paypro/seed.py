"""Made-up data: the same seed and end always give the same customers, payments, refunds, subscriptions and webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from webapp.emulators.kit import clock
from webapp.emulators.kit.store import insert_many

from . import seed_agreements, seed_payments
from .made_up import MadeUp
from .things import COLUMNS
from .world import World


def fill(world: World, *, payments: int, seed: int, end: int | None) -> None:
    """Gives each account that has nothing yet its own data, and sets the clock: to `end`, or where it was."""
    store = world.store
    have = {row["account"] for row in store.rows("SELECT DISTINCT account FROM things")}
    empty = [account for account in range(len(world.keys)) if payments and account not in have]
    until = end if end is not None else clock.now()
    if not have and end is not None:
        world.ahead = end - clock.now()
    for account in empty:
        made = MadeUp(account, Random(f"{seed}/{account}"), until)
        rows = sorted(_make(made, payments), key=lambda row: row[3])
        with store.write() as db:
            insert_many(db, "things", COLUMNS, rows)
    store.create_indexes()
    if have:
        newest = int(store.rows("SELECT max(created) AS newest FROM things")[0]["newest"])
        world.ahead = max(0, newest - clock.now())


def _make(made: MadeUp, payments: int) -> Iterator[tuple[Any, ...]]:
    seed_payments.make(made, payments)
    seed_agreements.make(made, payments)
    made.tell_all()
    yield from (thing.row() for thing in made.things)
