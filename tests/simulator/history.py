"""One history from one seed: a scene full of faults and kills, then calm, finance's word, and what must hold."""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from webapp.audit.chain import Keys
from webapp.audit.verify import Verifier
from webapp.core.extensions import db
from webapp.models.intent import IntentState

from .desk import Desk, Hands
from .invariants import check, check_settled, terminal_rows
from .people import Scene
from .provider import Provider
from .schedule import Schedule

CURRENCIES = ("AED", "KWD", "JPY")
KILLS_EVERY, KILL = (8.0, 60.0), 0.3
SPACED_LOOKS = 4
ROUNDS = 6


class Broken(AssertionError):
    """What must hold does not; names the seed."""


@dataclass(frozen=True)
class Told:
    """What a history held, for whoever wonders whether it was worth anything."""

    states: Counter[str]
    posts: int
    refunds: int
    acts: int


Play = Callable[[Desk, Schedule, random.Random], Told]


def simulate(desk: Desk, seed: int, play: Play) -> Told:
    """A history of money or of webhooks, as `play` says. Raises Broken."""
    dice = random.Random(seed)
    state, silence = random.getstate(), logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    random.seed(seed)  # what the engine itself draws: the jitter of its looks
    try:
        with Schedule(dice) as schedule:
            return play(desk, schedule, dice)
    except AssertionError as error:
        raise Broken(f"seed {seed}: {error}") from error
    finally:
        random.setstate(state)
        logging.disable(silence)


def play_money(desk: Desk, schedule: Schedule, dice: random.Random) -> Told:
    desk.begin(schedule)
    provider = Provider(schedule, dice)
    provider.witness = desk.witness
    for number in range(dice.choice((1, 1, 2, 3))):
        status = dice.choice(("captured", "captured", "approved"))
        fate = dice.choice(("good", "good", "good", "declined", "expired"))
        provider.add(f"order-{number}", dice.choice((600, 1000)), dice.choice(CURRENCIES), status, fate)
    scene = Scene(desk, provider, schedule, dice)
    scene.people(agents=dice.choice((2, 3, 4)), wishes=dice.choice((1, 2, 3)))
    schedule.spawn("killer", lambda: kill_now_and_then(schedule, dice), lives_on=True, may_die=False)
    schedule.run()
    schedule.run_out()
    _calm(desk, provider, schedule)
    check(desk, provider, scene.said)
    check_settled(desk)
    _check_that_nothing_changes(desk, provider, schedule)
    states = Counter(row["state"] for row in desk.look("SELECT state FROM intent"))
    made = sum(len(book.now.refunds) for book in provider.books.values())
    return Told(states, len(provider.posts), made, schedule.acts)


def kill_now_and_then(schedule: Schedule, dice: random.Random) -> None:
    if dice.random() < 0.5:
        return
    while True:
        schedule.idle(dice.uniform(*KILLS_EVERY))
        schedule.kill(KILL)


def _calm(desk: Desk, provider: Provider, schedule: Schedule) -> None:
    """Nothing fails any more. The worker looks, finance decides what only a person may."""
    provider.is_faulty = False
    hands = Hands(desk, provider)

    def look() -> None:
        for _ in range(SPACED_LOOKS):
            with desk.acting(None):
                hands.resolve_due(all_open=True)
            schedule.pause(61.0)

    def decide() -> None:
        with desk.acting(desk.people[2]):
            for intent in hands.unsettled():
                if intent.state == IntentState.ATTENTION:
                    hands.close(intent, _found(provider, intent.order_id, intent.refund_id))
                else:
                    hands.send_again(intent)

    for _ in range(ROUNDS):
        if not desk.look("SELECT 1 FROM intent WHERE state IN ('pending', 'unknown', 'attention')"):
            return
        for act in (look, decide):
            schedule.spawn(act.__name__, act, may_die=False)
            schedule.run()


def _found(provider: Provider, order_id: str, refund_id: str | None) -> str:
    made = {one.refund_id for one in provider.books[order_id].now.refunds}
    return "made_otherwise" if refund_id in made else "not_done"


def _check_that_nothing_changes(desk: Desk, provider: Provider, schedule: Schedule) -> None:
    """I11: another look changes no row that is over."""
    before = terminal_rows(desk)
    hands = Hands(desk, provider)

    def look_again() -> None:
        with desk.acting(None):
            hands.resolve_due(all_open=True)
            for order_id in provider.books:
                hands.open_page(order_id)

    schedule.spawn("look again", look_again, may_die=False)
    schedule.run()
    assert terminal_rows(desk) == before, "I11: a row that was over has changed"
    assert not desk.look("SELECT 1 FROM finding"), "I1: a refund turned up that nobody expected"
    check_log(desk)


def check_log(desk: Desk) -> None:
    """I10: the log is as it was written."""
    with desk.app.app_context(), db.engine.connect() as connection:
        verdict = Verifier(connection, Keys.of(desk.app.extensions["settings"])).verdict()
    assert verdict.ok, f"I10: {verdict.message}"
