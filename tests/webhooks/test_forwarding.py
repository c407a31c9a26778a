"""Genuine deliveries are told on to the shop: the same bytes, the shop's signature, again until they are taken."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select, update

from tests.browser import Browser
from tests.emulators.kit.receiver import Receiver
from tests.emulators.kit.receiver import receiving as listening
from tests.providers.http.test_tls import identity
from tests.providers.raw_server import Line, RawServer, always, answer, drip, stay_silent
from webapp.core.accounts import Account, Environment
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.delivery import Delivery, ForwardAttempt
from webapp.providers.http import shop_post as http
from webapp.webhooks.address import HookAddress, read_address
from webapp.webhooks.forwarding import forward_due, send_failed_again
from webapp.webhooks.receiver import settings

from .receiving import Receiving, order_body

SHOP_SECRET = "the-shops-own-secret-0123456789"


@pytest.fixture
def shop() -> Iterator[Receiver]:
    with listening() as server:
        yield server


@pytest.fixture
def forwarded(receiving: Receiving, shop: Receiver) -> Receiving:
    """The desk tells on to the shop."""
    tell_on(receiving, read_address(shop.url, loopback=True))
    return receiving


def tell_on(receiving: Receiving, address: HookAddress) -> None:
    with receiving.app.app_context():
        settings.save_forwarding(receiving.account, address, SecretStr(SHOP_SECRET), 1, receiving.settings)


def states(receiving: Receiving) -> list[tuple[str | None, int]]:
    return [(row.forward_state, row.forward_tries) for row in receiving.rows()]


def attempts(app: Flask) -> Sequence[ForwardAttempt]:
    with app.app_context():
        return db.session.scalars(select(ForwardAttempt).order_by(ForwardAttempt.id)).all()


def wind(receiving: Receiving, **values: object) -> None:
    """As if time had gone by."""
    with receiving.app.app_context(), writing() as session:
        session.execute(update(Delivery).where(Delivery.forward_state == "waiting").values(**values))


def make_due(receiving: Receiving) -> None:
    wind(receiving, forward_next=now() - timedelta(seconds=1))


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
    assert states(forwarded) == [("sent", 1), (None, 0)]
    assert [one.code for one in attempts(forwarded.app)] == [200]


def test_what_came_before_or_after_it_is_on_is_not_told_on(receiving: Receiving, shop: Receiver) -> None:
    receiving.deliver(order_body("before"))
    tell_on(receiving, read_address(shop.url, loopback=True))
    receiving.deliver(order_body("while"))
    with receiving.app.app_context():
        settings.stop_forwarding(receiving.account)
    receiving.deliver(order_body("after"))
    receiving.work("forward")
    assert states(receiving) == [(None, 0), ("failed", 0), (None, 0)]
    assert shop.got.empty()


def test_it_tries_again_less_and_less_often_and_gives_up_after_two_days(forwarded: Receiving, shop: Receiver) -> None:
    shop.status = 500
    forwarded.deliver(order_body())
    pauses = []
    for _ in range(9):
        forwarded.work("forward")
        (row,) = forwarded.rows()
        assert row.forward_next is not None
        pauses.append((row.forward_next - now()).total_seconds())
        make_due(forwarded)
    assert pauses[0] < 14
    assert 2.5 * 3600 < pauses[-1] < 5.3 * 3600
    assert (row.forward_until - row.received) == timedelta(days=2)  # type: ignore[operator]
    wind(forwarded, forward_until=now() + timedelta(seconds=1))
    forwarded.work("forward")
    assert states(forwarded) == [("failed", 10)]
    assert [one.code for one in attempts(forwarded.app)] == [500] * 10


@pytest.mark.parametrize("status", [301, 302, 307, 404, 410, 500])
def test_only_a_success_is_one_and_no_redirect_is_followed(forwarded: Receiving, shop: Receiver, status: int) -> None:
    shop.status = status
    forwarded.deliver(order_body())
    forwarded.work("forward")
    assert states(forwarded) == [("waiting", 1)]
    assert shop.got.qsize() == 1


def test_a_shop_that_does_not_answer_is_left_alone_for_a_while(receiving: Receiving) -> None:
    with RawServer(lambda line: line.reset()) as server:
        tell_on(receiving, read_address(f"{server.base_url}/x", loopback=True))
        for number in range(10):
            receiving.deliver(order_body(f"order-{number}"))
        receiving.work("forward")
        receiving.work("forward")
        assert server.connections == 1
    assert states(receiving).count(("waiting", 0)) == 9
    assert [one.error for one in attempts(receiving.app)] in (["ConnectionResetError"], ["RemoteDisconnected"])


def test_of_what_was_given_up_the_newest_of_each_object_is_sent_again(forwarded: Receiving, shop: Receiver) -> None:
    for number, name in enumerate(("a", "b", "a", "a", "b")):
        forwarded.deliver(order_body(name, note=number))
    wind(forwarded, forward_state="failed", forward_tries=9)
    forwarded.deliver(order_body("b", note="newer, and on its way"))
    with forwarded.app.app_context():
        assert send_failed_again(forwarded.account) == 1
    assert [state for state, _ in states(forwarded)] == [
        "superseded", "superseded", "superseded", "waiting", "superseded", "waiting",
    ]  # fmt: skip
    forwarded.work("forward")
    assert [state for state, _ in states(forwarded)][3:] == ["sent", "superseded", "sent"]


def test_admins_see_the_attempts_and_send_again(forwarded: Receiving, shop: Receiver, adam: Browser) -> None:
    shop.status = 503
    forwarded.deliver(order_body())
    forwarded.work("forward")
    adam.open("/demo/deliveries/1")
    assert "The shop answered 503" in adam.words
    assert "Send it again" not in adam.words
    wind(forwarded, forward_state="failed")
    adam.open("/demo/deliveries")
    assert "The shop did not take 1 delivery" in adam.words
    adam.submit("Send them again")
    wind(forwarded, forward_state="failed")
    adam.open("/demo/deliveries/1")
    adam.submit("Send it again")
    shop.status = 200
    forwarded.work("forward")
    adam.open("/demo/deliveries/1")
    assert "The shop has it" in adam.words
    adam.open("/audit")
    assert adam.words.count("sent to the shop again") == 2


def test_a_name_that_turns_private_is_not_gone_to(receiving: Receiving) -> None:
    live = receiving.account.model_copy(update={"environment": Environment.SANDBOX})
    tell_on(receiving, read_address("https://shop.example.com/hooks"))
    receiving.deliver(order_body())
    answers = iter([("10.0.0.1",), ("93.184.216.34", "127.0.0.1"), (), ("::ffff:10.0.0.1",)])
    for _ in range(4):
        forward(receiving, live, lambda _name: next(answers))
        make_due(receiving)
    assert [one.error for one in attempts(receiving.app)] == [
        "leads_inside",
        "leads_inside",
        "not_found",
        "leads_inside",
    ]
    assert {one.ms for one in attempts(receiving.app)} == {0}


def test_loopback_is_for_the_emulator_only(receiving: Receiving, shop: Receiver) -> None:
    live = receiving.account.model_copy(update={"environment": Environment.SANDBOX})
    tell_on(receiving, read_address(shop.url, loopback=True))
    receiving.deliver(order_body())
    forward(receiving, live, lambda _name: ("127.0.0.1",))
    assert shop.got.empty()
    assert [one.error for one in attempts(receiving.app)] == ["not_https"]


def forward(receiving: Receiving, account: Account, resolve: object) -> None:
    with receiving.app.app_context():
        forward_due(account, receiving.settings, stopping=lambda: False, resolve=resolve)  # type: ignore[arg-type]


def test_the_connection_goes_to_the_pinned_address_whatever_the_name_says() -> None:
    with RawServer(always(answer(status=204))) as server:
        host = f"shop.invalid:{server.port}"
        told = http.post(f"http://{host}/hooks?a=b", ("127.0.0.1",), b"{}", {"X-One": "1"})
        (line,) = server.lines
    assert (told.code, told.error) == (204, None)
    assert (line.first_line, line.header("host"), line.body) == ("POST /hooks?a=b HTTP/1.1", host, b"{}")


def test_a_certificate_of_somebody_else_is_refused(tmp_path: Path) -> None:
    with RawServer(always(answer()), tls=identity(tmp_path).context) as server:
        told = http.post(f"https://shop.invalid:{server.port}/", ("127.0.0.1",), b"{}", {})
    assert (told.code, told.error, server.lines) == (None, "SSLCertVerificationError", [])


def endless(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    for _ in range(1000):
        line.send(b"x" * 65536)


def test_neither_silence_nor_dripping_nor_an_endless_answer_holds_it() -> None:
    for behaviour, code in ((stay_silent, None), (drip(answer(status=200), 60), None), (endless, 200)):
        with RawServer(behaviour) as server:
            told = http.post(f"http://shop.invalid:{server.port}/", ("127.0.0.1",), b"{}", {}, deadline=0.4)
        assert told.code == code
        assert told.ms < 5000
