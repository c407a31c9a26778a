"""What can be typed into the refund's form, and how each mistake is spoken."""

from __future__ import annotations

import pytest

from tests.browser import Browser
from tests.provider import Provider
from webapp.emulators.postpay.server import Sandbox

from .conftest import FORM, fill_in

BAD = [
    ("", "Enter an amount in AED."),
    ("0", "Enter an amount from AED 0.01 to AED 814.80."),
    ("0.00", "Enter an amount from AED 0.01 to AED 814.80."),
    ("814.81", "Enter an amount from AED 0.01 to AED 814.80."),
    ("-1", "plain digits"),
    ("1,000", "plain digits"),
    ("1.005", "2 decimals"),
    ("1e3", "plain digits"),
    ("١٢", "plain digits"),
    ("５", "plain digits"),
    ("1_000", "plain digits"),
    ("+5", "plain digits"),
    ("NaN", "plain digits"),
    ("\u200f12", "plain digits"),
    ("12\u00a0", "plain digits"),
    ("9" * 400, "amount is too large"),
    (str(2**63), "amount is too large"),
]


@pytest.mark.parametrize(("typed", "words"), BAD)
def test_it_says_what_is_wrong_and_keeps_what_was_typed(
    alice: Browser, provider: Provider, typed: str, words: str
) -> None:
    fill_in(alice, typed, note="kept")
    assert alice.status == 422
    assert alice.page.title.get_text().startswith("Error:")
    assert words in alice.words.replace("\u00a0", " ")
    assert alice.page.find(id="amount").get("value", "") == typed
    assert alice.page.find(id="note").get_text().strip() == "kept"
    assert not [call for call in provider.seen("POST") if "_sandbox" not in call["path"]]


@pytest.mark.parametrize("typed", ["814.80", "0.01", "10.5", "814"])
def test_it_takes_plain_amounts_up_to_what_remains(alice: Browser, provider: Provider, typed: str) -> None:
    fill_in(alice, typed)
    assert alice.status == 200
    assert "Review the refund" in alice.heading


@pytest.mark.parametrize(
    ("currency", "typed", "status"),
    [("KWD", "1.005", 200), ("KWD", "1.0005", 422), ("JPY", "500", 200), ("JPY", "1.5", 422), ("JPY", "1.0", 422)],
)
def test_decimals_follow_the_currency(alice: Browser, sandbox: Sandbox, currency: str, typed: str, status: int) -> None:
    Provider(sandbox.base_url).order(total=20000, currency=currency)
    fill_in(alice, typed)
    assert alice.status == status


def test_nothing_chosen_is_the_first_thing_said(alice: Browser, provider: Provider) -> None:
    alice.open(FORM)
    alice.submit("Continue", amount="", reason="returned")
    assert alice.status == 422
    assert "Choose whether to refund the whole or a part." in alice.words
    assert "Enter an amount" not in alice.words


def test_a_reason_is_needed_and_other_needs_a_note(alice: Browser, provider: Provider) -> None:
    fill_in(alice, reason="")
    assert "Choose a reason." in alice.words
    fill_in(alice, reason="other")
    assert "Say in the note why" in alice.words
    fill_in(alice, reason="other", note="customer was charged for a gift")
    assert alice.status == 200


def test_a_note_that_looks_personal_is_warned_about(alice: Browser, provider: Provider) -> None:
    fill_in(alice, note="call +971 50 199 8853")
    assert "looks as if it held" in alice.words
    fill_in(alice, note="box was wet")
    assert "looks as if it held" not in alice.words


def test_a_note_is_at_most_five_hundred_characters(alice: Browser, provider: Provider) -> None:
    fill_in(alice, note="x" * 501)
    assert alice.status == 422
    assert "500" in alice.words


def test_two_amounts_are_refused(alice: Browser, provider: Provider) -> None:
    alice.open(FORM)
    token = alice.page.find("input", attrs={"name": "submit_token"})["value"]
    csrf = alice.page.find("input", attrs={"name": "csrf_token"})["value"]
    fields = {"csrf_token": csrf, "submit_token": token, "part": "part", "amount": ["1", "800"], "reason": "returned"}
    alice.send(FORM, fields)
    assert alice.status == 400


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "approved"}, "not captured yet"),
        ({"status": "pending"}, "has not finished paying"),
        ({"status": "denied"}, "denied"),
        ({"status": "on_hold"}, "on_hold"),
        ({"currency": "XXX"}, "currency"),
    ],
)
def test_an_order_that_cannot_be_refunded_gets_a_sentence_and_no_form(
    alice: Browser, sandbox: Sandbox, fields: dict[str, str], words: str
) -> None:
    Provider(sandbox.base_url).order(**fields)  # type: ignore[arg-type]
    alice.open(FORM)
    assert words in alice.words
    assert not alice.page.find("input", attrs={"name": "amount"})


def test_a_wholly_refunded_order_offers_no_form(alice: Browser, provider: Provider) -> None:
    provider.refund_outside("order-01", 81480)
    alice.open(FORM)
    assert "nothing left to refund" in alice.words


def test_remaining_counts_refunds_on_every_page(alice: Browser, sandbox: Sandbox) -> None:
    provider = Provider(sandbox.base_url)
    provider.order(total=100000)
    for number in range(130):
        provider.refund_outside("order-01", 100, f"r-{number}")
    alice.open(FORM)
    assert "870.00" in alice.words
    assert "130.00" in alice.words


def test_only_those_who_may_see_the_form(sign_in, provider: Provider) -> None:  # type: ignore[no-untyped-def]
    for person in ("viewer", "auditor", "admin"):
        browser = sign_in(person)
        browser.open(FORM)
        assert browser.status == 403
