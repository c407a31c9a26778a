"""Captures: once, with the provider's refusals spoken, and honest when the answer is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.browser import Browser
from tests.provider import Provider, provider_of
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now
from webapp.models.intent import Intent

QUESTION = "/demo/orders/order-01/capture"


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    provider = provider_of(sandbox)
    provider.order(status="approved")
    return provider


def posts(provider: Provider) -> int:
    return len([call for call in provider.seen("POST", "/capture") if not call["path"].startswith("/_sandbox")])


def capture(browser: Browser) -> None:
    browser.open(QUESTION)
    browser.submit("Capture AED")


def test_an_agent_captures(alice: Browser, provider: Provider, app: Flask) -> None:
    capture(alice)
    assert "Captured AED 814.80" in alice.words.replace("\u00a0", " ")
    assert provider.state("order-01")["status"] == "captured"
    with app.app_context():
        events = db.session.scalars(select(AuditEntry.event).where(AuditEntry.event.like("capture.%"))).all()
    assert list(events) == ["capture.intent", "capture.succeeded"]


@pytest.mark.parametrize(
    ("on_capture", "words"), [("decline", "the payment was declined"), ("expire", "the approval has expired")]
)
def test_declined_and_expired_are_spoken_with_advice(
    alice: Browser, provider: Provider, on_capture: str, words: str
) -> None:
    provider.change("order-01", on_capture=on_capture)
    capture(alice)
    assert words in alice.words
    assert "Do not send the goods" in alice.words
    assert provider.state("order-01")["status"] == "approved"


@pytest.mark.parametrize(
    ("status", "words"), [(401, "not authorised at Postpay"), (403, "Postpay does not let the desk do this")]
)
def test_credentials_that_may_not_are_told_as_such(alice: Browser, provider: Provider, status: int, words: str) -> None:
    provider.fault("status", path="/orders/order-01/capture", status=status)
    capture(alice)
    assert words in alice.words
    assert "your rights are not the reason" in alice.words
    alice.open("/demo/orders/order-01")
    assert words in alice.words, "the timeline says it too"


def test_after_a_decline_it_can_be_tried_again(alice: Browser, provider: Provider) -> None:
    provider.change("order-01", on_capture="decline")
    capture(alice)
    provider.change("order-01", on_capture="accept")
    capture(alice)
    assert "Captured" in alice.words


@pytest.mark.parametrize("status", ["pending", "captured", "denied", "on_hold"])
def test_an_order_that_is_not_approved_gets_a_sentence(alice: Browser, provider: Provider, status: str) -> None:
    provider.change("order-01", status=status)
    alice.open(QUESTION)
    assert "cannot be captured" in alice.words
    assert posts(provider) == 0


def test_captured_meanwhile_is_a_conflict_and_nothing_is_sent(alice: Browser, provider: Provider) -> None:
    alice.open(QUESTION)
    provider.change("order-01", status="captured")
    alice.submit("Capture AED")
    assert alice.status == 409
    assert "captured already" in alice.words
    assert posts(provider) == 0


@pytest.mark.parametrize("kind", ["drop_after", "malformed", "truncated", "html"])
def test_done_but_badly_answered_is_read_back_as_done(alice: Browser, provider: Provider, kind: str) -> None:
    alice.open(QUESTION)
    provider.fault(kind, path="/orders/order-01/capture", applied="after")
    alice.submit("Capture AED")
    assert "Captured" in alice.words
    assert posts(provider) == 1


def test_lost_is_not_known_yet_and_is_sent_again(alice: Browser, provider: Provider) -> None:
    alice.open(QUESTION)
    provider.fault("drop_before", path="/orders/order-01/capture")
    alice.submit("Capture AED")
    assert "Not known yet" in alice.words
    alice.open(QUESTION)
    assert "is being confirmed" in alice.words
    alice.follow("See how it stands")
    alice.submit("Check now")
    assert "Captured" in alice.words
    assert posts(provider) == 2


def test_a_capture_long_before_ours_is_not_called_ours(alice: Browser, provider: Provider, app: Flask) -> None:
    alice.open(QUESTION)
    provider.fault("drop_before", path="/orders/order-01/capture")
    alice.submit("Capture AED")
    provider.change("order-01", status="captured", status_changed=(now() - timedelta(hours=1)).isoformat())
    alice.submit("Check now")
    assert "It was already captured" in alice.words
    with app.app_context():
        assert db.session.scalars(select(Intent)).one().state == "refused"


def test_pressing_twice_is_one_capture(alice: Browser, provider: Provider) -> None:
    alice.open(QUESTION)
    page = alice.page
    alice.submit("Capture AED")
    alice.page = page
    alice.submit("Capture AED")
    assert "Captured" in alice.words
    assert posts(provider) == 1


def test_after_a_quarter_of_an_hour_only_finance_sends_again(
    alice: Browser, sign_in: Callable[[str], Browser], provider: Provider
) -> None:
    alice.open(QUESTION)
    provider.fault("drop_before", path="/orders/order-01/capture")
    alice.submit("Capture AED")
    with time_machine.travel(now() + timedelta(minutes=16)):
        farah = sign_in("finance")
        farah.open("/demo/in-progress")
        farah.submit("Check now")
        assert "Not known yet" in farah.words
        assert posts(provider) == 1
        farah.open("/demo/in-progress")
        farah.submit("Send again")
        assert "Captured" in farah.words
        assert posts(provider) == 2


def test_viewers_auditors_and_admins_cannot_capture(sign_in: Callable[[str], Browser], provider: Provider) -> None:
    for person in ("viewer", "auditor", "admin"):
        browser = sign_in(person)
        browser.open(QUESTION)
        assert browser.status == 403
    assert posts(provider) == 0
