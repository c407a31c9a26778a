"""A delivery every 100 ms through all steps of a rotation, whose process is killed at each: none is lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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
from webapp.providers.postpay.signature import is_genuine

OLD = "made-by-hand"
WIZARD = "/demo/hooks/rotations/1"
EVERY = 0.1


class Shop(ThreadingHTTPServer):
    """Verifies each delivery with the secrets it knows; keeps the amounts it was told of, and what it turned away."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Delivery)
        self.secrets = [OLD]
        self.told: list[int] = []
        self.turned_away = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks"


class _Delivery(BaseHTTPRequestHandler):
    server: Shop

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_ours = is_genuine(self.headers["X-Postpay-Signature"], body, self.server.secrets)
        if is_ours:
            self.server.told.append(abs(json.loads(body)["data"]["amount"]))
        else:
            self.server.turned_away += 1
        self.send_response(200 if is_ours else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


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
                session.get_one(Rotation, 1).quiet_until = now()
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
    assert shop.turned_away == 0, "each delivery is signed with a secret that the shop has"
    assert len(hooks.all()) == 1
