"""What the list of payouts says of its figures: as of when they are, what failed, what cannot be summed up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Flask

from tests.browser import Browser
from tests.provider import Provider
from webapp.jobs import work_once
from webapp.models.base import now

from .conftest import PAYOUT, PERIOD, cells, settled

Read = Callable[..., None]


def test_a_reading_can_be_cancelled_and_what_was_proved_stays(
    farah: Browser, provider: Provider, app: Flask, read: Read
) -> None:
    settled(provider)
    read(farah)
    settled(provider)
    farah.open(PERIOD)
    farah.submit("Sync again")
    farah.submit("Cancel")
    assert "The reading is being cancelled" in farah.words
    work_once(app)
    farah.open(PERIOD)
    assert "Reading from Postpay" not in farah.words
    assert cells(farah)[0][-2] == "Rows 1"


def test_a_row_that_cannot_be_read_is_named_and_no_sum_is_made_without_it(
    farah: Browser, provider: Provider, app: Flask, read: Read
) -> None:
    """What the desk said before: a total of 1,071 rows of 1,201, and a file that called itself proved."""
    settled(provider)
    read(farah)
    total = cells(farah, "tr.is-total")
    bad = settled(provider, created="2026-09-02T10:00:00Z")
    provider.change_transaction(bad, amount=814.8)
    read(farah, button="Sync again")
    assert f"Transaction {bad} cannot be read: its field amount is not what Postpay documents." in farah.words
    assert "What is shown of it is what Postpay said on" in farah.words
    assert cells(farah, "tr.is-total") == total
    farah.open(PAYOUT)
    assert "Sep 2026 could not be read again" in farah.words
    provider.change_transaction(bad, amount=81480)
    read(farah, button="Try again")
    assert "cannot be read" not in farah.words
    assert cells(farah)[0][-2] == "Rows 2"


def test_an_odd_field_that_only_decorates_takes_no_payout_away(farah: Browser, provider: Provider, read: Read) -> None:
    settled(provider)
    odd = settled(provider, created="2026-09-02T10:00:00Z")
    provider.change_transaction(odd, fee_rate=2.5)
    read(farah)
    assert "cannot be read" not in farah.words
    assert cells(farah)[0][-2] == "Rows 2"
    farah.open(PAYOUT)
    assert "Payout of AED 1,550.50" in farah.words, "what is paid out is known all the same"
    row = next(tag for tag in farah.page.select("tr") if "Fee not readable" in tag.get_text(" "))
    assert odd in str(row)
    farah.open("/demo/settlements")
    assert "not readable: fee_rate" in farah.words


def test_refunds_with_a_positive_amount_are_in_no_total_before_it_is_decided(
    farah: Browser, provider: Provider, app: Flask, read: Read
) -> None:
    settled(provider)
    settled(provider, amount=5000, type="refund", total_amount=5000)
    read(farah)
    assert "Postpay reports refunds as positive amounts" in farah.words
    assert cells(farah, "tr.is-total") == []
    assert "As CSV" not in farah.words
    farah.open(PAYOUT)
    assert "Compare" not in farah.words
    csrf = str(farah.page.select_one("input[name=csrf_token]")["value"])  # type: ignore[index]
    farah.send(f"{PAYOUT}/bank", {"csrf_token": csrf, "version": "0", "received": "825.25"})
    assert farah.status == 409
    farah.send(f"{PAYOUT}/explanation", {"csrf_token": csrf, "version": "0", "lines": "refund"})
    assert farah.status == 409
    farah.open(PERIOD)
    assert "No total until it is decided" in farah.words
    farah.send("/demo/payouts/refund-sign", {"csrf_token": csrf, "deducted": "perhaps"})
    assert farah.status == 400
    farah.open(PERIOD)
    farah.submit("They are deducted")
    work_once(app)
    farah.open(PERIOD)
    assert "count as deducted, as decided on" in farah.words
    assert cells(farah)[0][8] == "AED 725.25", "775.25 less the refund"
    farah.open("/demo/to-look-at/changed")
    assert "Nothing needs review" in farah.words, "the provider has changed nothing"
    farah.open(PERIOD)
    farah.submit("They are paid to us")
    work_once(app)
    farah.open(PERIOD)
    assert cells(farah)[0][8] == "AED 825.25"


def test_rows_dated_in_the_future_are_told_as_such(farah: Browser, provider: Provider, read: Read) -> None:
    settled(provider, (now() + timedelta(days=3)).isoformat())
    read(farah, "/demo/payouts", button="Sync with Postpay")
    assert "Dated in the future" in farah.words
    day = now().astimezone(ZoneInfo("Asia/Dubai")).date().isoformat()
    links = [link["href"] for link in farah.page.select(".coming a")]
    assert f"/demo/settlements?currency=AED&paid=range&paid_from={day}" in links
