"""Whatever is written "unless it is there" expects a twin at the same moment: real threads, on both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import delete, func, select

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE, make_settings
from tests.people import hire
from tests.provider import Provider, provider_of
from webapp import create_app
from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox
from webapp.models.audit_entry import AuditEntry
from webapp.models.awaiting_capture import AwaitingCapture
from webapp.models.base import Base, now
from webapp.models.check import ToLookAt
from webapp.models.finding import Finding
from webapp.models.forward import ForwardTarget
from webapp.models.ledger import LedgerPeriod, PayoutFilter
from webapp.payments.awaiting_capture import refresh_awaiting_capture
from webapp.settlement.ledger.publish import note_count
from webapp.settlement.reconciliation.counter import correct_to_look_at
from webapp.webhooks.address import read_address
from webapp.webhooks.forwarding.targets import NameTaken, Wish, add_target

TWINS = 6
ROUNDS = 5


@pytest.fixture
def app(engine_url: str, sandbox: Sandbox, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(make_settings(sandbox.base_url, engine_url, tmp_path))
    with app.app_context():
        hire(app, {"finance": PEOPLE["finance"]}, PASSWORD)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


def at_once(app: Flask, act: Callable[[], object]) -> None:
    """Each of the twins in a thread and a session of its own; raises what any of them raised."""
    start = Barrier(TWINS)

    def one(_number: int) -> None:
        with app.app_context():
            start.wait(timeout=30)
            act()

    with ThreadPoolExecutor(TWINS) as pool:
        list(pool.map(one, range(TWINS)))


def rows(app: Flask, table: type[Base]) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def forget(app: Flask, table: type[Base]) -> None:
    with app.app_context(), writing() as session:
        session.execute(delete(table))


def browsers(app: Flask) -> list[Browser]:
    found = [Browser(app) for _ in range(TWINS)]
    for browser in found:
        browser.open("/sign-in")
        browser.submit("Sign in", email=PEOPLE["finance"][0], password=PASSWORD)
    return found


def open_at_once(readers: list[Browser], address: str) -> list[int]:
    start = Barrier(len(readers))

    def read(browser: Browser) -> int:
        start.wait(timeout=30)
        browser.open(address)
        return browser.status

    with ThreadPoolExecutor(len(readers)) as pool:
        return list(pool.map(read, readers))


def test_readers_of_an_order_with_an_orphan_find_it_once(app: Flask, provider: Provider) -> None:
    readers = browsers(app)
    provider.order()
    for number in range(ROUNDS):
        provider.refund_outside("order-01", 100, f"bo-orphan-{number}")
        assert open_at_once(readers, "/demo/orders/order-01") == [200] * TWINS
    assert rows(app, Finding) == ROUNDS
    with app.app_context():
        told = select(func.count()).where(AuditEntry.event == "refund.orphan")
        assert db.session.scalar(told) == ROUNDS, "one entry each"


def test_readers_that_find_out_the_payout_filter_at_once(app: Flask, provider: Provider) -> None:
    readers = browsers(app)
    provider.transaction(type="order", currency="AED", amount=100)
    for _ in range(ROUNDS):
        assert open_at_once(readers, "/demo/settlements?paid=not-yet") == [200] * TWINS
        assert rows(app, PayoutFilter) == 1
        forget(app, PayoutFilter)


def to_look_at(account: Account) -> None:
    correct_to_look_at(account, 3)


def a_month(account: Account) -> None:
    note_count(account, "2026-10", now(), writing)


COUNTED: list[tuple[type[Base], Callable[[Account], object]]] = [
    (ToLookAt, to_look_at), (AwaitingCapture, refresh_awaiting_capture), (LedgerPeriod, a_month)
]  # fmt: skip


@pytest.mark.parametrize(("table", "act"), COUNTED, ids=lambda value: getattr(value, "__name__", None))
def test_counters_that_nobody_has_written_yet(app: Flask, table: type[Base], act: Callable[[Account], object]) -> None:
    account: Account = app.extensions["accounts"]["demo"]
    for _ in range(ROUNDS):
        at_once(app, lambda: act(account))
        assert rows(app, table) == 1
        forget(app, table)


def test_two_admins_who_add_the_same_target_at_once(app: Flask) -> None:
    account: Account = app.extensions["accounts"]["demo"]
    address, settings = read_address("http://127.0.0.1:9/hooks", loopback=True), app.extensions["settings"]
    for _ in range(ROUNDS):
        at_once(app, lambda: add(account, Wish("Shop", address, ("order",), SecretStr("s" * 32)), settings))
        assert rows(app, ForwardTarget) == 1
        forget(app, ForwardTarget)


def add(account: Account, wish: Wish, settings: Settings) -> None:
    with suppress(NameTaken):
        add_target(account, wish, 1, settings)
