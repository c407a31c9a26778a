"""A capture is credited to whoever did it: a colleague by name, ourselves, or somebody outside the desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import inspect, select, update

from tests.browser import Browser
from tests.provider import Provider, provider_of
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.models.base import now
from webapp.models.intent import Intent

QUESTION = "/demo/orders/order-01/capture"
POST = "/orders/order-01/capture"


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    provider = provider_of(sandbox)
    provider.order(status="approved")
    return provider


@pytest.fixture
def aziz(sign_in: Callable[[str], Browser]) -> Browser:
    return sign_in("second agent")


def outcomes(app: Flask) -> list[tuple[str, str | None]]:
    with app.app_context():
        intents = db.session.scalars(select(Intent).order_by(Intent.id))
        return [(intent.state, intent.outcome_code) for intent in intents]


def capture(browser: Browser) -> None:
    browser.open(QUESTION)
    browser.submit("Capture AED")


def somebody_captures_between_reading_and_sending(provider: Provider) -> None:
    """Our reads still find it approved, but for the one that reads back."""
    provider.fault("lag", method="GET", path="/orders/order-01", times=1)
    provider.change("order-01", status="captured")


def test_a_first_sending_that_is_turned_away_was_not_ours(alice: Browser, provider: Provider, app: Flask) -> None:
    alice.open(QUESTION)
    somebody_captures_between_reading_and_sending(provider)
    alice.submit("Capture AED")
    assert "It was already captured" in alice.words
    assert "It was captured outside the desk." in alice.words
    assert "The goods can be sent" not in alice.words
    assert outcomes(app) == [("refused", "already_captured")]


def test_it_is_not_ours_either_when_that_is_read_only_later(alice: Browser, provider: Provider, app: Flask) -> None:
    alice.open(QUESTION)
    somebody_captures_between_reading_and_sending(provider)
    provider.fault("drop_before", method="GET", path="/orders/order-01", times=3)
    alice.submit("Capture AED")
    assert "Not known yet" in alice.words
    assert "Postpay answered that the status of the order does not allow it." in alice.words
    provider.heal()
    alice.open("/demo/orders/order-01")
    assert outcomes(app) == [("refused", "already_captured")]


def test_a_second_capture_within_a_second_of_a_colleagues_is_the_colleagues(
    alice: Browser, aziz: Browser, provider: Provider, app: Flask
) -> None:
    alice.open(QUESTION)
    capture(aziz)
    assert "Captured AED" in aziz.words.replace("\u00a0", " ")
    alice.submit("Capture AED")
    assert alice.status == 409
    assert "It has been captured already" in alice.words
    assert "Aziz Agent captured it on" in alice.words
    alice.follow("See the capture")
    assert "Captured AED 814.80" in alice.words.replace("\u00a0", " ")
    assert outcomes(app) == [("succeeded", "done")]


def test_of_two_lost_captures_only_one_is_the_one_that_succeeded(
    alice: Browser, aziz: Browser, provider: Provider, app: Flask
) -> None:
    """The order itself proves both; it was captured once, and the first one known to be done has done it."""
    capture(aziz)
    with app.app_context(), writing() as session:
        session.add(_lost_twin(session.scalars(select(Intent)).one()))
    alice.open("/demo/orders/order-01")
    assert outcomes(app) == [("succeeded", "done"), ("refused", "already_captured")]


def _lost_twin(intent: Intent) -> Intent:
    values = {one.key: getattr(intent, one.key) for one in inspect(Intent).column_attrs if one.key != "id"}
    return Intent(
        **{
            **values,
            "state": "unknown",
            "outcome_code": "lost",
            "settled": None,
            "submit_token_hash": "x",
            "lease_until": now(),
        }
    )


def test_a_lost_answer_to_our_own_capture_is_still_ours(alice: Browser, provider: Provider, app: Flask) -> None:
    alice.open(QUESTION)
    provider.fault("drop_after", path=POST)
    alice.submit("Capture AED")
    assert "The goods can be sent" in alice.words
    assert outcomes(app) == [("succeeded", "done")]


def test_a_second_sending_that_is_turned_away_may_be_due_to_the_first(
    alice: Browser, provider: Provider, app: Flask
) -> None:
    alice.open(QUESTION)
    provider.fault("drop_after", path=POST)
    provider.fault("lag", method="GET", path="/orders/order-01", times=3)
    alice.submit("Capture AED")
    assert "Not known yet" in alice.words
    alice.submit("Check now")
    assert outcomes(app) == [("succeeded", "done")]


def test_a_refused_answer_that_captured_is_not_called_untaken(alice: Browser, provider: Provider, app: Flask) -> None:
    alice.open(QUESTION)
    provider.fault("status", path=POST, status=429, retry_after="5", applied="after")
    alice.submit("Capture AED")
    assert "Not known yet whether" in alice.words
    assert "That does not prove that it did nothing." in alice.words
    assert "number" not in alice.words
    with time_machine.travel(now() + timedelta(seconds=10)):
        alice.submit("Check now")
    assert "The goods can be sent" in alice.words


def test_captured_outside_the_desk_is_said_so(alice: Browser, provider: Provider) -> None:
    provider.change("order-01", status="captured")
    alice.open(QUESTION)
    assert "It was captured outside the desk." in alice.words


def test_a_page_does_not_settle_a_capture_that_is_being_sent(alice: Browser, provider: Provider, app: Flask) -> None:
    """Its own answer says whether somebody else was faster; a reading of the order cannot."""
    alice.open(QUESTION)
    provider.fault("drop_after", path=POST)
    provider.fault("lag", method="GET", path="/orders/order-01", times=3)
    alice.submit("Capture AED")
    provider.heal()
    with app.app_context(), writing() as session:
        lease_until = now() + timedelta(seconds=15)
        session.execute(update(Intent).values(state="pending", outcome_code=None, lease_until=lease_until))
    alice.open("/demo/orders/order-01")
    assert outcomes(app) == [("pending", None)]
    with time_machine.travel(now() + timedelta(seconds=16)):
        alice.open("/demo/orders/order-01")
    assert outcomes(app) == [("succeeded", "done")]
