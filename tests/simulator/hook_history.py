"""One history of webhooks from one seed: changes and rotations amid faults and kills, then calm, and what must hold."""

from __future__ import annotations

import json
import random
from collections import Counter

from pydantic import SecretStr

from webapp.core import sealing
from webapp.models.hook_change import OPEN_STATES
from webapp.operations.standing import RESEND_WITHIN

from .admins import Admins
from .desk import Desk
from .history import Told, check_log, kill_now_and_then
from .schedule import Schedule
from .shop import STILL_FRESH, URL, HookClient, Shop, SimulatedHook

TERMINAL = ("succeeded", "refused", "closed")
ROUNDS = 6


class Watch:
    """The last good webhook is never gone: asked at the moment when the desk is about to silence or delete one."""

    def __init__(self, desk: Desk, shop: Shop) -> None:
        self.desk, self.shop = desk, shop

    def about_to_silence(self, hook_id: str, for_good: bool) -> None:
        assert not self.desk.turns.is_taken, "the provider is asked while somebody writes"
        hook = self.shop.hooks.get(hook_id)
        if hook is None or hook.url != URL:
            return
        since = self.shop.schedule.now - STILL_FRESH
        others = [one for one in self.shop.hooks.values() if one.id != hook_id and one.url == URL]
        is_old = hook_id == min((one.id for one in (*others, hook)), key=_age)
        if is_old:
            assert any(one.active for one in others), f"{hook_id} goes, and nothing is delivered any more"
        if is_old and for_good:
            assert any(one.is_or_was_good(since) for one in others), f"{hook_id} goes, and the shop takes no other"
        if not is_old and hook.active:
            assert any(one.active for one in others), f"{hook_id} goes, and the old one is silent"


def play_webhooks(desk: Desk, schedule: Schedule, dice: random.Random) -> Told:
    """Raises AssertionError."""
    desk.begin(schedule)
    shop = Shop(schedule, dice)
    client = HookClient(shop, Watch(desk, shop).about_to_silence)
    admins = Admins(desk, shop, client, schedule, dice)
    shop.trade()
    admins.people(wishes=dice.choice((4, 8, 12)))
    schedule.spawn("killer", lambda: kill_now_and_then(schedule, dice), lives_on=True, may_die=False)
    schedule.run()
    schedule.run_out()
    _calm(desk, shop, admins, schedule)
    _check(desk, shop)
    _check_entries(desk)
    check_log(desk)
    states = Counter(row["state"] for row in desk.look("SELECT state FROM hook_change"))
    ended = Counter(row["step"] for row in desk.look("SELECT step FROM rotation"))
    return Told(states + ended, shop.made, len(shop.gone), schedule.acts)


def _calm(desk: Desk, shop: Shop, admins: Admins, schedule: Schedule) -> None:
    """Nothing fails any more; the worker looks, and admins decide what only a person may."""
    shop.is_faulty, shop.mood = False, 200

    def settle() -> None:
        with desk.acting(desk.people[0]):
            for change in admins.changes():
                if change.is_open:
                    admins.decide(change, "again")

    def look() -> None:
        with desk.acting(None):
            admins.look()

    for number in range(ROUNDS):
        schedule.move(61.0 if number else RESEND_WITHIN.total_seconds())
        for act in (look, settle):
            schedule.spawn(act.__name__, act, may_die=False)
            schedule.run()
        shop.trade()
    left = desk.look(f"SELECT action, outcome_code FROM hook_change WHERE state IN {tuple(map(str, OPEN_STATES))}")
    wrong = [tuple(row) for row in left if row["outcome_code"] != "several"]
    assert not wrong, f"it stays open without any fault: {wrong}"


def _check(desk: Desk, shop: Shop) -> None:
    rows = [dict(row) for row in desk.look("SELECT * FROM hook_change ORDER BY id")]
    done = [row for row in rows if row["state"] == "succeeded"]
    assert any(hook.active for hook in shop.hooks.values() if hook.url == URL), "nothing is delivered any more"
    made = [row["hook_id"] for row in done if row["action"] == "create"]
    assert len(made) == len(set(made)), f"two creations made one webhook: {made}"
    deleted = {row["hook_id"] for row in done if row["action"] == "delete"}
    known = {"hook-1", *made} - deleted
    twice = [row for row in rows if row["action"] == "create" and row["attempt"] > 1]
    given_up = [row for row in rows if row["action"] == "create" and row["state"] == "closed"]
    missing = known - set(shop.hooks)
    assert not missing, f"said to be there, and is not: {missing}"
    strangers = set(shop.hooks) - known
    assert len(strangers) <= sum(row["attempt"] for row in (*twice, *given_up)), f"nobody knows of {strangers}"
    for hook in shop.hooks.values():
        _check_hook(desk, hook, [row for row in done if row["hook_id"] == hook.id])


def _check_hook(desk: Desk, hook: SimulatedHook, done: list[dict]) -> None:
    """It is as the last change that is said to have succeeded left it."""
    switched = [row["active"] for row in done if row["action"] in ("create", "activate", "pause")]
    if switched:
        assert hook.active == bool(switched[-1]), f"{hook.id} is not as the desk says: active is {hook.active}"
    brought = [row["secret_fingerprint"] for row in done if row["action"] in ("create", "secret")]
    if brought:
        mark = sealing.fingerprint(desk.app.extensions["settings"], SecretStr(hook.secret))
        assert mark == brought[-1], f"{hook.id} signs with another secret than the desk says"


def _check_entries(desk: Desk) -> None:
    """One first entry for each change, one last one for each that is over; only a secret is repeated by itself."""
    first: Counter[int] = Counter()
    again: Counter[int] = Counter()
    last: Counter[int] = Counter()
    for entry in desk.look("SELECT event, after FROM audit_entry WHERE event LIKE 'hook.%'"):
        event, facts = entry["event"].partition(".")[2], json.loads(entry["after"] or "{}")
        if event == "intent":
            first[facts["change_id"]] += 1
        elif event == "resent":
            again[facts["change_id"]] += 1
        elif event in TERMINAL:
            last[facts["change_id"]] += 1
    rows = desk.look("SELECT id, state, action, attempt FROM hook_change")
    assert first == Counter(row["id"] for row in rows), "first entries"
    assert all(row["attempt"] == 1 + again[row["id"]] for row in rows if row["action"] != "secret"), "sent by itself"
    assert last == Counter(row["id"] for row in rows if row["state"] in TERMINAL), "last entries"


def _age(hook_id: str) -> int:
    return int(hook_id.partition("-")[2])
