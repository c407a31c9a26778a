"""The page about the connection: what it asks, what it adds up, and what it warns of."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.browser import Browser
from tests.conftest import make_settings
from tests.provider import provider_of
from webapp import create_app
from webapp.core import provider_health
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.models.base import now
from webapp.models.delivery import Delivery, Receiver
from webapp.models.intent import Intent
from webapp.models.refused_minute import RefusedMinute
from webapp.models.user import User

PAGE = "/demo/connection"


@pytest.fixture(autouse=True)
def nothing_noted() -> None:
    provider_health._pending.clear()


@pytest.fixture
def omar(sign_in: Callable[[str], Browser]) -> Browser:
    return sign_in("auditor")


def test_one_call_tells_whether_the_provider_answers(omar: Browser, sandbox: Sandbox) -> None:
    provider = provider_of(sandbox)
    provider.forget()
    omar.open(PAGE)
    assert "Answers" in omar.words
    assert "There is no webhook" in omar.words
    assert [call["path"].partition("?")[0] for call in provider.seen()] == ["/hooks"]


def test_a_provider_that_fails_is_said_and_the_page_stands(omar: Browser, sandbox: Sandbox) -> None:
    provider_of(sandbox).fault("status", method="GET", path="/hooks*", times=9, status=503)
    omar.open(PAGE)
    assert omar.status == 200
    assert "Does not answer as it should" in omar.words


def test_the_last_hour_is_added_up(omar: Browser, app: Flask) -> None:
    provider_health._pending.clear()  # signing in opened a list
    with app.app_context():
        provider_health.note("demo", "list_orders", 200, 0.040, None)
        provider_health.note("demo", "list_orders", 429, 0.020, "Throttled")
        provider_health.write_down()
        provider_health.note("demo", "list_orders", 200, 0.120, None)
        provider_health.note("another", "list_orders", 503, 9.0, "ProviderFailed")
        provider_health.write_down()
    omar.open(PAGE)
    row = next(row for row in omar.page.find_all("tr") if "List of orders" in row.text)
    assert [" ".join(cell.text.split()) for cell in row.find_all("td")] == [
        "List of orders", "3", "Failed or refused 1", "Mean time 60 ms", "Slowest 120 ms",
    ]  # fmt: skip
    assert "Too many calls: Postpay asked to wait (429)" in omar.words
    assert "503" not in omar.words


def test_several_processes_add_to_the_same_minute(engine_url: str, tmp_path: Path) -> None:
    desk = create_app(make_settings("http://127.0.0.1:1", engine_url, tmp_path))
    account = next(iter(desk.extensions["accounts"].values()))
    with desk.app_context():
        for seconds in (0.010, 0.030, 0.020):
            provider_health.note("demo", "get_order", None, seconds, "AnswerLost")
            provider_health.write_down()
        told = provider_health.last_hour(account)
    tally = told.endpoints["get_order"]
    assert (tally.calls, tally.failed, tally.total_ms, tally.slowest_ms) == (3, 3, 60, 30)
    assert sum(slice_.calls for _, slice_ in told.slices) == 3
    assert told.failures == {"AnswerLost": 3}


def test_what_is_older_than_an_hour_does_not_count(app: Flask) -> None:
    account = next(iter(app.extensions["accounts"].values()))
    with app.app_context():
        provider_health.note("demo", "get_order", 200, 0.010, None)
        provider_health.write_down()
        assert provider_health.last_hour(account, now() + timedelta(minutes=59)).all.calls == 1
        assert provider_health.last_hour(account, now() + timedelta(minutes=62)).all.calls == 0


def test_calls_are_written_down_after_an_answer_once_it_is_time(
    alice: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = next(iter(app.extensions["accounts"].values()))
    monkeypatch.setattr(provider_health, "_written", time.monotonic() - 60)
    provider_health._pending.clear()
    alice.open("/demo/orders")
    alice.response.close()  # as a server does when the answer has left
    with app.app_context():
        assert provider_health.last_hour(account).endpoints["list_orders"].calls == 1


def done(app: Flask, order_id: str, minutes_ago: int) -> None:
    """A refund that the desk made some minutes ago."""
    moment = now() - timedelta(minutes=minutes_ago)
    with app.app_context(), writing() as session:
        session.add(
            Intent(
                kind="refund", account="demo", refund_id=f"bo-{order_id}", submit_token_hash=order_id,
                order_id=order_id, currency="AED", amount_minor=1000, seen_remaining=5000, order_version=0,
                requested_by=1,
                state="succeeded", attempt=1, lease_until=moment, next_check=moment, created=moment,
                first_sent=moment, settled=moment, body=json.dumps({}), body_sha256="0" * 64,
            )
        )  # fmt: skip


def receiver(app: Flask) -> int:
    with app.app_context(), writing() as session:
        person = session.query(User).first()
        assert person is not None
        made = Receiver(
            account="demo", token_hash="0" * 64, secret_fingerprint="0" * 16, created_by=person.id,
            created=datetime(2026, 1, 1, tzinfo=UTC),
        )  # fmt: skip
        session.add(made)
        session.flush()
        return made.id


def test_a_change_without_a_delivery_raises_the_alarm(omar: Browser, app: Flask) -> None:
    done(app, "silent-1", 30)
    omar.open(PAGE)
    assert "Orders changed, but no delivery came" not in omar.words, "nobody receives deliveries"
    receiver_id = receiver(app)
    done(app, "too-young", 5)
    done(app, "too-old", 60 * 30)
    done(app, "told-1", 40)
    with app.app_context(), writing() as session:
        session.add(
            Delivery(
                account="demo", receiver_id=receiver_id, received=now() - timedelta(minutes=39), verdict="timed",
                digest="1" * 64, size=10, order_id="told-1", outcome="read", next_try=now(),
            )
        )  # fmt: skip
    omar.open(PAGE)
    assert "Orders changed, but no delivery came" in omar.words
    alarm = next(notice for notice in omar.page.select(".notice") if "no delivery came" in notice.text)
    assert [link.text for link in alarm.find_all("a")] == ["silent-1"]


def test_refused_deliveries_are_counted_by_cause(omar: Browser, app: Flask) -> None:
    omar.open(PAGE)
    assert "refused in the last 24 hours" not in omar.words, "nobody receives deliveries"
    receiver(app)
    omar.open(PAGE)
    assert "No delivery was refused in the last 24 hours" in omar.words
    minute = now().replace(second=0, microsecond=0)
    ages = {"wrong": 2, "not_served": 90}
    with app.app_context(), writing() as session:
        for cause, age in ages.items():
            row = RefusedMinute(account="demo", minute=minute - timedelta(minutes=age), cause=cause, count=1200)
            session.add(row)
    omar.open(PAGE)
    rows = {row.td.text: row.text for row in omar.page.find_all("tr") if row.td}
    assert " ".join(rows["Wrong signature"].split()) == "Wrong signature Last hour 1,200 Last 24 hours 1,200"
    assert " ".join(rows["The desk was too busy, or failed"].split()).endswith("Last hour 0 Last 24 hours 1,200")
    omar.open("/demo/deliveries")
    assert "The desk refused 2,400 deliveries in the last 24 hours" in omar.words


def test_clocks_that_differ_are_told(omar: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from webapp.providers.http.transport import Transport

    monkeypatch.setattr(Transport, "clock_skew", property(lambda _self: timedelta(seconds=-95)))
    omar.open(PAGE)
    assert "95 seconds apart" in omar.words


def test_minutes_are_forgotten(app: Flask) -> None:
    from webapp.ops.worker import forget_old

    account = next(iter(app.extensions["accounts"].values()))
    with app.app_context():
        provider_health.note("demo", "get_order", 200, 0.010, None)
        provider_health.write_down()
        forget_old()
        assert provider_health.last_hour(account).all.calls == 1
        db.session.commit()
