"""The database is held by another program, or away: 503 with the cause and when to ask again, in each shape."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, make_url

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE, make_settings
from tests.people import hire
from tests.provider import Provider, provider_of
from tests.webhooks.receiving import Receiving, order_body
from webapp import create_app
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox

ALICE = PEOPLE["agent"][0]
HTMX = {"HX-Request": "true"}
Held = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def app(engine_url: str, sandbox: Sandbox, tmp_path: Path) -> Iterator[Flask]:
    """A desk that loses its patience with the database sooner than a real one."""
    app = create_app(make_settings(sandbox.base_url, engine_url, tmp_path))
    with app.app_context():
        hire(app, {"agent": PEOPLE["agent"], "admin": PEOPLE["admin"]}, PASSWORD)
        hasten(db.engine)
    yield app
    with app.app_context():
        db.engine.dispose()


def hasten(engine: Any) -> None:
    command = "PRAGMA busy_timeout=100" if engine.dialect.name == "sqlite" else "SET lock_timeout = '100ms'"

    def hurry(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(command)
        cursor.close()
        if engine.dialect.name == "postgresql":
            connection.commit()

    engine.dispose()
    event.listen(engine, "connect", hurry)


@pytest.fixture
def held(engine_url: str) -> Held:
    """Another program holds what the desk wants to write."""

    @contextmanager
    def on_sqlite() -> Iterator[None]:
        other = sqlite3.connect(str(make_url(engine_url).database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.close()

    @contextmanager
    def on_postgresql() -> Iterator[None]:
        address = make_url(engine_url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address) as other:
            other.execute("LOCK TABLE sign_in_throttle, delivery, audit_entry, intent IN SHARE MODE")
            yield

    return on_sqlite if engine_url.startswith("sqlite") else on_postgresql


@pytest.fixture
def receiving(app: Flask) -> Receiving:
    return Receiving(app)


def signed_in(app: Flask) -> Browser:
    browser = Browser(app)
    browser.open("/sign-in")
    browser.submit("Sign in", email=ALICE, password=PASSWORD)
    return browser


def assert_busy(browser: Browser) -> None:
    assert browser.status == 503, browser.words
    assert int(browser.response.headers["Retry-After"]) > 0
    assert "The desk's database is busy" in browser.words
    assert "Another program is using the database" in browser.words


def test_signing_in_names_the_cause_and_works_a_moment_later(app: Flask, held: Held) -> None:
    browser = Browser(app)
    browser.open("/sign-in")
    form = browser.page
    with held():
        browser.submit("Sign in", email=ALICE, password=PASSWORD)
        assert_busy(browser)
        assert "what you sent" not in browser.words
        assert browser.page.find("a", href="/sign-in")
    browser.page = form
    browser.submit("Sign in", email=ALICE, password=PASSWORD)
    assert browser.status == 200


def test_htmx_gets_a_fragment(app: Flask, held: Held) -> None:
    browser = Browser(app)
    browser.open("/sign-in")
    token = browser.page.find("input", attrs={"name": "csrf_token"})["value"]
    with held():
        browser.send("/sign-in", {"csrf_token": token, "email": ALICE, "password": PASSWORD}, headers=HTMX)
    assert_busy(browser)
    text = browser.response.get_data(as_text=True)
    assert "<html" not in text
    assert 'role="alert"' in text


def test_the_receiver_says_only_when_to_come_again(receiving: Receiving, held: Held) -> None:
    moment = int(time.time())
    with held():
        answer = receiving.deliver(order_body(), at=moment)
    assert (answer.status_code, answer.get_data(), answer.mimetype) == (503, b"", "text/plain")
    assert int(answer.headers["Retry-After"]) > 0
    assert receiving.rows() == []
    assert receiving.deliver(order_body(), at=moment).status_code == 200


def test_many_deliveries_together_do_not_wait_one_after_the_other(receiving: Receiving, held: Held) -> None:
    assert receiving.deliver(order_body("first")).status_code == 200
    batch, tried = receiving.app.extensions["taken_deliveries"], []
    write = batch._write
    batch._write = lambda rows: tried.append(len(rows)) or write(rows)
    with held(), ThreadPoolExecutor(10) as pool:
        with batch._turn:
            answers = [pool.submit(receiving.deliver, order_body(f"o-{number}")) for number in range(10)]
            for _ in range(1000):
                if len(batch._waiting) == 10:
                    break
                time.sleep(0.01)
        assert [answer.result().status_code for answer in answers] == [503] * 10
    assert tried == [10], "the database was waited for once, not once for each"


def test_nothing_is_sent_that_could_not_be_written_down_first(app: Flask, sandbox: Sandbox, held: Held) -> None:
    provider: Provider = provider_of(sandbox)
    provider.order()
    alice = signed_in(app)
    alice.open("/demo/orders/order-01/refund")
    alice.submit("Continue", part="part", amount="5", reason="returned", note="kept")
    review = alice.page
    with held():
        alice.submit("Refund AED")
        assert_busy(alice)
        assert "Check whether what you sent was done" in alice.words
        assert alice.page.find("a", href="/demo/orders/order-01")
        assert alice.page.find("a", href="/demo/in-progress")
    assert provider.refunds("order-01") == []
    alice.page = review
    alice.submit("Refund AED")
    assert "Refunded" in alice.words
    assert len(provider.refunds("order-01")) == 1


@pytest.mark.parametrize("engine_url", ["sqlite"], indirect=True)
def test_a_form_that_only_asks_is_offered_again(app: Flask, sandbox: Sandbox, held: Held) -> None:
    """On SQLite writing down that somebody was here waits for the one writer; PostgreSQL holds nobody up there."""
    provider_of(sandbox).order()
    alice = signed_in(app)
    alice.open("/demo/orders/order-01/refund")
    later = datetime.now(UTC) + timedelta(minutes=3)  # when it is time again to write that down
    with held(), time_machine.travel(later):
        alice.submit("Continue", part="part", amount="5", reason="returned", note="kept")
        assert_busy(alice)
    assert "Check whether" not in alice.words, "nothing was done yet"
    alice.submit("Try again with what you typed")
    assert "Review the refund" in alice.heading


def test_the_log_names_the_cause_without_any_sql(
    app: Flask, receiving: Receiving, held: Held, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Browser(app)
    browser.open("/sign-in")
    caplog.clear()
    with held():
        browser.submit("Sign in", email=ALICE, password=PASSWORD)
        receiving.deliver(order_body())
        app.test_client().get("/readyz")
    told = [str(record.msg) for record in caplog.records]
    assert len([one for one in told if "database unavailable" in one]) == 2, told
    for word in ("INSERT", "SELECT", "UPDATE", "BEGIN", "Traceback", ALICE):
        assert word not in caplog.text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_a_database_that_nobody_answers_for(tmp_path: Path, headers: dict[str, str]) -> None:
    app = create_app(make_settings("http://127.0.0.1:1", "postgresql://desk@127.0.0.1:1/desk", tmp_path))
    browser = Browser(app)
    browser.open("/sign-in")
    token = browser.page.find("input", attrs={"name": "csrf_token"})["value"]
    browser.send("/sign-in", {"csrf_token": token, "email": ALICE, "password": PASSWORD}, headers=headers)
    assert browser.status == 503
    assert "The desk cannot use its database" in browser.words
    assert int(browser.response.headers["Retry-After"]) > 0
    answer = app.test_client().post("/hooks/demo/token", data=b"{}", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.get_data()) == (503, b"")


def test_too_many_connections_are_told_as_busy(postgresql_url: str, sandbox: Sandbox, tmp_path: Path) -> None:
    """PostgreSQL counts only those that are no superusers, so the desk gets a role of its own."""
    address = make_url(postgresql_url)
    with psycopg.connect(
        address.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as owner:
        owner.execute(f"DROP ROLE IF EXISTS one_seat_{address.port}")
        owner.execute(f"CREATE ROLE one_seat_{address.port} LOGIN CONNECTION LIMIT 0")
        settings = make_settings(
            sandbox.base_url,
            address.set(username=f"one_seat_{address.port}").render_as_string(hide_password=False),
            tmp_path,
        )
        browser = Browser(create_app(settings))
        browser.open("/sign-in")
        browser.submit("Sign in", email=ALICE, password=PASSWORD)
        assert_busy(browser)
        owner.execute(f"DROP ROLE one_seat_{address.port}")


def test_a_mistake_of_ours_is_still_called_one(app: Flask) -> None:
    browser = signed_in(app)
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE finding")
    browser.open("/demo/orders")
    assert browser.status == 500
    assert "Retry-After" not in browser.response.headers
