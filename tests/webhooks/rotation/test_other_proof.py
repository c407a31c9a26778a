"""What proves a new secret beside an order of the shop: a test event, and what the desk receives itself."""

from __future__ import annotations

import time

import pytest
from flask import Flask
from pydantic import SecretStr

from tests.browser import Browser
from tests.emulators.kit.receiver import receiving as listening
from tests.webhooks.acting import changes, entries, secret_on
from tests.webhooks.at_provider import Hooks
from tests.webhooks.forwarding.onward import add_target, forwards
from tests.webhooks.receiving import Receiving, order_body
from webapp.providers.postpay.signature import sign
from webapp.webhooks.receiver.settings import replace_secret

from .shop import Shop
from .walking import WIZARD, active, go_to, let_quiet_time_end, start, watch


def test_a_test_event_tells_both_webhooks(adam: Browser, app: Flask, hooks: Hooks, shop: Shop, hook_id: str) -> None:
    start(adam, hook_id)
    go_to(adam, "watch", shop, None)
    adam.submit("Send a test event")
    assert "which nobody pays" in adam.words
    (sent,) = hooks.sent("POST", "/checkouts")
    assert sent["status"] == 201
    while hooks._ask("GET", "/deliveries")["pending"]:
        time.sleep(0.01)
    adam.open(WIZARD)
    assert "Step 4: the shop takes deliveries with the new secret" in adam.words
    assert "Send a test event" not in adam.words
    assert entries(app).count("hook.test_sent") == 1
    assert (len(shop.told), shop.unverified) == (2, 0)


def test_a_test_event_that_is_refused_is_said_so(adam: Browser, hooks: Hooks, shop: Shop, hook_id: str) -> None:
    start(adam, hook_id)
    go_to(adam, "watch", shop, None)
    hooks.fault("status", path="/checkouts", status=403, code="permission_denied")
    adam.submit("Send a test event")
    assert "which nobody pays" not in adam.words
    assert "No test event was sent" in adam.words
    hooks.fault("drop_after", path="/checkouts")
    adam.submit("Send a test event")
    assert "It is not known whether the test event was sent" in adam.words


def test_where_there_is_none_the_page_says_how(adam: Browser, hooks: Hooks, shop: Shop) -> None:
    start(adam, hooks.make(shop.url, events=("transaction",)))
    go_to(adam, "watch", shop, None)
    assert "Send a test event" not in adam.words
    assert "refund a small amount" in adam.words


@pytest.fixture
def own(receiving: Receiving, hooks: Hooks) -> str:
    """A webhook that leads to the desk itself, as the provider has it."""
    return hooks.make("https://desk.example.com" + receiving.path)


def test_what_the_desk_received_itself_is_proof(
    adam: Browser, app: Flask, hooks: Hooks, receiving: Receiving, own: str
) -> None:
    start(adam, own)
    adam.submit("Show the secret")
    secret = secret_on(adam)
    with app.app_context():
        replace_secret(receiving.account, receiving.id, receiving.settings, SecretStr(secret))
    adam.open(WIZARD)
    adam.submit("The shop has both")
    receiving.deliver(order_body("order-01"))
    adam.open(WIZARD)
    assert "Step 3" in adam.words, "that one was signed with the old secret"
    body = order_body("order-02")
    assert receiving.deliver(body, sign(body, secret, at=int(time.time()))).status_code == 200
    assert receiving.rows()[-1].secret_fingerprint == changes(app)[0].secret_fingerprint
    adam.open(WIZARD)
    assert "Step 4" in adam.words
    adam.submit("Pause the old webhook")
    let_quiet_time_end(app)
    watch(app)
    assert own not in active(hooks)


def test_targets_get_all_of_a_rotation_and_one_that_refuses_it_does_not_stop_it(
    adam: Browser, app: Flask, hooks: Hooks, receiving: Receiving, own: str
) -> None:
    """Each target has a secret of its own, so which of the two signed for the desk is nothing to it."""
    with listening() as good, listening() as bad:
        bad.status = 401
        add_target(receiving, good.url, name="Shop")
        add_target(receiving, bad.url, name="Warehouse", secret="another-secret-0123456789")
        start(adam, own)
        adam.submit("Show the secret")
        secret = secret_on(adam)
        with app.app_context():
            replace_secret(receiving.account, receiving.id, receiving.settings, SecretStr(secret))
        adam.open(WIZARD)
        adam.submit("The shop has both")
        for number, key in enumerate((receiving.secret, secret)):
            body = order_body(f"order-{number}")
            assert receiving.deliver(body, sign(body, key, at=int(time.time()))).status_code == 200
        receiving.work("forward")
        assert forwards(receiving, 1) == [("sent", 1)] * 2
        assert forwards(receiving, 2) == [("waiting", 1)] * 2
    adam.open(WIZARD)
    assert "Step 4" in adam.words, "the desk received it itself"
    adam.submit("Pause the old webhook")
    let_quiet_time_end(app)
    watch(app)
    assert own not in active(hooks)
