"""What a delivery speaks of is read again from the provider, and nothing is lost while that is away."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests
from flask import Flask
from sqlalchemy import update
from werkzeug.serving import make_server

from tests.emulators.kit.receiver import receiving as listening
from tests.provider import Provider
from tests.webhooks.receiving import Receiving, order_body
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET
from webapp.emulators.postpay.server import Sandbox
from webapp.models.base import now
from webapp.models.delivery import Delivery
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.models.user import User
from webapp.providers.http.errors import GatewayError
from webapp.webhooks.deliveries.process import BACKOFF, TRIES_UNTIL_GONE


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The desk's address while it is served."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


AUTH = (EMBEDDED_MERCHANT, EMBEDDED_SECRET)


def hook(sandbox: Sandbox, url: str, secret: str) -> None:
    body = {"url": url, "events": ["order", "transaction"], "secret": secret, "active": True}
    answer = requests.post(f"{sandbox.base_url}/hooks", json=body, auth=AUTH, timeout=10)
    assert answer.status_code == 200, answer.text


def make_due(app: Flask, **values: int) -> None:
    """As if the time for the next try had come."""
    with app.app_context(), writing() as session:
        session.execute(update(Delivery).values(next_try=now() - timedelta(seconds=1), **values))


def outcomes(receiving: Receiving) -> list[tuple[str, str | None]]:
    return [(row.outcome, row.object_state) for row in receiving.rows()]


def test_what_the_sandbox_signs_is_genuine_and_read_again(
    receiving: Receiving, served: str, sandbox: Sandbox, provider: Provider
) -> None:
    provider.order("approved-1", status="approved")
    hook(sandbox, served + receiving.path, receiving.secret)
    requests.post(f"{sandbox.base_url}/orders/approved-1/capture", auth=AUTH, timeout=10)
    for _ in range(500):
        if not provider._ask("GET", "/deliveries")["pending"]:
            break
    told = [(row.verdict, row.event, row.order_id, row.outcome) for row in receiving.rows()]
    assert sorted(told) == [
        ("timed", "order", "approved-1", "waiting"),
        ("timed", "transaction", "approved-1", "waiting"),
    ]
    receiving.work("reread")
    assert sorted(outcomes(receiving)) == [("read", "captured"), ("read", "unpaid")]


def test_the_bytes_of_the_sandbox_are_genuine_in_the_bare_form_too(
    receiving: Receiving, sandbox: Sandbox, provider: Provider
) -> None:
    with listening() as shop:
        hook(sandbox, shop.url, "another secret")
        provider.order("order-01")
        refund = {"refund_id": "r-1", "amount": 100}
        requests.post(f"{sandbox.base_url}/orders/order-01/refunds", json=refund, auth=AUTH, timeout=10)
        _, _, body = shop.got.get(timeout=5)
    bare = hmac.new(receiving.secret.encode(), body, hashlib.sha256).hexdigest()
    assert receiving.deliver(body, bare).status_code == 200
    assert [row.verdict for row in receiving.rows()] == ["bare"]


@pytest.mark.requirement("R57")
def test_what_it_says_is_not_believed(receiving: Receiving, provider: Provider) -> None:
    provider.order("order-01", status="approved")
    receiving.deliver(order_body("order-01", status="captured"))
    receiving.reread()
    assert outcomes(receiving) == [("read", "approved")]


def test_one_reading_settles_all_that_came_before_it(receiving: Receiving, provider: Provider) -> None:
    provider.order("order-01")
    for number in range(20):
        receiving.deliver(order_body("order-01", note=str(number)))
    provider.forget()
    receiving.work("reread")
    assert len(provider.seen("GET", "order-01")) == 1
    assert {outcome for outcome, _ in outcomes(receiving)} == {"read"}


def test_while_the_provider_is_down_everything_waits_and_is_read_when_it_is_back(
    receiving: Receiving, provider: Provider
) -> None:
    for number in range(30):
        provider.order(f"order-{number}")
        receiving.deliver(order_body(f"order-{number}"))
    provider.fault("status", method="GET", times=3, status=503)
    with pytest.raises(GatewayError):
        receiving.reread()
    rows = receiving.rows()
    assert {(row.outcome, row.tries) for row in rows} == {("waiting", 0)}
    provider.heal()
    receiving.work("reread")
    assert {outcome for outcome, _ in outcomes(receiving)} == {"read"}


def test_one_that_cannot_be_read_keeps_no_other_waiting_and_is_given_up_one_day(
    receiving: Receiving, provider: Provider
) -> None:
    for name in ("bad", "good"):
        provider.order(name)
        receiving.deliver(order_body(name))
    provider.fault("status", method="GET", path="/orders/bad", times=1000, status=500)
    receiving.reread()
    assert outcomes(receiving) == [("waiting", None), ("read", "captured")]
    make_due(receiving.app, tries=len(BACKOFF) - 1)
    receiving.reread()
    assert outcomes(receiving)[0] == ("failed", None)


def test_what_the_provider_does_not_know_is_gone_after_a_few_tries(receiving: Receiving) -> None:
    receiving.deliver(order_body("nowhere"))
    for _ in range(TRIES_UNTIL_GONE):
        make_due(receiving.app)
        receiving.reread()
    assert outcomes(receiving) == [("gone", None)]


def test_a_bare_repetition_later_on_may_be_news(receiving: Receiving, provider: Provider) -> None:
    provider.order("order-01", status="approved")
    body = order_body("order-01")
    bare = hmac.new(receiving.secret.encode(), body, hashlib.sha256).hexdigest()
    receiving.deliver(body, bare)
    receiving.reread()
    with receiving.app.app_context(), writing() as session:
        session.execute(update(Delivery).values(settled=now() - timedelta(minutes=5)))
    provider.change("order-01", status="captured")
    receiving.deliver(body, bare)
    receiving.reread()
    assert outcomes(receiving) == [("read", "captured")]
    assert [row.repeats for row in receiving.rows()] == [1]


def test_it_settles_what_somebody_waits_to_know(receiving: Receiving, provider: Provider) -> None:
    provider.order("order-01")
    provider.refund_outside("order-01", 5000, "refund-1")
    with receiving.app.app_context(), writing() as session:
        session.add(
            Intent(
                kind=IntentKind.REFUND, account="demo", submit_token_hash="x", order_id="order-01", currency="AED",
                refund_id="refund-1", amount_minor=5000, seen_remaining=81480, order_version=0,
                state=IntentState.UNKNOWN, requested_by=session.query(User.id).first()[0], attempt=1,
                first_sent=now() - timedelta(minutes=1), created=now() - timedelta(minutes=1),
                lease_until=now() + timedelta(minutes=5), next_check=now() + timedelta(minutes=5),
            )
        )  # fmt: skip
    receiving.deliver(order_body("order-01"))
    receiving.reread()
    with receiving.app.app_context():
        assert db.session.query(Intent.state).scalar() == IntentState.SUCCEEDED


@pytest.mark.parametrize("event", ["order.captured", "ORDER", "Order_captured", "refund.created"])
def test_an_order_is_read_again_however_the_event_is_spelt(
    receiving: Receiving, provider: Provider, event: str
) -> None:
    provider.order("order-01")
    receiving.deliver(order_body("order-01").replace(b'"order"', f'"{event}"'.encode(), 1))
    assert receiving.reread() == 1
    assert [(row.event, row.outcome, row.object_state) for row in receiving.rows()] == [(event, "read", "captured")]
