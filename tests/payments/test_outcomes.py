"""Every way a refund can go wrong on the wire, spoken truthfully, and settled by what the provider really did."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.browser import Browser
from tests.provider import Provider
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now
from webapp.models.intent import Intent

from .conftest import FORM, fill_in, refund

REFUNDS = "/orders/order-01/refunds"


def intents(app: Flask) -> list[Intent]:
    with app.app_context():
        return list(db.session.scalars(select(Intent).order_by(Intent.id)))


def posts(provider: Provider) -> list[dict[str, object]]:
    return [call for call in provider.seen("POST", "/refunds") if not call["path"].startswith("/_sandbox")]


@pytest.mark.parametrize("kind", ["drop_after", "malformed", "truncated", "wrong_id", "wrong_amount", "html"])
def test_done_but_badly_answered_is_read_back_as_done(alice: Browser, provider: Provider, kind: str) -> None:
    fill_in(alice)
    provider.fault(kind, path=REFUNDS, applied="after")
    alice.submit("Refund AED")
    assert "Refunded" in alice.words
    assert len(posts(provider)) == 1
    assert len(provider.refunds("order-01")) == 1


@pytest.mark.parametrize("kind", ["drop_before", "reset"])
@pytest.mark.requirement("R06")
def test_lost_before_it_was_done_is_not_called_failed(alice: Browser, provider: Provider, kind: str) -> None:
    fill_in(alice)
    provider.fault(kind, path=REFUNDS, applied="before")
    alice.submit("Refund AED")
    assert "Not known yet" in alice.words
    assert "Do not start another refund" in alice.words
    assert "failed" not in alice.words.lower()


@pytest.mark.parametrize("status", [500, 502, 503, 408])
@pytest.mark.parametrize("applied", ["before", "after"])
def test_a_server_error_is_settled_by_reading(alice: Browser, provider: Provider, status: int, applied: str) -> None:
    fill_in(alice)
    provider.fault("status", path=REFUNDS, status=status, applied=applied)
    alice.submit("Refund AED")
    expected = "Refunded" if applied == "after" else "Not known yet"
    assert expected in alice.words
    assert len(provider.refunds("order-01")) == (applied == "after")


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (400, "invalid", "Postpay refused it"),
        (403, "permission_denied", "Postpay does not let the desk do this"),
        (404, "not_found", "Postpay refused it"),
        (422, "unprocessable", "Postpay refused it"),
        (401, "authentication_failed", "not authorised at Postpay"),
        (409, "invalid_status", "the order is not captured"),
        (409, "limit_exceeded", "more than what is refundable"),
    ],
)
def test_a_plain_refusal_is_final_and_spoken(
    alice: Browser, provider: Provider, app: Flask, status: int, code: str, words: str
) -> None:
    fill_in(alice)
    provider.fault("status", path=REFUNDS, status=status, code=code)
    alice.submit("Refund AED")
    assert words in alice.words
    [intent] = intents(app)
    assert intent.state == "refused"
    assert provider.refunds("order-01") == []


def test_a_number_in_use_with_other_data_needs_finance(alice: Browser, provider: Provider, app: Flask) -> None:
    fill_in(alice)
    provider.fault("status", path=REFUNDS, status=409, code="conflict")
    alice.submit("Refund AED")
    assert "Not known yet" in alice.words
    [intent] = intents(app)
    provider.refund_outside("order-01", 500, intent.refund_id or "")
    alice.submit("Check now")
    assert "This needs finance" in alice.words


@pytest.mark.requirement("R07")
def test_being_throttled_waits_and_sends_the_same_bytes_again(alice: Browser, provider: Provider, app: Flask) -> None:
    fill_in(alice)
    provider.fault("status", path=REFUNDS, status=429, retry_after="20")
    alice.submit("Refund AED")
    assert "Not known yet whether AED 120.50 was refunded" in alice.words.replace("\u00a0", " ")
    assert "Postpay answered that it is busy. That does not prove that it did nothing." in alice.words
    alice.submit("Check now")
    assert "Postpay was not asked: the desk waits until" in alice.words
    assert len(posts(provider)) == 1, "nobody asks before the time is over"
    with time_machine.travel(now() + timedelta(seconds=25)):
        alice.submit("Check now")
    assert "Refunded" in alice.words
    first, second = posts(provider)
    assert first["body_sha256"] == second["body_sha256"]
    assert [one.attempt for one in intents(app)] == [2]


@pytest.mark.requirement("R07")
def test_a_late_commit_is_found_and_never_done_twice(alice: Browser, provider: Provider) -> None:
    fill_in(alice)
    provider.fault("late_commit", path=REFUNDS, seconds=0.3)
    alice.submit("Refund AED")
    assert "Not known yet" in alice.words
    alice.submit("Check now")
    for _ in range(40):
        if "Refunded" in alice.words:
            break
        alice.submit("Check now")
    assert "Refunded" in alice.words
    assert len(provider.refunds("order-01")) == 1


def test_no_form_is_offered_while_one_is_open(alice: Browser, provider: Provider) -> None:
    fill_in(alice)
    provider.fault("drop_before", path=REFUNDS)
    alice.submit("Refund AED")
    alice.open(FORM)
    assert "by Alice Agent is being confirmed" in alice.words
    assert not alice.page.find("input", attrs={"name": "amount"})


@pytest.mark.requirement("R04")
def test_the_same_form_sent_ten_times_is_one_refund_and_one_page(alice: Browser, provider: Provider) -> None:
    fill_in(alice)
    page, address = alice.page, alice.address
    shown = set()
    for _ in range(10):
        alice.page = page
        alice.submit("Refund AED")
        shown.add(alice.address)
    assert len(shown) == 1
    assert address not in shown
    assert len(posts(provider)) == 1


def test_the_second_click_that_reads_the_order_after_the_first_was_done_gets_the_same_page(
    alice: Browser, provider: Provider, app: Flask
) -> None:
    fill_in(alice)
    form = alice.form("Refund AED")
    fields = {str(field["name"]): str(field.get("value", "")) for field in form.find_all("input")}
    provider.fault("latency", method="GET", path="/orders/order-01", seconds=0.5, times=2)

    def press(_: int) -> str | None:
        own = app.test_client()
        own._cookies = alice.client._cookies
        return own.post(str(form["action"]), data=fields, headers={"Referer": "http://localhost/"}).location

    provider.fault("latency", method="GET", path="/orders/order-01", seconds=1.5, times=2, skip=2)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(press, 1)
        while len(provider.seen("GET", "/orders/order-01")) < 4:
            sleep(0.02)
        second = pool.submit(press, 2)
    assert first.result() == second.result()
    assert first.result() is not None
    assert len(provider.refunds("order-01")) == 1
    with app.app_context():
        assert not db.session.scalars(select(AuditEntry).where(AuditEntry.event == "refund.stale")).all()


@pytest.mark.requirement("R04")
def test_the_same_form_with_another_amount_is_refused(alice: Browser, provider: Provider) -> None:
    fill_in(alice)
    page = alice.page
    alice.submit("Refund AED")
    alice.page = page
    alice.submit("Refund AED", amount="120.51")
    assert alice.status == 409
    assert "already sent, with different data" in alice.words
    assert len(posts(provider)) == 1


@pytest.mark.requirement("R05")
def test_a_refund_made_elsewhere_makes_the_form_stale(alice: Browser, provider: Provider, app: Flask) -> None:
    fill_in(alice, "700")
    provider.refund_outside("order-01", 5000)
    alice.submit("Refund AED")
    assert alice.status == 412
    assert "The order has changed" in alice.words
    assert "AED 50.00 was refunded outside the desk" in alice.words.replace("\u00a0", " ")
    assert "764.80" in alice.words
    assert alice.page.find(id="amount")["value"] == "700"
    assert posts(provider) == []
    assert intents(app) == []
    alice.submit("Continue")
    alice.submit("Refund AED")
    assert "Refunded" in alice.words


def test_a_forged_or_foreign_token_is_a_stale_form(alice: Browser, farah: Browser, provider: Provider) -> None:
    fill_in(alice)
    stolen = alice.page.find("input", attrs={"name": "submit_token"})["value"]
    farah.open(FORM)
    farah.submit("Continue", part="part", amount="5", reason="returned", submit_token=stolen)
    assert farah.status == 412
    farah.submit("Continue", part="part", amount="5", reason="returned", submit_token=str(stolen)[:-2])
    assert farah.status == 412
    assert posts(provider) == []


@pytest.mark.requirement("R17")
def test_a_dead_provider_loses_nothing_that_was_typed(alice: Browser, provider: Provider) -> None:
    fill_in(alice, note="keep me")
    provider.fault("status", method="GET", path="/orders/order-01", status=503, times=50)
    alice.submit("Refund AED")
    assert alice.status == 503
    assert "Nothing was sent" in alice.words
    provider.heal()
    alice.submit("Refund AED")
    assert "Refunded" in alice.words
    [made] = provider.refunds("order-01")
    assert made["description"].endswith("keep me")


def test_two_refunds_one_after_the_other_are_two(alice: Browser, provider: Provider) -> None:
    refund(alice, "10")
    refund(alice, "10")
    assert [one["amount"] for one in provider.refunds("order-01")] == [1000, 1000]


def test_an_open_page_asks_for_news_and_gets_nothing_while_there_is_none(alice: Browser, provider: Provider) -> None:
    fill_in(alice)
    provider.fault("drop_before", path=REFUNDS)
    alice.submit("Refund AED")
    asks = str(alice.page.find(id="result")["hx-get"])
    headers = {"HX-Request": "true", "X-Background": "1"}
    assert alice.client.get(asks, headers=headers).status_code == 204
    alice.submit("Check now")
    news = alice.client.get(asks, headers=headers)
    assert news.status_code == 200
    assert "Refunded" in news.get_data(as_text=True)
    assert "<html" not in news.get_data(as_text=True)
