"""One transaction: everything its row tells, its fee line by line, and the check of the provider's arithmetic."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from flask import Flask

from tests.browser import Browser

from .conftest import SAMPLE, Settled, keep

HTMX = {"HX-Request": "true", "HX-Target": "peek"}


def lines(browser: Browser) -> list[tuple[str, str]]:
    rows = browser.page.select(".money-lines tr")
    return [tuple(" ".join(cell.get_text(" ").split()) for cell in row.select("th, td")) for row in rows]  # type: ignore[misc]


def test_the_fee_is_told_line_by_line(farah: Browser, settled: Settled) -> None:
    settled.provider.order("order-01", status="approved")
    found = settled.put("sale", 81480, **SAMPLE, total_amount=77525, order_id="order-01", description="Two rugs")
    farah.open(f"/demo/settlements/{found}")
    assert lines(farah) == [
        ("Amount", "AED 814.80"),
        ("Fee, 4.5 % of the amount", "AED \u221236.67"),
        ("Fixed fee", "AED \u22121.00"),
        ("Tax on the fee, 5 %", "AED \u22121.88"),
        ("Net by these rates", "AED 775.25"),
    ]
    assert "Postpay's net of AED 775.25 equals ours." in farah.words
    assert "Two rugs" in farah.words
    copied = {str(button["data-copy"]) for button in farah.page.select("[data-copy]")}
    assert copied == {found, "order-01"}
    farah.follow("order-01")
    assert farah.heading.startswith("Order order-01")


@pytest.mark.parametrize(
    ("total", "words"),
    [
        (77526, "Postpay's net of AED 775.26 differs by AED 0.01, which is no more than rounding."),
        (77523, "Postpay's net of AED 775.23 differs by AED 0.02: it is less than these rates give."),
        (81480, "Postpay's net of AED 814.80 differs by AED 39.55: it is more than these rates give."),
    ],
)
def test_a_difference_is_said_in_words(farah: Browser, settled: Settled, total: int, words: str) -> None:
    found = settled.put("sale", 81480, **SAMPLE, total_amount=total)
    farah.open(f"/demo/settlements/{found}")
    assert words in farah.words
    assert (lines(farah)[-1][0] == "Net by Postpay") == (total != 77526)


def test_what_has_no_fee_says_so(farah: Browser, settled: Settled) -> None:
    found = settled.put("refund", -12050, type="refund")
    farah.open(f"/demo/settlements/{found}")
    assert lines(farah) == [("Amount", "AED \u2212120.50"), ("Net", "AED \u2212120.50")]
    assert "Postpay takes no fee for this transaction." in farah.words
    assert farah.heading.startswith("Refund")


@pytest.mark.parametrize(
    ("total", "words"),
    [
        (10000, "Postpay takes no fee for this transaction."),
        (9900, "Postpay states no fee for this transaction, but keeps AED 1.00."),
    ],
)
def test_a_fee_that_is_not_told_is_not_guessed(farah: Browser, settled: Settled, total: int, words: str) -> None:
    found = settled.put("sale")
    row = {"id": found, "type": "order", "currency": "AED", "amount": 10000, "total_amount": total}
    body = json.dumps({**row, "fee_amount": None, "created": "2026-01-01T00:00:00Z", "paid": None, "order": None})
    settled.provider.fault("malformed", method="GET", path="/transactions/", body=body)
    farah.open(f"/demo/settlements/{found}")
    assert words in farah.words
    assert lines(farah)[1][0] == "To be paid out for it"
    assert not farah.page.select(".st-bad")


def test_it_leads_to_its_payout_once_the_desk_has_read_it(app: Flask, farah: Browser, settled: Settled) -> None:
    moment = "2026-01-10T00:00:00.214566Z"
    found = settled.put("sale", 81480, **SAMPLE, total_amount=77525, paid=moment)
    farah.open(f"/demo/settlements/{found}")
    assert farah.page.find("a", string="Not read by the desk yet: to the payouts")
    keep(app, found, 77525, new_rate=True, paid=datetime.fromisoformat(moment))
    farah.open(f"/demo/settlements/{found}")
    assert "From this transaction on, Postpay takes another fee than before." in farah.words
    farah.follow("The whole payout")
    assert farah.status == 200
    assert farah.address == "/demo/payouts/AED/2026-01-10T000000.214566Z"


def test_it_can_be_looked_at_beside_the_list(farah: Browser, settled: Settled) -> None:
    found = settled.put("sale", 81480, **SAMPLE, total_amount=77523)
    farah.open("/demo/settlements")
    link = farah.page.select_one(".to-peek a")
    assert link is not None
    settled.provider.forget()
    farah.open(str(link["hx-get"]), headers=HTMX)
    assert len(settled.calls()) == 1
    assert farah.page.select_one("aside#peek")
    for words in ("AED 775.23", "AED 39.57", "Off by AED 0.02", "it is less than these rates give"):
        assert words in farah.words
    farah.open(f"/demo/settlements/{found}/peek")
    assert farah.page.select_one("h1")


def test_an_unknown_transaction_is_named(farah: Browser) -> None:
    for address in ("/demo/settlements/nowhere", "/demo/settlements/nowhere/peek"):
        farah.open(address)
        assert farah.status == 404
        assert "There is no transaction nowhere in Demo Shop" in farah.words
    farah.open("/demo/settlements/nowhere")
    farah.follow("Go to the settlements")
    assert farah.address == "/demo/settlements"


def test_what_could_not_be_asked_is_said(farah: Browser, settled: Settled) -> None:
    found = settled.put("sale")
    settled.provider.fault("malformed", method="GET", path="/transactions", times=9)
    farah.open(f"/demo/settlements/{found}")
    assert farah.status == 502
    assert "Postpay's answer could not be read" in farah.words
