"""Open pages ask whether there is news: cheap, honest, and no sign of life."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from tests.browser import Browser
from tests.provider import provider_of
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.models.base import now
from webapp.models.delivery import Delivery, Receiver
from webapp.models.staff_session import StaffSession

BACKGROUND = {"X-Background": "1"}


def asks(browser: Browser, address: str = "/demo/orders") -> tuple[str, str]:
    """Where the page asks for news, and with which mark."""
    main = browser.open(address).find(id="main")
    assert main is not None
    return str(main["data-live"]), str(main["data-seen"])


def news(browser: Browser, where: str, seen: str) -> str | None:
    """The new mark, or None when nothing happened."""
    narrowed = dict(parse_qsl(urlsplit(where).query))
    answer = browser.client.get(urlsplit(where).path, query_string={**narrowed, "seen": seen}, headers=BACKGROUND)
    if answer.status_code == 204:
        return None
    assert answer.status_code == 200
    return str(answer.get_json()["seen"])


def refund(browser: Browser, order_id: str) -> None:
    browser.open(f"/demo/orders/{order_id}/refund")
    browser.submit("Continue", part="part", amount="10.00", reason="returned", note="")
    browser.submit("Refund AED")


@pytest.fixture
def orders(sandbox: Sandbox) -> None:
    for order_id in ("order-1", "order-2"):
        provider_of(sandbox).order(order_id)


@pytest.mark.usefixtures("orders")
def test_a_list_learns_of_a_colleagues_refund_once(alice: Browser, farah: Browser) -> None:
    where, seen = asks(alice)
    assert news(alice, where, seen) is None
    refund(farah, "order-1")
    mark = news(alice, where, seen)
    assert mark is not None
    assert news(alice, where, mark) is None


@pytest.mark.usefixtures("orders")
def test_an_orders_page_learns_of_its_own_order_only(alice: Browser, farah: Browser) -> None:
    where, seen = asks(alice, "/demo/orders/order-2")
    refund(farah, "order-1")
    assert news(alice, where, seen) is None
    refund(farah, "order-2")
    assert news(alice, where, seen) is not None


def delivered(app: Flask, order_id: str, verdict: str) -> None:
    with app.app_context(), writing() as session:
        receiver = session.scalar(select(Receiver))
        if receiver is None:
            receiver = Receiver(account="demo", token_hash="0" * 64, secret_fingerprint="0" * 16, created_by=1)
            session.add(receiver)
            session.flush()
        session.add(
            Delivery(
                account="demo", receiver_id=receiver.id, received=now(), verdict=verdict,
                digest=f"{verdict}-{order_id}", size=10, order_id=order_id, outcome="waiting", next_try=now(),
            )
        )  # fmt: skip


@pytest.mark.usefixtures("orders")
def test_a_genuine_delivery_is_news_a_forged_one_is_not(alice: Browser) -> None:
    where, seen = asks(alice, "/demo/orders/order-1")
    delivered(alice.app, "order-1", "wrong")
    delivered(alice.app, "order-2", "timed")
    assert news(alice, where, seen) is None
    delivered(alice.app, "order-1", "timed")
    mark = news(alice, where, seen)
    assert mark is not None
    assert news(alice, where, mark) is None


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("seen", ["", "x", "9999999999999999999.1", "١٢.1", "-1", "12"])
def test_a_mark_that_nobody_made_is_no_news(alice: Browser, seen: str) -> None:
    where, _ = asks(alice)
    assert news(alice, where, seen) is None


@pytest.mark.usefixtures("orders")
def test_asking_costs_the_provider_nothing_and_keeps_no_session_alive(alice: Browser, sandbox: Sandbox) -> None:
    where, seen = asks(alice)
    provider_of(sandbox).forget()
    with alice.app.app_context():
        before = db.session.scalars(select(StaffSession.last_seen)).all()
    for _ in range(3):
        news(alice, where, seen)
    with alice.app.app_context():
        assert db.session.scalars(select(StaffSession.last_seen)).all() == before
    assert provider_of(sandbox).seen() == []


def test_a_stranger_learns_nothing(stranger: Browser) -> None:
    assert stranger.client.get("/demo/live?seen=0", headers=BACKGROUND).status_code in (302, 303, 401)
