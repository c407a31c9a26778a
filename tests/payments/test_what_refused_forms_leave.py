"""What a form that is not taken leaves behind: an entry each for what it was, never one for each reload or try."""

from __future__ import annotations

from flask import Flask

from tests.access.records import Records
from tests.browser import Browser
from tests.provider import Provider
from webapp.access.rejection_sampler import ENTRIES_A_MINUTE

from .conftest import FORM, fill_in

STALE = "refund.stale denied"
FORGED = "csrf.failed denied submit token"


def news(records: Records) -> list[str]:
    return [one for one in records.news() if one.startswith(("refund.", "capture.", "csrf."))]


def test_a_stale_review_that_is_reloaded_is_one_entry(app: Flask, alice: Browser, provider: Provider) -> None:
    fill_in(alice)
    review, records = alice.address, Records(app)
    provider.refund_outside("order-01", 100)
    for _ in range(3):
        alice.open(review)
        assert alice.status == 412
    assert news(records) == [STALE]
    provider.refund_outside("order-01", 200, "by-hand-2")
    alice.open(review)
    assert news(records) == [STALE], "other figures are told of once more"
    alice.open("/audit?family=refund")
    alice.open(str(alice.page.select_one("td.sentence a")["href"]))  # type: ignore[index]
    assert "Refundable AED 814.80 AED 811.80" in alice.words


def test_a_forged_token_is_an_entry_but_not_each_of_many(app: Flask, alice: Browser, provider: Provider) -> None:
    alice.open(FORM)
    token = alice.page.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    records = Records(app)
    fields = {"csrf_token": token, "submit_token": "forged", "part": "whole", "reason": "returned"}
    for _ in range(ENTRIES_A_MINUTE + 3):
        alice.send("/demo/orders/order-01/refunds", fields)
        assert alice.status == 412
    assert news(records) == [FORGED] * ENTRIES_A_MINUTE
    assert provider.refunds("order-01") == []


def test_a_forged_token_of_a_capture_is_an_entry_too(app: Flask, alice: Browser, provider: Provider) -> None:
    provider.change("order-01", status="approved")
    alice.open("/demo/orders/order-01/capture")
    records = Records(app)
    alice.submit("Capture AED", submit_token="forged")
    assert alice.status == 412
    assert news(records) == [FORGED]


def test_a_form_larger_than_what_is_kept_says_so_at_once(alice: Browser, provider: Provider) -> None:
    note = "x" * 40_000
    alice.open(FORM)
    alice.submit("Continue", part="whole", reason="returned", note=note)
    assert alice.status == 422
    assert "The note has 40000 characters; at most 500 are allowed." in alice.words
    assert note in str(alice.page)
    alice.open(FORM)
    assert note not in str(alice.page)
