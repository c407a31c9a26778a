"""A rotation driven at random: the shop refuses, answers are lost, processes die, people click in any order.

After every move the provider is asked what is true: the old webhook is never gone while the shop does not take what the
new one delivers, some webhook always delivers, and the shop can verify all it gets.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flask import Flask
from sqlalchemy import event, select

from tests.conftest import PEOPLE
from tests.people import let_in
from tests.webhooks.acting import let_leases_end, work
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.models.hook_change import HookChange
from webapp.models.rotation import Rotation
from webapp.providers.http.errors import GatewayError
from webapp.providers.registry import forget_clients
from webapp.webhooks.rotation.acts import Act

from .shop import OLD, Shop, Trade
from .walking import let_quiet_time_end, watch

ACTS = (*(act.value for act in Act), "undo", "test")
ODDS = [0.3 if act == "undo" else 1.0 for act in ACTS]
FORWARD = {"make": "make", "install": "switch-on", "watch": "pause-old", "quiet": "delete-old"}
MOODS = (200, 200, 200, 401, 403, 404, 500, 503)
FAULTS: tuple[dict[str, Any], ...] = (
    *[{"kind": "drop_before"}] * 6, *[{"kind": "drop_after"}] * 4, {"kind": "reset"},
    {"kind": "malformed"}, {"kind": "html"}, {"kind": "wrong_id"}, {"kind": "status", "status": 500},
    {"kind": "status", "status": 429, "code": "throttled"},
    {"kind": "status", "status": 403, "code": "permission_denied"},
)  # fmt: skip
HIDDEN = re.compile(r'name="(csrf_token|submit_token)" value="([^"]+)"')
SECRET = re.compile(r'<code class="mono" dir="ltr">([0-9a-f]{64})</code>')
ORIGIN = "http://localhost"


class Killed(BaseException):
    """The process died."""


class Driven:
    """One rotation from its beginning to its end."""

    def __init__(self, app: Flask, sandbox: Sandbox, shop: Shop, trade: Trade, seed: int) -> None:
        self.app, self.sandbox, self.shop, self.trade, self.hooks = app, sandbox, shop, trade, trade.hooks
        self.dice = random.Random(seed)
        self.client = let_in(app, PEOPLE["admin"][0]).client
        shop.secrets, shop.status, shop.unverified = [OLD], 200, 0
        self.old = self.hooks.make(shop.url, events=("order", "transaction"))
        self.was_gone = False
        self.kept: set[int] = set()
        self.tokens: list[str] = []
        self.log: list[str] = []

    def run(self, moves: int) -> str:
        """So many moves, then to an end in peace; how it ended. An AssertionError tells what was done until then."""
        try:
            self.start()
            for _ in range(moves):
                self.move()
                self.check()
            return self.finish()
        except AssertionError as error:
            raise AssertionError(f"{error}\nafter: {', '.join(self.log)}") from error
        finally:
            self.heal()
            for hook_id in self.truth():
                self.hooks.remove(hook_id)

    # What must be true

    def check(self) -> None:
        there = self.truth()
        assert any(hook["active"] for hook in there.values()), f"nothing is delivered any more: {there}"
        assert self.shop.unverified == 0, "the shop got what it cannot verify"
        if self.old not in there and not self.was_gone:
            self.was_gone = True
            codes = [hook["last_code"] for hook in there.values()]
            assert codes == [200], f"the old one is gone, and the shop answers {codes}"

    def truth(self) -> dict[str, dict[str, Any]]:
        """The webhooks as the provider has them on its own disk, whatever it answers at the moment."""
        rows = self.sandbox.world.store.rows("SELECT id, active, last_code FROM hooks")
        return {row["id"]: dict(row) for row in rows}

    # What happens

    def start(self) -> None:
        self._post(f"/demo/hooks/{self.old}/rotate", page=f"/demo/hooks/{self.old}/rotate")
        assert self.rotation is not None

    def move(self) -> None:
        rotation, waits = self.rotation, any(change.is_open for change in self._changes())
        step = rotation.step if rotation else ""
        odds = (1, 4, 1, 4, 1) if waits else (6, 0, 1, 4, 8) if step == "quiet" else (9, 0, 3, 4, 1)
        if self._brought() and not self.kept:
            odds = (3, 1, 9, 1, 1)
        name = self.dice.choices(("click", "change", "secret", "trade", "worker"), odds)[0]
        with self._trouble(step):
            getattr(self, f"_{name}")()
        self.hooks.heal()

    def _click(self) -> None:
        """Any button, also one that the page does not show; half of the time the one that leads on."""
        rotation = self.rotation
        leads_on = FORWARD.get(rotation.step if rotation else "")
        act = leads_on if leads_on and self.dice.random() < 0.5 else self.dice.choices(ACTS, ODDS)[0]
        self._act(act, is_old_form=self.dice.random() < 0.2)

    def _act(self, act: str, *, is_old_form: bool = False) -> None:
        """Presses a button; of a page that was opened long ago, perhaps."""
        rotation = self.rotation
        if rotation is None:
            return
        latest = self._brought()
        if act == "switch-on" and latest and latest.secret_shown and latest.id not in self.kept:
            act = "new-secret"  # whoever has not seen the page with the secret does not say that the shop has it
        wizard = f"/demo/hooks/rotations/{rotation.id}"
        anyway = {"anyway": "yes"} if self.dice.random() < 0.5 else {}
        self.log.append(f"{act}{' on an old page' if is_old_form else ''}{' anyway' if anyway else ''}")
        old = self.dice.choice(self.tokens) if is_old_form and self.tokens else ""
        self._post(f"{wizard}/{act}", page=wizard, token=old, **anyway)

    def _change(self) -> None:
        """Looks at the last change, has it sent again, or gives it up, a minute later."""
        changes = self._changes()
        if not changes:
            return
        let_leases_end(self.app)
        what = self.dice.choice(("again", "again", "check", "close"))
        self.log.append(f"{what} ({changes[-1].action})")
        self._post(f"/demo/hooks/changes/{changes[-1].id}/{what}", reason="it is not there")

    def _secret(self) -> None:
        """Has the secret shown, and puts it into the shop."""
        brought = self._brought()
        if brought is None:
            return
        self.log.append("show")
        shown = SECRET.search(self._post(f"/demo/hooks/changes/{brought.id}/secret"))
        if shown:
            self.kept.add(brought.id)
            self.shop.secrets.append(shown[1])

    def _trade(self) -> None:
        """The shop is in another mood, and something happens in it."""
        self.check()
        self.shop.status = self.dice.choice(MOODS)
        self.log.append(f"shop answers {self.shop.status}")
        self.trade.refund()

    def _worker(self) -> None:
        """A minute goes by, or a day; somebody may look after it at the same time."""
        let_leases_end(self.app)
        if self.dice.random() < 0.7:
            let_quiet_time_end(self.app)
        self.log.append("worker")
        with suppress(GatewayError):  # as the worker's loop does
            watch(self.app)

    # What goes wrong on the way

    @contextmanager
    def _trouble(self, step: str) -> Iterator[None]:
        """Perhaps an answer is lost, the process dies, or the shop changes its mind, at some point of the move."""
        what = self.dice.choices(("", "fault", "die", "shop"), (4, 3, 2, 3))[0]
        if what == "fault":
            fault = self.dice.choice(FAULTS)
            method = self.dice.choice(("POST", "PATCH", "DELETE", "GET", *("DELETE",) * 4 * (step == "quiet")))
            self.log.append(f"{fault['kind']} of {method}")
            self.hooks.fault(method=method, path="/hooks*", **fault)
        happen = {"die": self._die, "shop": self._trade}.get(what)
        if happen is None:
            yield
            return
        try:
            with self._at_a_statement(self.dice.randrange(60), happen):
                yield
        except Killed:
            self.log.append("killed")

    def _die(self) -> None:
        raise Killed

    @contextmanager
    def _at_a_statement(self, number: int, happen: Callable[[], None]) -> Iterator[None]:
        """Has something happen at one of the statements that this process sends to its database."""
        left = [number]

        def before(*_: object) -> None:
            left[0] -= 1
            if left[0] == -1:
                happen()

        with self.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", before)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", before)

    # The end

    def finish(self) -> str:
        """In peace: everything is confirmed, then it goes on to its end, or is taken back; that is always possible."""
        self.heal()
        self.shop.status = 200
        forward = self.dice.random() < 0.7
        for round_ in range(16):
            rotation = self.rotation
            if rotation is None or not rotation.is_open:
                break
            self._settle_open()
            self._step(rotation.step, forward=forward and round_ < 10)
            self.check()
        rotation = self.rotation
        assert rotation is None or not rotation.is_open, f"it does not end, at {rotation.step if rotation else ''}"
        (left,) = self.truth().values()
        assert left["active"]
        assert (left["id"] == self.old) == (rotation is None or rotation.step == "undone")
        assert self.trade.refund() in self.shop.told
        return rotation.step if rotation else "not begun"

    def heal(self) -> None:
        self.hooks.heal()
        with self.app.app_context():
            forget_clients()

    def _settle_open(self) -> None:
        """Has sent again what is open; what the desk would rather not send is given up."""
        changes = [change for change in self._changes() if change.is_open]
        for change in changes:
            let_leases_end(self.app)
            work(self.app)
            let_leases_end(self.app)
            self._post(f"/demo/hooks/changes/{change.id}/again")

    def _step(self, step: str, *, forward: bool) -> None:
        if not forward:
            self._act("undo")
            return
        brought = self._brought()
        if brought and brought.id not in self.kept and step == "install":
            self._act("new-secret") if brought.secret_shown else self._secret()
            if self.rotation and self.rotation.was_active:
                self._act("undo")
            return
        if step in ("watch", "quiet"):
            self.trade.refund()
        if step == "quiet":
            let_quiet_time_end(self.app)
            watch(self.app)
        self._act(FORWARD[step])

    # What the desk knows, and its pages

    @property
    def rotation(self) -> Rotation | None:
        with self.app.app_context():
            found = db.session.scalar(select(Rotation).where(Rotation.hook_id == self.old))
            release()
            return found

    def _changes(self) -> list[HookChange]:
        rotation = self.rotation
        with self.app.app_context():
            of_it = select(HookChange).where(HookChange.rotation_id == (rotation.id if rotation else 0))
            found = list(db.session.scalars(of_it.order_by(HookChange.id)))
            release()
            return found

    def _brought(self) -> HookChange | None:
        """The change that brought the secret that is in force on the new webhook."""
        brought = [change for change in self._changes() if change.brings_secret and change.state == "succeeded"]
        return brought[-1] if brought else None

    def _post(self, address: str, *, page: str = "/demo/hooks/new", token: str = "", **fields: str) -> str:
        """Opens a page, and sends a form of it; the page that it leads to is not opened."""
        hidden = dict(HIDDEN.findall(self.client.get(page).get_data(as_text=True)))
        if hidden.get("submit_token"):
            self.tokens.append(hidden["submit_token"])
        data = {
            "csrf_token": hidden.get("csrf_token", ""),
            "submit_token": token or hidden.get("submit_token", ""),
            **fields,
        }
        answer = self.client.post(address, data=data, headers={"Referer": ORIGIN + page})
        return answer.get_data(as_text=True)
