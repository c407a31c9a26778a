"""What nobody but finance can bring further is said so, marked, and counted; what an answer to a form says is true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from tests.browser import Browser
from tests.provider import Provider
from webapp.core.database import writing
from webapp.models.base import now
from webapp.models.finding import Finding, FindingKind
from webapp.models.intent import Intent

from .conftest import fill_in, refund

SignIn = Callable[[str], Browser]
LATER = timedelta(minutes=16)
PLACE = "/demo/in-progress"


def start_refund(browser: Browser, provider: Provider) -> None:
    fill_in(browser)
    provider.fault("drop_before", path="/orders/order-01/refunds")
    browser.submit("Refund AED")


def start_capture(browser: Browser, provider: Provider) -> None:
    provider.change("order-01", status="approved")
    browser.open("/demo/orders/order-01/capture")
    provider.fault("drop_before", path="/orders/order-01/capture")
    browser.submit("Capture AED")


def badge(browser: Browser) -> str:
    return " ".join(browser.page.select_one(f'nav a[href="{PLACE}"]').get_text(" ").split())


@pytest.mark.parametrize("start", [start_refund, start_capture])
def test_after_a_quarter_of_an_hour_finance_must_decide(
    alice: Browser, sign_in: SignIn, provider: Provider, start: Callable[[Browser, Provider], None]
) -> None:
    start(alice, provider)
    outcome = alice.address
    assert "The desk keeps checking by itself" in alice.words
    assert "Who must act The desk, by itself" in alice.words
    assert "finance" not in alice.words.lower()
    with time_machine.travel(now() + LATER):
        alice, farah = sign_in("agent"), sign_in("finance")
        alice.open(outcome)
        assert "Finance must decide whether to send it again: tell them." in alice.words
        assert "Who must act Finance" in alice.words
        assert "sends the" not in alice.words
        alice.open("/demo/orders/order-01")
        assert "needs finance" in alice.words
        alice.open(PLACE)
        assert [one.get_text(strip=True) for one in alice.page.select("td .st")] == ["Needs finance"]
        assert badge(alice) == "In progress 1 waiting"
        farah.open(PLACE)
        assert badge(farah) == "In progress 1 waiting, 1 for finance"
        farah.submit("Send again")
        assert "Not known yet" not in farah.words
        farah.open(PLACE)
        assert badge(farah) == "In progress"


@pytest.mark.parametrize("start", [start_refund, start_capture])
def test_sending_again_without_an_answer_is_told(
    alice: Browser, sign_in: SignIn, provider: Provider, start: Callable[[Browser, Provider], None]
) -> None:
    start(alice, provider)
    with time_machine.travel(now() + LATER):
        farah = sign_in("finance")
        farah.open(PLACE)
        provider.fault("status", path="/orders/order-01", status=503, times=99)
        farah.submit("Send again")
    assert "Asked Postpay at" in farah.words
    assert ": still not known." in farah.words


@pytest.mark.parametrize("start", [start_refund, start_capture])
def test_a_page_that_is_open_meanwhile_is_told(
    alice: Browser, sign_in: SignIn, provider: Provider, start: Callable[[Browser, Provider], None]
) -> None:
    start(alice, provider)
    asks = str(alice.page.find(id="result")["hx-get"])
    headers = {"HX-Request": "true", "X-Background": "1"}
    assert alice.client.get(asks, headers=headers).status_code == 204
    with time_machine.travel(now() + LATER):
        news = sign_in("agent").client.get(asks, headers=headers)
    assert news.status_code == 200
    assert "Finance must decide" in news.get_data(as_text=True)


def test_after_a_409_nothing_is_said_to_be_sent_again_and_no_button_offers_it(
    alice: Browser, farah: Browser, provider: Provider
) -> None:
    fill_in(alice)
    provider.fault("status", path="/orders/order-01/refunds", status=409, code="conflict")
    alice.submit("Refund AED")
    assert "Postpay answered that this refund number is already in use." in alice.words
    assert "Nothing is sent again." in alice.words
    farah.open(PLACE)
    assert "Send again" not in farah.words
    assert "Check now" in farah.words


def test_a_capture_that_conflicts_is_not_said_to_have_a_number(alice: Browser, provider: Provider) -> None:
    provider.change("order-01", status="approved")
    alice.open("/demo/orders/order-01/capture")
    provider.fault("status", path="/orders/order-01/capture", status=409, code="conflict", times=9)
    alice.submit("Capture AED")
    assert "Postpay answered that the capture conflicts with something else." in alice.words
    assert "number" not in alice.words
    for seconds in (40, 80, 120):
        with time_machine.travel(now() + timedelta(seconds=seconds)):
            alice.submit("Check now")
            if "This needs finance" in alice.words:
                break
    assert "Finance must compare it with Postpay and close it." in alice.words
    assert "number" not in alice.words


def test_a_refund_that_nobody_has_in_hand_is_not_said_to_be_being_sent(
    alice: Browser, provider: Provider, app: Flask
) -> None:
    start_refund(alice, provider)
    with app.app_context(), writing() as session:
        until = now() + timedelta(minutes=1)
        session.execute(update(Intent).values(state="pending", outcome_code=None, lease_until=until))
    alice.open(alice.address)
    assert "It is being sent to Postpay at this moment." in alice.words
    with time_machine.travel(now() + timedelta(minutes=2)):
        alice.open(alice.address)
    assert "The desk was interrupted while sending it" in alice.words
    assert "at this moment" not in alice.words


def test_the_page_of_a_refund_says_what_was_refundable_after_it(alice: Browser, provider: Provider) -> None:
    refund(alice, "120.50")
    first = alice.address
    refund(alice, "20")
    alice.open(first)
    words = alice.words.replace("\u00a0", " ")
    assert "Refundable after this refund: AED 694.30." in words
    assert "Remaining" not in words


def test_a_form_that_has_started_a_refund_is_not_answered_with_nothing_was_started(
    alice: Browser, provider: Provider
) -> None:
    fill_in(alice)
    review = alice.page
    alice.submit("Refund AED")
    alice.page = review
    alice.submit("Refund AED", amount="130")
    words = alice.words.replace("\u00a0", " ")
    assert (alice.status, alice.heading) == (409, "This form was already sent")
    assert "Nothing was started" not in words
    assert "Refund of AED 120.50 was started with it at" in words
    assert "How it stands: Refunded AED 120.50." in words
    alice.follow("See how it stands")
    assert "Refunded AED 120.50" in alice.words.replace("\u00a0", " ")
    assert len(provider.refunds("order-01")) == 1


@pytest.fixture
def strays(app: Flask, provider: Provider) -> None:
    """More refunds that fit no entry than a page shows."""
    with app.app_context(), writing() as session:
        for number in range(61):
            values = {"order_id": "order-01", "refund_id": f"bo-{number:032}", "amount_minor": 100, "currency": "AED"}
            session.add(Finding(kind=FindingKind.ORPHAN, account="demo", **values))


@pytest.mark.usefixtures("strays")
def test_above_open_findings_nothing_says_that_nothing_is_in_progress(alice: Browser, farah: Browser) -> None:
    farah.open(PLACE)
    assert "Nothing is in progress" not in farah.words
    assert badge(farah) == "In progress 61 waiting, 61 for finance"
    assert "Showing 1–50 of 61" in farah.words
    farah.follow("Next")
    assert "Showing 51–61 of 61" in farah.words
    assert f"bo-{60:032}" in farah.words
    farah.submit("Mark as resolved", reason="told the customer")
    assert "Showing 1–50 of 60" in farah.words
    alice.open(PLACE)
    assert badge(alice) == "In progress 60 waiting"


def test_pages_of_the_two_lists_are_turned_apart(
    farah: Browser, strays: None, alice: Browser, provider: Provider
) -> None:
    start_refund(alice, provider)
    farah.open(f"{PLACE}?stray_page=2")
    assert "Refund of AED 120.50" in farah.words.replace("\u00a0", " ")
    assert "Showing 51–61 of 61" in farah.words
    farah.open(f"{PLACE}?stray_page=99&page=99")
    assert "Showing 51–61 of 61" in farah.words
