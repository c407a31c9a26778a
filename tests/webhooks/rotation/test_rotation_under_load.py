"""A delivery every 100 ms through all steps of a rotation, whose process is killed at each: none is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import requests
from flask import Flask
from sqlalchemy import select

from tests.browser import Browser
from tests.webhooks.acting import kill_while_pressing, let_leases_end, secret_on, until, work
from tests.webhooks.at_provider import Hooks
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.rotation import Rotation

from .shop import OLD, Shop

WIZARD = "/demo/hooks/rotations/1"
EVERY = 0.1


class Business(threading.Thread):
    """Something happens in the shop every 100 ms, until `end`: each refund has an amount of its own."""

    def __init__(self, address: str, auth: tuple[str, str]) -> None:
        super().__init__(daemon=True)
        self.address, self.auth = address, auth
        self.sent: list[int] = []
        self._stop_now = threading.Event()

    def run(self) -> None:
        while not self._stop_now.wait(EVERY):
            amount = len(self.sent) + 1
            body = {"refund_id": f"refund-{amount}", "amount": amount}
            if requests.post(self.address, json=body, auth=self.auth, timeout=10).ok:
                self.sent.append(amount)

    def end(self) -> None:
        self._stop_now.set()
        self.join()


@pytest.fixture
def business(hooks: Hooks) -> Iterator[Business]:
    hooks.order("busy", total=10**9)
    going_on = Business(hooks.address.removesuffix("hooks") + "orders/busy/refunds", hooks.direct.auth)  # type: ignore[arg-type]
    going_on.start()
    yield going_on
    going_on.end()


def step(app: Flask) -> str:
    with app.app_context():
        return db.session.scalars(select(Rotation)).one().step


def test_no_delivery_is_lost_though_every_step_is_killed(
    adam: Browser, app: Flask, hooks: Hooks, shop: Shop, business: Business
) -> None:
    old = hooks.make(shop.url, events=("transaction",))
    first = len(business.sent) + 1
    steps = [
        (f"/demo/hooks/{old}/rotate", "Make the second webhook", "POST", "after", "install"),
        (WIZARD, "The shop has both", "PATCH", "before", "watch"),
        (WIZARD, "Pause the old webhook", "PATCH", "after", "quiet"),
        (WIZARD, "Delete the old webhook now", "DELETE", "before", "done"),
    ]
    for number, (page, button, method, when, follows) in enumerate(steps, start=1):
        kill_while_pressing(app, hooks, page, button, sent=method, when=when)
        let_leases_end(app)
        work(app)
        if when == "before":
            let_leases_end(app)
            adam.open(f"/demo/hooks/changes/{number}")
            adam.submit("Send again")
        assert step(app) == follows
        adam.open(WIZARD)
        if follows == "quiet":
            with app.app_context(), writing() as session:
                rotation = session.get_one(Rotation, 1)
                rotation.quiet_until, rotation.watched = now(), None
        if follows == "install":
            adam.submit("Show the secret")
            shop.secrets.append(secret_on(adam))
        if follows == "watch":
            until(lambda: "Step 4" in (adam.open(WIZARD) and adam.words))
    shop.secrets.remove(OLD)
    at_the_end = len(business.sent)
    until(lambda: len(business.sent) >= at_the_end + 5)
    business.end()
    until(lambda: not hooks._ask("GET", "/deliveries")["pending"])
    assert len(business.sent) > 30
    assert set(business.sent[first:]) <= set(shop.told)
    assert shop.unverified == 0, "each delivery is signed with a secret that the shop has"
    assert len(hooks.all()) == 1
