"""What can be typed into the refund's form, and how each mistake is spoken."""

from __future__ import annotations

import pytest
from bs4 import Tag

from tests.browser import Browser
from tests.provider import Provider
from webapp.emulators.postpay.server import Sandbox

from .conftest import FORM, fill_in

RANGE = "Enter an amount from AED 0.01 to AED 814.80."
BAD = [
    ("", "Enter an amount in AED."),
    (" \u200f", "Enter an amount in AED."),
    ("0", RANGE),
    ("0.00", RANGE),
    ("814.81", RANGE),
    ("1,000", RANGE),
    ("-1", "“-” does not belong here"),
    ("1,00", "The comma “,” could mean thousands or decimals here."),
    ("1.234,50", "The comma “,” could mean thousands or decimals here."),
    ("1٬23", "The comma “٬” could mean thousands or decimals here."),
    ("1.005", "2 decimals"),
    ("1e3", "“e” does not belong here"),
    ("1_000", "“_” does not belong here"),
    ("1 000", "A space inside the amount does not belong here"),
    ("1\u200b2", "An invisible character inside the amount (zero width space U+200B) does not belong here"),
    ("1\u202c2", "An invisible character inside the amount (pop directional formatting U+202C) does not belong here"),
    ("５", "“５” does not belong here"),
    ("+5", "“+” does not belong here"),
    ("NaN", "“NaN” does not belong here"),
    ("USD 5", "The amount is in AED here, not in USD. Enter it like 120.50."),
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
@pytest.mark.requirement("R08")
def test_it_takes_plain_amounts_up_to_what_remains(alice: Browser, provider: Provider, typed: str) -> None:
    fill_in(alice, typed)
    assert alice.status == 200
    assert "Review the refund" in alice.heading


@pytest.mark.parametrize(
    ("typed", "read"),
    [("714.80 ", "AED 714.80"), ("AED 10", "AED 10.00"), ("10 aed", "AED 10.00"), ("٥٠", "AED 50.00"),
     ("١٢٠٫٥", "AED 120.50"), ("\u200f12\u00a0", "AED 12.00")],
)  # fmt: skip
def test_how_an_amount_was_read_is_shown_on_the_review_and_beside_the_field(
    alice: Browser, provider: Provider, typed: str, read: str
) -> None:
    fill_in(alice, typed)
    assert alice.status == 200
    assert f"Refund {read} now" in alice.words.replace("\u00a0", " ")
    [said] = [dd.get_text() for dt, dd in _facts(alice) if dt.get_text() == "You typed"]
    assert said == typed
    fill_in(alice, typed, reason="")
    assert f"It was read as {read}." in alice.words.replace("\u00a0", " ")
    assert alice.page.find(id="amount")["value"] == typed


def test_what_was_typed_plainly_is_not_repeated(alice: Browser, provider: Provider) -> None:
    fill_in(alice, "120.50")
    assert "You typed" not in alice.words
    fill_in(alice, "120.50", reason="")
    assert "It was read as" not in alice.words


def test_thousands_are_parted_where_no_decimals_can_be_meant(alice: Browser, sandbox: Sandbox) -> None:
    Provider(sandbox.base_url).order(total=100_000)
    fill_in(alice, "1,000")
    assert "Refund AED 1,000.00 now" in alice.words.replace("\u00a0", " ")


def test_a_comma_that_can_be_either_is_refused(alice: Browser, sandbox: Sandbox) -> None:
    Provider(sandbox.base_url).order(total=2_000_000, currency="KWD")
    fill_in(alice, "1,000")
    assert (alice.status, "The comma “,” could mean thousands or decimals here." in alice.words) == (422, True)


def _facts(browser: Browser) -> list[tuple[Tag, Tag]]:
    return list(zip(browser.page.select(".facts dt"), browser.page.select(".facts dd"), strict=True))


@pytest.mark.parametrize(
    ("currency", "typed", "status"),
    [("KWD", "1.005", 200), ("KWD", "1.0005", 422), ("JPY", "500", 200), ("JPY", "1.5", 422), ("JPY", "1.0", 422)],
)
@pytest.mark.requirement("R09")
def test_decimals_follow_the_currency(alice: Browser, sandbox: Sandbox, currency: str, typed: str, status: int) -> None:
    Provider(sandbox.base_url).order(total=20000, currency=currency)
    fill_in(alice, typed)
    assert alice.status == status


def test_nothing_chosen_is_the_first_thing_said(alice: Browser, provider: Provider) -> None:
    alice.open(FORM)
    alice.submit("Continue", amount="", reason="returned")
    assert alice.status == 422
    assert "Choose how much to refund." in alice.words
    assert "Enter an amount" not in alice.words


def test_a_reason_is_needed_and_other_needs_a_note(alice: Browser, provider: Provider) -> None:
    fill_in(alice, reason="")
    assert "Choose a reason." in alice.words
    fill_in(alice, reason="other")
    assert "Explain in the note" in alice.words
    fill_in(alice, reason="other", note="customer was charged for a gift")
    assert alice.status == 200


def test_a_note_that_looks_personal_is_warned_about(alice: Browser, provider: Provider) -> None:
    fill_in(alice, note="call +971 50 199 8853")
    assert "seems to contain" in alice.words
    fill_in(alice, note="box was wet")
    assert "seems to contain" not in alice.words


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


@pytest.mark.requirement("R10")
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
