"""A second person: asked, shown the order as it is now, bound to the exact data, and the refund sent once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from tests.browser import Browser
from tests.people import second_of_finance
from tests.provider import Provider
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.models.approval import Approval
from webapp.models.base import now
from webapp.models.intent import Intent
from webapp.payments.approval_requests import lapse_due

from .approvals import ask, events, sent, the_intent, token, words

QUEUE = "/demo/approvals"


def test_a_second_person_has_it_sent_under_the_number_it_had_from_the_first(
    alice: Browser, farah: Browser, provider: Provider, app: Flask, asked: str
) -> None:
    number = the_intent(app).refund_id
    assert sent(provider) == 0
    alice.open(f"/demo/refunds/{number}")
    assert alice.heading == "Refund of order big"
    assert "Not sent yet: waiting for approval Nothing has been sent to Postpay." in words(alice)
    assert "Who must act A second person of finance" in words(alice)
    assert "Check now" not in alice.words
    farah.open("/demo/orders")
    assert "Approvals 1 waiting, 1 for finance" in farah.words
    farah.open(QUEUE)
    farah.follow("Refund of AED 1,500.00")
    assert "It is above the limit for one refund." in farah.words
    assert "Since then The order has not changed." in farah.words
    farah.submit("Approve and refund")
    assert "Refunded AED 1,500.00" in words(farah)
    assert "Approved by Farah Finance" in farah.words
    assert [one["refund_id"] for one in provider.refunds("big")] == [number]
    assert events(app) == ["refund.intent", "refund.approved", "refund.succeeded"]
    farah.open(QUEUE)
    assert "Nothing awaits approval" in farah.words


def test_while_it_waits_it_counts_and_nothing_else_starts(alice: Browser, provider: Provider, asked: str) -> None:
    alice.open("/demo/orders/big/refund")
    assert "Refund of AED 1,500.00 by Alice Agent awaits approval" in words(alice)
    alice.open("/demo/orders/big")
    assert "awaits approval. Until then nothing else can start." in alice.words
    provider.order("next", total=500000)
    alice.open("/demo/orders/next/refund")
    assert "(AED 3,500.00 left today)" in words(alice)
    alice.open("/demo/in-progress")
    assert "Nothing is in progress" in alice.words, "nothing is under way"
    alice.open("/demo/refunds")
    assert "Awaiting approval" in alice.words


@pytest.mark.requirement("R21")
def test_pieces_of_one_order_are_measured_together(alice: Browser, provider: Provider) -> None:
    provider.order("big", total=500000)
    alice.open("/demo/orders/big/refund")
    alice.submit("Continue", part="part", amount="600", reason="returned")
    alice.submit("Refund AED")
    ask(alice, "400.01")
    assert "waiting for approval" in alice.words
    alice.follow("See the request")
    assert "the refunds of this order in 24 hours come to more than one person can refund alone" in alice.words


@pytest.mark.parametrize("refund_id", ["made-there", "bo-0123"], ids=["elsewhere", "of-a-desk-restored-since"])
def test_what_was_refunded_at_postpay_counts_for_the_order_too(
    alice: Browser, provider: Provider, refund_id: str
) -> None:
    provider.order("big", total=500000)
    provider.refund_outside("big", 90_000, refund_id)
    alice.open("/demo/orders/big/refund")
    alice.submit("Continue", part="part", amount="100.01", reason="returned")
    assert alice.form("Ask for approval")


def test_the_reason_other_is_for_two(alice: Browser, farah: Browser, provider: Provider) -> None:
    provider.order("big", total=500000)
    ask(alice, "5", reason="other", note="the customer was very kind")
    alice.follow("See the request")
    farah.open(alice.address)
    assert "The reason is Other." in farah.words
    farah.submit("Approve and refund")
    assert "Refunded AED 5.00" in words(farah)


@pytest.mark.requirement("R20")
def test_approved_twice_it_is_sent_once(farah: Browser, provider: Provider, asked: str, app: Flask) -> None:
    farah.open(asked)
    page = farah.page
    farah.submit("Approve and refund")
    farah.page = page
    farah.submit("Approve and refund")
    assert "Refunded AED 1,500.00" in words(farah)
    fatima = second_of_finance(app)
    fatima.open(asked)
    assert "Farah Finance approved it on" in fatima.words
    fatima.send(f"{asked}/approve", {"csrf_token": token(fatima), "seen": ""})
    assert fatima.status == 409
    assert sent(provider) == 1


def test_whoever_asked_withdraws(alice: Browser, farah: Browser, provider: Provider, asked: str) -> None:
    farah.open(asked)
    assert "Withdraw" not in farah.words
    alice.open(asked)
    alice.submit("Withdraw the request")
    assert "The request is withdrawn. Nothing was sent." in alice.words
    farah.submit("Approve and refund")
    assert farah.status == 409
    assert "Alice Agent withdrew it on" in farah.words
    alice.open("/demo/orders/big/refund")
    assert alice.form("Continue"), "the order is free again"
    assert sent(provider) == 0


def test_rejected_with_a_reason(alice: Browser, farah: Browser, provider: Provider, asked: str, app: Flask) -> None:
    farah.open(asked)
    farah.submit("Reject")
    assert farah.status == 422
    assert "Say why; whoever asked reads it." in farah.words
    farah.submit("Reject", note="the parcel came back empty")
    assert "Farah Finance rejected it on" in farah.words
    alice.open(f"/demo/refunds/{the_intent(app).refund_id}")
    assert "Not refunded: the request was rejected" in alice.words
    assert "Reason: the parcel came back empty" in alice.words
    assert events(app) == ["refund.intent", "refund.refused"]
    assert "left today" in alice.open("/demo/orders/big/refund").get_text()
    assert "(AED 5,000.00 left today)" in words(alice), "it does not count any more"


def test_returned_changed_and_asked_again_by_somebody_who_then_is_a_requester(
    alice: Browser, farah: Browser, provider: Provider, asked: str, app: Flask
) -> None:
    fatima = second_of_finance(app)
    farah.open(asked)
    farah.submit("Return to be changed", note="only one of the two")
    alice.open(f"/demo/refunds/{the_intent(app).refund_id}")
    assert "Farah Finance returned it on" in alice.words
    fatima.open(alice.address)
    fatima.follow("Change it and ask again")
    assert fatima.page.find(id="amount")["value"] == "1500.00"
    fatima.submit("Continue", amount="10500")
    fatima.submit("Continue", amount="1200", reason="other", note="one of two")
    fatima.submit("Ask for approval")
    fatima.follow("See the request")
    assert "You asked for this yourself, or changed it." in fatima.words
    alice.open(fatima.address)
    farah.open(fatima.address)
    farah.submit("Approve and refund")
    assert "Refunded AED 1,200.00" in words(farah)
    assert sent(provider) == 1


def test_whoever_asked_first_does_not_approve_what_was_changed(
    farah: Browser, provider: Provider, app: Flask
) -> None:
    fatima = second_of_finance(app)
    provider.order("big", total=2_000_000)
    ask(farah, "50", reason="other", note="a favour")
    farah.follow("See the request")
    fatima.open(farah.address)
    fatima.submit("Return to be changed", note="too much")
    ask(fatima, "40", reason="other", note="a smaller favour")
    fatima.follow("See the request")
    farah.open(fatima.address)
    assert "You asked for this yourself, or changed it." in farah.words


@pytest.mark.requirement("R22")
def test_an_old_proof_is_asked_for_anew_and_one_comes_back(
    farah: Browser, provider: Provider, asked: str
) -> None:
    farah.open(asked)
    with time_machine.travel(now() + timedelta(minutes=6)):
        farah.submit("Approve and refund")
        assert "password" in farah.words.lower()
        assert sent(provider) == 0
        farah.submit("Continue" if "Continue" in farah.words else "Confirm", password="correct horse battery staple")
        assert farah.address == asked
        farah.submit("Approve and refund")
    assert sent(provider) == 1


def test_a_close_that_settles_itself_has_nothing_left_to_decide(
    alice: Browser, farah: Browser, provider: Provider, app: Flask
) -> None:
    provider.order("big", total=500000)
    alice.open("/demo/orders/big/refund")
    alice.submit("Continue", part="part", amount="10", reason="returned")
    provider.fault("status", path="/orders/big/refunds", status=409, code="conflict")
    alice.submit("Refund AED")
    with app.app_context(), writing() as session:
        session.execute(update(Intent).values(state="attention"))
    farah.open(f"/demo/in-progress/{the_intent(app).id}/close")
    assert "A second person of finance must approve this" in farah.words
    farah.submit("Ask for approval", found="not_done", reason="by phone")
    request = farah.address
    assert farah.heading == "Close: Refund of AED 10.00"
    assert "You asked for this yourself" in farah.words
    farah.open("/demo/in-progress")
    assert "Close awaits approval" in farah.words
    fatima = second_of_finance(app)
    fatima.open(request)
    with app.app_context(), writing() as session:
        session.execute(update(Intent).values(state="succeeded", outcome_code="done", settled=now()))
    fatima.submit("Approve and close it")
    assert fatima.status in (409, 412)
    with app.app_context():
        assert lapse_due(app.extensions["settings"].accounts[0]) == 1
        assert db.session.scalars(select(Approval.decision)).one() == "moot"
    assert events(app)[-1] == "refund.close_refused"
