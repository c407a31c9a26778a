"""A refund on the happy way, and what is on disk at each step."""

from __future__ import annotations

import json
import sqlite3
from threading import Thread
from time import sleep

import pytest
from flask import Flask
from sqlalchemy import make_url, select

from tests.browser import Browser
from tests.provider import Provider
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.audit_entry import AuditEntry
from webapp.models.intent import Intent, IntentState

from .conftest import FORM, fill_in, refund


def test_an_agent_refunds_a_part(alice: Browser, provider: Provider) -> None:
    refund(alice)
    assert alice.status == 200
    assert "Refunded AED\u00a0120.50" in alice.words.replace(" 120.50", "\u00a0120.50")
    [made] = provider.refunds("order-01")
    assert (made["amount"], made["refund_id"][:3]) == (12050, "bo-")
    assert made["refund_id"] in alice.address


@pytest.mark.requirement("R08")
def test_the_whole_remaining_amount_is_sent_as_a_number(alice: Browser, provider: Provider) -> None:
    provider.refund_outside("order-01", 10000)
    alice.open(FORM)
    alice.submit("Continue", part="whole", amount="", reason="cancelled")
    assert "714.80" in alice.words
    alice.submit("Refund AED")
    [post] = [call for call in provider.seen("POST", "/refunds") if not call["path"].startswith("/_sandbox")]
    assert json.loads(post["body"])["amount"] == 71480
    assert sum(one["amount"] for one in provider.refunds("order-01")) == 81480


def test_the_review_repeats_amount_and_words_and_back_keeps_what_was_typed(alice: Browser, provider: Provider) -> None:
    fill_in(alice, note="scratched box")
    assert "one hundred and twenty UAE dirhams and 50/100" in alice.words
    assert "This cannot be undone." in alice.words
    assert "DEMO" in alice.words
    alice.submit("Back")
    assert alice.page.find(id="amount")["value"] == "120.50"
    assert alice.page.find(id="note").get_text().strip() == "scratched box"
    assert provider.refunds("order-01") == []


@pytest.mark.requirement("R01", "R02")
def test_while_the_provider_stalls_the_intent_is_on_disk_and_nobody_waits_for_it(
    alice: Browser, farah: Browser, provider: Provider, settings: Settings
) -> None:
    fill_in(alice)
    provider.order("order-02", customer={"email": "x@example.test", "first_name": "X"})
    farah.open("/demo/orders/order-02")
    provider.fault("latency", path="/orders/order-01/refunds", seconds=3)
    sending = Thread(target=alice.submit, args=("Refund AED",))
    sending.start()
    while not provider.seen("POST", "/orders/order-01/refunds"):
        sleep(0.01)
    path = make_url(settings.database_url).database
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as other:
        [(state, number)] = other.execute("SELECT state, refund_id FROM intent").fetchall()
        entries = [row[0] for row in other.execute("SELECT event FROM audit_entry WHERE event LIKE 'refund.%'")]
    farah.submit("Open personal data")
    assert "x@example.test" in farah.words
    assert sending.is_alive(), "another entry was written while the sending still waited"
    sending.join()
    assert (state, entries) == ("pending", ["refund.intent"])
    assert [one["refund_id"] for one in provider.refunds("order-01")] == [number]


@pytest.mark.requirement("R58")
def test_each_intent_has_one_first_and_one_last_entry(alice: Browser, provider: Provider, app: Flask) -> None:
    refund(alice)
    with app.app_context():
        intent = db.session.scalars(select(Intent)).one()
        events = db.session.scalars(
            select(AuditEntry.event).where(AuditEntry.event.like("refund.%")).order_by(AuditEntry.seq)
        ).all()
    assert intent.state == IntentState.SUCCEEDED
    assert list(events) == ["refund.intent", "refund.succeeded"]
    assert provider.refunds("order-01")


def test_a_refund_costs_two_reads_and_one_send(alice: Browser, provider: Provider) -> None:
    fill_in(alice)
    provider.forget()
    alice.submit("Refund AED")
    calls = [f"{call['method']} {call['path']}" for call in provider.seen() if "_sandbox" not in call["path"]]
    assert sorted(calls) == ["GET /orders/order-01", "GET /orders/order-01/refunds", "POST /orders/order-01/refunds"]


def test_reloading_the_result_sends_nothing(alice: Browser, provider: Provider) -> None:
    refund(alice)
    provider.forget()
    alice.open(alice.address)
    assert "Refunded" in alice.words
    assert [call for call in provider.seen() if "_sandbox" not in call["path"]] == []


def test_the_description_at_the_provider_is_reason_and_note(alice: Browser, provider: Provider) -> None:
    refund(alice, reason="damaged", note="box  crushed\r\nin transit")
    [made] = provider.refunds("order-01")
    assert made["description"] == "Item damaged or faulty: box crushed in transit"
