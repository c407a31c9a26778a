"""Who acts in a history of webhooks: admins and their double clicks, the worker, the shop in its moods."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import select

from webapp.access.form_tokens import ChangeToken
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.hook_change import HookAction, HookChange
from webapp.models.rotation import Rotation
from webapp.operations.kind import NotYet
from webapp.operations.resolve_unknown import check_now, close, send_again
from webapp.providers.http.errors import GatewayError
from webapp.webhooks.endpoints.change import change_hook, seen
from webapp.webhooks.endpoints.changes import CHANGES, NOT_DONE, hook_mover, version_of
from webapp.webhooks.endpoints.errors import NotChanged
from webapp.webhooks.endpoints.secret import show_secret
from webapp.webhooks.endpoints.write import Wish
from webapp.webhooks.rotation.acts import Act
from webapp.webhooks.rotation.steps import Rotating, start_rotation, take_step, undo
from webapp.webhooks.upkeep import settle_hooks

from .desk import DEADLINE, Desk
from .schedule import LOOK_EVERY, Killed, Schedule
from .shop import EVENTS, MOODS, URL, HookClient, Shop

FORWARD = {
    "make": Act.MAKE, "install": Act.SWITCH_ON, "watch": Act.PAUSE_OLD, "quiet": Act.DELETE_OLD,
}  # fmt: skip
ELSEWHERE = "https://elsewhere.example.com/in"
QUIET = 3700.0


class Admins:
    """A history's cast."""

    def __init__(self, desk: Desk, shop: Shop, client: HookClient, schedule: Schedule, dice: random.Random) -> None:
        self.desk, self.shop, self.client, self.schedule, self.dice = desk, shop, client, schedule, dice
        self.settings = desk.app.extensions["settings"]
        self.mover = hook_mover(client, self.settings)  # type: ignore[arg-type]

    def people(self, wishes: int) -> None:
        for number in range(2):
            person = self.desk.people[number]
            self.schedule.spawn(f"admin {number}", lambda person=person: self.admin(person, wishes))
            self.schedule.spawn(f"worker {number}", self.worker, after=self.dice.random() * 3, lives_on=True)
        self.schedule.spawn("shop", self.trade, may_die=False, lives_on=True)

    def trade(self) -> None:
        while True:
            self.schedule.idle(self.dice.choice((1.0, 5.0, 20.0, 60.0)))
            self.shop.mood = self.dice.choice(MOODS)
            self.shop.trade()

    def worker(self) -> None:
        while True:
            try:
                with self.desk.acting(None):
                    self.look()
                self.schedule.idle(self.dice.choice((LOOK_EVERY, 6.0, 70.0)))
            except Killed:
                self.schedule.pause(5.0)

    def look(self) -> None:
        with suppress(GatewayError):
            settle_hooks(self.desk.account, self.client, self.settings)  # type: ignore[arg-type]

    def admin(self, person: int, wishes: int) -> None:
        for _ in range(wishes):
            with suppress(Killed):  # a person outlives the process that served them
                self.schedule.pause(self.dice.choice((0.0, 0.5, 3.0, 40.0, QUIET)))
            act = self.dice.choices((self.rotate, self.change, self.mend, self.keep), (9, 2, 3, 6))[0]
            with suppress(Killed), self.desk.acting(person), suppress(NotChanged, NotYet, GatewayError):
                act(person)

    def token(self, kind: str, person: int, object_id: str, version: int, shown: str = "") -> ChangeToken:
        return ChangeToken(kind, person, "demo", object_id, version, shown, secrets.token_hex(16))

    def working(self, person: int) -> Rotating:
        return Rotating(self.client, self.desk.account, person, self.settings)  # type: ignore[arg-type]

    # A rotation

    def rotation(self) -> Rotation | None:
        found = db.session.scalar(select(Rotation).where(Rotation.ended.is_(None)).order_by(Rotation.id.desc()))
        release()
        return found

    def rotate(self, person: int) -> None:
        rotation = self.rotation()
        if rotation is None:
            self.begin(person)
            return
        token = self.token("rotation", person, str(rotation.id), 0)
        way = self.dice.choices(("on", "any", "back"), (10, 2, 1))[0]
        if way == "back":
            undo(self.working(person), rotation, token)
            return
        act = FORWARD[rotation.step] if way == "on" else self.dice.choice(list(Act))
        number, anyway = rotation.id, self.dice.random() < 0.3

        def press() -> None:
            there = db.session.get_one(Rotation, number, populate_existing=True)
            take_step(self.working(person), there, act, token, anyway=anyway)

        self.pressing(person, press)

    def begin(self, person: int) -> None:
        own = [hook for hook in self.shop.hooks.values() if hook.url == URL]
        hook = self.client.get_hook(hook_id=own[0].id)
        version = version_of(self.desk.account, hook.id)
        release()
        start_rotation(self.working(person), hook, self.token("rotate", person, hook.id, version, seen(hook)))

    def pressing(self, person: int, press: Callable[[], object]) -> None:
        """Once, and sometimes twice."""
        if self.dice.random() < 0.2:
            self.schedule.spawn("click", lambda: self.again(person, press), after=self.dice.choice((0.0, 2.0, 30.0)))
        press()

    def again(self, person: int, press: Callable[[], object]) -> None:
        with suppress(Killed), self.desk.acting(person), suppress(NotChanged, NotYet, GatewayError):
            press()

    def keep(self, person: int) -> None:
        """Has a secret shown, and puts it into the shop."""
        for change in self.changes():
            if change.can_show_secret:
                shown = show_secret(change, person, self.settings)
                if shown is not None:
                    self.shop.secrets.append(shown.get_secret_value())

    # Other changes

    def change(self, person: int) -> None:
        """Of a webhook that leads elsewhere: made, edited, switched, given a secret, deleted."""
        others = [hook for hook in self.shop.hooks.values() if hook.url == ELSEWHERE]
        action = HookAction.CREATE
        hook = None
        if others:
            action = self.dice.choice([one for one in HookAction if one is not HookAction.CREATE])
            hook = self.client.get_hook(hook_id=self.dice.choice(others).id)
        hook_id, events = (hook.id, hook.events) if hook else (None, EVENTS)
        if action is HookAction.EDIT:
            events = self.dice.choice((EVENTS, EVENTS[:1]))
        is_active = action is HookAction.ACTIVATE or (hook.active if hook and action is not HookAction.PAUSE else False)
        wish = Wish(action, hook_id, ELSEWHERE, tuple(events), is_active)
        version = version_of(self.desk.account, hook_id)
        release()
        token = self.token(action, person, hook_id or "new", version, seen(hook) if hook else "")
        self.pressing(person, lambda: self.send(person, wish, token))

    def send(self, person: int, wish: Wish, token: ChangeToken) -> HookChange:
        return change_hook(
            wish,
            client=self.client,  # type: ignore[arg-type]
            account=self.desk.account,
            token=token,
            requester_id=person,
            settings=self.settings,
        )

    def changes(self) -> list[HookChange]:
        found = list(db.session.scalars(select(HookChange).order_by(HookChange.id)))
        release()
        return found

    def mend(self, _person: int) -> None:
        """Looks at what is open, has it sent again, or gives it up."""
        for change in self.changes():
            if change.is_open:
                self.decide(change, self.dice.choice(("check", "again", "again", "close")))

    def decide(self, change: HookChange, what: str) -> None:
        with suppress(NotYet):
            if what == "check":
                check_now(CHANGES, self.mover, change, deadline=DEADLINE)
            elif what == "again":
                send_again(CHANGES, self.mover, change, deadline=DEADLINE)
            else:
                close(CHANGES, change, NOT_DONE, "looked")
