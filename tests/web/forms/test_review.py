"""The review of a refund has a page of its own: Back, a reload and another tab lose nothing; its address is silent."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from tests.browser import Browser, form_values
from tests.conftest import PASSWORD, PEOPLE
from tests.provider import Provider, provider_of
from webapp.emulators.postpay.server import Sandbox
from webapp.models.base import now

FORM = "/demo/orders/order-01/refund"
TYPED = {"part": "part", "amount": "12.50", "reason": "damaged", "note": "The lamp came broken"}


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    provider = provider_of(sandbox)
    provider.order()
    return provider


@pytest.fixture
def review(alice: Browser, provider: Provider) -> Browser:
    """The agent in front of the review of a refund of AED 12.50."""
    alice.open(FORM)
    alice.submit("Continue", **TYPED)
    assert alice.heading == "Review the refund"
    return alice


def typed_on(browser: Browser) -> dict[str, object]:
    [form] = [form for form in browser.page.find_all("form") if form.find(attrs={"name": "submit_token"})]
    return {name: value for name, value in form_values(form).items() if name in TYPED}


def test_a_reload_shows_it_again_and_its_address_tells_nothing(review: Browser) -> None:
    address = review.address
    assert address.startswith(f"{FORM}/review?form=")
    assert len(address) < len(FORM) + 40
    review.open(address)
    assert review.heading == "Review the refund"
    assert typed_on(review) == TYPED


def test_back_in_the_browser_leads_to_the_form_as_it_was_typed(review: Browser) -> None:
    review.open(FORM)
    assert typed_on(review) == TYPED
    assert "This is what you typed on" in review.words
    review.follow("Start with an empty form")
    assert typed_on(review) == {"amount": "", "note": "", "reason": ""}
    empty = review.address
    review.submit("Continue", **{**TYPED, "amount": "3"})
    review.open(empty)
    assert typed_on(review) == {**TYPED, "amount": "3"}, "Back to the form that was empty once"


def test_back_on_the_page_leads_there_too(review: Browser) -> None:
    review.submit("Back")
    assert review.heading == "Refund order order-01"
    assert typed_on(review) == TYPED


def test_what_was_wrong_is_kept_too(alice: Browser, provider: Provider) -> None:
    alice.open(FORM)
    alice.submit("Continue", **{**TYPED, "amount": "9000"})
    assert alice.status == 422
    alice.open(alice.address)
    assert alice.status == 422, "a reload says it again"
    alice.open(FORM)
    assert typed_on(alice) == {**TYPED, "amount": "9000"}


def test_each_tab_has_its_own(review: Browser) -> None:
    first = review.address
    review.follow("Orders")
    review.open(f"{FORM}?after={now().timestamp()}")
    review.submit("Continue", **{**TYPED, "amount": "7"})
    second = review.address
    for address, amount in ((first, "12.50"), (second, "7")):
        review.open(address)
        assert typed_on(review)["amount"] == amount


def test_after_it_was_sent_the_review_is_gone(review: Browser, provider: Provider) -> None:
    address = review.address
    review.submit("Refund AED")
    assert len(provider.refunds("order-01")) == 1
    review.open(address)
    assert review.address == FORM
    assert typed_on(review) == {"amount": "", "note": "", "reason": ""}
    assert "802.30" in review.words


def test_what_was_sent_is_never_offered_again_however_old_its_form_is(alice: Browser, provider: Provider) -> None:
    """A form stood open for hours before it was sent: it gets too old while what was typed is still kept."""
    alice.open(FORM)
    opened = now()
    with time_machine.travel(opened + timedelta(minutes=11)):
        alice.submit("Continue", **TYPED)
        alice.submit("Refund AED")
        assert len(provider.refunds("order-01")) == 1
    with time_machine.travel(opened + timedelta(hours=12, minutes=5)):
        alice.open(FORM)
        alice.submit("Sign in", password=PASSWORD)
        assert alice.address == FORM
        assert typed_on(alice) == {"amount": "", "note": "", "reason": ""}
        assert "This is what you typed on" not in alice.words


def test_it_follows_the_order(review: Browser, provider: Provider) -> None:
    provider.refund_outside("order-01", 500)
    review.open(review.address)
    assert review.status == 412
    assert "The order has changed since you opened the form" in review.words
    assert typed_on(review) == TYPED


def test_a_review_costs_what_it_did(alice: Browser, provider: Provider) -> None:
    """One look at the order and one at its refunds, for the form and for the review, and none between them."""
    alice.open(FORM)
    provider.forget()
    alice.submit("Continue", **TYPED)
    asked = [call["path"] for call in provider.seen("GET") if "_sandbox" not in call["path"]]
    assert len(asked) == 2, asked


def test_nobody_else_sees_it(review: Browser, farah: Browser) -> None:
    farah.open(review.address)
    assert farah.address == FORM
    assert "The lamp came broken" not in str(farah.page)


def test_it_outlasts_the_session(review: Browser) -> None:
    address = review.address
    with time_machine.travel(now() + timedelta(minutes=20)):
        review.open(address)
        assert review.heading == "Sign in"
        assert review.page.find(id="email")["value"] == PEOPLE["agent"][0]
        review.submit("Sign in", password=PASSWORD)
        assert (review.heading, review.address) == ("Review the refund", address)
        assert typed_on(review) == TYPED


def test_it_is_gone_with_signing_out(review: Browser, app: Flask) -> None:
    address = review.address
    review.submit("Sign out")
    review.open("/sign-in")
    assert not review.page.find(id="email").get("value")
    review.submit("Sign in", email=PEOPLE["agent"][0], password=PASSWORD)
    review.open(address)
    assert "The lamp came broken" not in str(review.page)


def test_a_form_of_somebody_else_is_refused_and_kept(review: Browser, farah: Browser, provider: Provider) -> None:
    """Finance has signed in where the agent's form stands open: the figures are read anew, and it is hers now."""
    page = review.page
    farah.open(FORM)
    token = farah.page.find("input", attrs={"name": "csrf_token"})["value"]
    farah.page = page
    farah.submit("Refund AED", csrf_token=token)
    assert farah.status == 412
    assert typed_on(farah) == TYPED
    assert not provider.refunds("order-01")
