"""Genuine deliveries are forwarded: the same bytes, the target's signature, again until they are taken."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.browser import Browser
from tests.emulators.kit.receiver import Receiver
from tests.emulators.kit.receiver import receiving as listening
from tests.providers.raw_server import RawServer, always, answer, stay_silent
from tests.webhooks.receiving import CANARY, Receiving, order_body
from webapp.core.accounts import Account, Environment
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.forward import Forward
from webapp.webhooks.forwarding import targets
from webapp.webhooks.forwarding.send import serve_target

from .onward import SHOP_SECRET, add_target, attempts, forwards, make_due, summed_up, wind


def test_the_shop_gets_the_same_bytes_with_its_own_signature(forwarded: Receiving, shop: Receiver) -> None:
    body = order_body("طلب/1")
    forwarded.deliver(body)
    forwarded.deliver(b"forged", "0" * 64)
    forwarded.work("forward")
    path, headers, got = shop.got.get(timeout=5)
    moment, _, digest = headers["X-Postpay-Signature"].partition(":")
    assert digest == hmac.new(SHOP_SECRET.encode(), moment.encode() + b":" + body, hashlib.sha256).hexdigest()
    assert (path, got, headers["X-Desk-Delivery"]) == ("/hooks?from=postpay", body, "1")
    assert shop.got.empty()
    assert (forwards(forwarded), summed_up(forwarded)) == ([("sent", 1)], ["sent", None])
    assert [one.code for one in attempts(forwarded)] == [200]


def test_what_came_before_or_after_it_is_on_is_not_told_on(receiving: Receiving, shop: Receiver) -> None:
    receiving.deliver(order_body("before"))
    add_target(receiving, shop.url)
    receiving.deliver(order_body("while"))
    with receiving.app.app_context():
        targets.pause_target(receiving.account, 1, 1)
    receiving.deliver(order_body("after"))
    receiving.work("forward")
    assert (forwards(receiving), summed_up(receiving)) == ([("failed", 0)], [None, "failed", None])
    assert shop.got.empty()


def test_it_tries_again_less_and_less_often_and_gives_up_after_two_days(forwarded: Receiving, shop: Receiver) -> None:
    shop.status = 500
    forwarded.deliver(order_body())
    pauses = []
    for _ in range(9):
        forwarded.work("forward")
        row = the_forward(forwarded)
        assert row.next_try is not None
        pauses.append((row.next_try - now()).total_seconds())
        make_due(forwarded)
    assert pauses[0] < 14
    assert 2.5 * 3600 < pauses[-1] < 5.3 * 3600
    assert (row.until - forwarded.rows()[0].received) == timedelta(days=2)  # type: ignore[operator]
    wind(forwarded, until=now() + timedelta(seconds=1))
    forwarded.work("forward")
    assert (forwards(forwarded), summed_up(forwarded)) == ([("failed", 10)], ["failed"])
    assert [one.code for one in attempts(forwarded)] == [500] * 10


@pytest.mark.parametrize("status", [301, 302, 307, 404, 410, 500])
def test_only_a_success_is_one_and_no_redirect_is_followed(forwarded: Receiving, shop: Receiver, status: int) -> None:
    shop.status = status
    forwarded.deliver(order_body())
    forwarded.work("forward")
    assert (forwards(forwarded), summed_up(forwarded)) == ([("waiting", 1)], ["waiting"])
    assert shop.got.qsize() == 1


def test_a_target_that_does_not_answer_is_left_alone_longer_and_longer(receiving: Receiving) -> None:
    with RawServer(lambda line: line.reset()) as server:
        target_id = add_target(receiving, f"{server.base_url}/x")
        for number in range(10):
            receiving.deliver(order_body(f"order-{number}"))
        pauses = []
        for _ in range(3):
            receiving.work("forward")
            receiving.work("forward")
            with receiving.app.app_context():
                target = targets.target_of(receiving.account, target_id)
            pauses.append(round((target.silent_until - now()).total_seconds() / 10) * 10)  # type: ignore[operator]
            wind(receiving)
        assert server.connections == 3
    assert pauses == [30, 60, 120]
    assert sorted(tries for _, tries in forwards(receiving)) == [0] * 7 + [1] * 3
    assert {one.error for one in attempts(receiving)} <= {"ConnectionResetError", "RemoteDisconnected"}


def test_a_target_that_hangs_holds_up_no_other(receiving: Receiving, shop: Receiver) -> None:
    """One lane is for quick targets only, and in the others one lease lets a target cost one of them."""
    with RawServer(stay_silent) as server:
        hanging = add_target(receiving, f"{server.base_url}/x", name="Hangs")
        receiving.deliver(order_body("first"))
        held = threading.Thread(target=receiving.work, args=("forward",))
        held.start()
        until(lambda: server.connections == 1)
        add_target(receiving, shop.url)
        receiving.deliver(order_body("second"))
        began = time.monotonic()
        assert serve(receiving, quick_only=True) == 1
        assert serve(receiving) == 0, "the one that hangs is in other hands"
        assert time.monotonic() - began < 4
        assert shop.got.get(timeout=5)[1]["X-Desk-Delivery"] == "2"
    held.join(20)
    assert forwards(receiving, hanging) == [("waiting", 1), ("waiting", 0)]
    assert summed_up(receiving) == ["waiting", "waiting"], "one target waits for it still"


def test_what_a_dead_worker_was_sending_is_sent_by_the_next(forwarded: Receiving, shop: Receiver) -> None:
    forwarded.deliver(order_body())
    wind(forwarded)
    with forwarded.app.app_context():
        from webapp.webhooks.forwarding.send import _claim

        assert _claim(forwarded.app.extensions["accounts"], quick_only=False) is not None
    forwarded.work("forward")
    assert shop.got.empty(), "the dead one holds it"
    wind(forwarded)
    forwarded.work("forward")
    assert forwards(forwarded) == [("sent", 1)]


def test_targets_get_what_they_are_to_be_sent_each_at_its_own_pace(receiving: Receiving, shop: Receiver) -> None:
    with listening() as other:
        other.status = 503
        orders = add_target(receiving, shop.url, name="Orders", events=["order"])
        every = add_target(receiving, other.url, name="Everything", secret="another-secret-0123456789")
        receiving.deliver(order_body("a"))
        receiving.deliver(b'{"event": "transaction", "data": {"id": "t-1"}}')
        receiving.deliver(b'{"event": "customer.born"}')
        receiving.work("forward")
        assert forwards(receiving, orders) == [("sent", 1)]
        assert forwards(receiving, every) == [("waiting", 1)] * 3
        assert summed_up(receiving) == ["waiting"] * 3
        other.status = 200
        make_due(receiving)
        receiving.work("forward")
        assert summed_up(receiving) == ["sent"] * 3
        digests = {shop.got.get()[1]["X-Postpay-Signature"], other.got.get()[1]["X-Postpay-Signature"]}
        assert len(digests) == 2


def test_the_start_of_a_response_is_kept_and_shown_masked(receiving: Receiving, adam: Browser) -> None:
    told = b'{"status": "failed", "note": "<b>' + CANARY.encode() + b'</b>", "code": "out of stock"}'
    with RawServer(always(answer(told, status=422))) as server:
        add_target(receiving, f"{server.base_url}/x")
        receiving.deliver(order_body())
        receiving.work("forward")
    with RawServer(always(answer(b"<h1>" + b"x" * 9000, status=500))) as server:
        with receiving.app.app_context():
            target = targets.target_of(receiving.account, 1)
        assert target.last_code == 422
        add_target(receiving, f"{server.base_url}/y", name="Long")
        receiving.deliver(order_body("second"))
        receiving.work("forward")
    adam.open("/demo/deliveries/1")
    assert "Answered 422" in adam.words
    assert '"status": "failed"' in adam.words
    assert CANARY not in adam.words
    adam.open("/demo/deliveries/2")
    assert "Answered 500" in adam.words
    assert "xxxx" not in adam.words
    assert max(len(one.answer_sealed or "") for one in attempts(receiving)) < 3000


def test_a_name_that_turns_private_is_not_gone_to(receiving: Receiving) -> None:
    live = receiving.account.model_copy(update={"environment": Environment.SANDBOX})
    add_target(receiving, "https://shop.example.com/hooks")
    receiving.deliver(order_body())
    answers = iter([("10.0.0.1",), ("93.184.216.34", "127.0.0.1"), (), ("::ffff:10.0.0.1",)])
    for _ in range(4):
        forward(receiving, live, lambda _name: next(answers))
        make_due(receiving)
    assert [one.error for one in attempts(receiving)] == [
        "leads_inside",
        "leads_inside",
        "not_found",
        "leads_inside",
    ]
    assert {one.ms for one in attempts(receiving)} == {0}


def test_loopback_is_for_the_emulator_only(receiving: Receiving, shop: Receiver) -> None:
    live = receiving.account.model_copy(update={"environment": Environment.SANDBOX})
    add_target(receiving, shop.url)
    receiving.deliver(order_body())
    forward(receiving, live, lambda _name: ("127.0.0.1",))
    assert shop.got.empty()
    assert [one.error for one in attempts(receiving)] == ["not_https"]


def forward(receiving: Receiving, account: Account, resolve: object) -> None:
    with receiving.app.app_context():
        serve_target({account.slug: account}, receiving.settings, stopping=lambda: False, resolve=resolve)  # type: ignore[arg-type]


def serve(receiving: Receiving, *, quick_only: bool = False) -> int:
    with receiving.app.app_context():
        accounts = receiving.app.extensions["accounts"]
        return serve_target(accounts, receiving.settings, stopping=lambda: False, quick_only=quick_only)


def until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.01)


def the_forward(receiving: Receiving) -> Forward:
    with receiving.app.app_context():
        return db.session.scalars(select(Forward)).one()
