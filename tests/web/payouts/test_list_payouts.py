"""Payouts by period: read on demand, in the order finance reads, with totals that equal their rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.browser import Browser
from tests.provider import Provider
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.jobs import work_once
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now
from webapp.models.job import Job
from webapp.models.ledger import LedgerPeriod
from webapp.settlement.ledger.sync import start_reading

from .conftest import HTMX, PAID, PERIOD, cells, settled

Read = Callable[..., None]


at = datetime.fromisoformat


def viewed(app: Flask) -> list[str]:
    with app.app_context():
        found = select(AuditEntry.after).where(AuditEntry.event == "settlements.viewed").order_by(AuditEntry.seq)
        return [text or "" for text in db.session.scalars(found)]


def minor(text: str) -> int:
    return int(text.replace("\u2212", "-").replace(",", "").replace(".", "")) if text != "–" else 0


def test_a_period_is_read_on_demand_and_shown_in_the_order_finance_reads(
    farah: Browser, provider: Provider, read: Read
) -> None:
    settled(provider)
    settled(provider, amount=-5000, type="refund")
    settled(provider, amount=2000, type="instalment", fee_rate=450, fee_tax_rate=500, total_amount=1905)
    settled(provider, amount=-300, type="regularization")
    settled(provider, paid="2026-09-15T00:00:00Z", currency="KWD", amount=12345, fee_amount=85, total_amount=11672)
    settled(provider, paid=None)
    farah.open(PERIOD)
    assert "This period has not been read yet" in farah.words
    assert not provider.seen("GET", "/transactions"), "looking asks nobody"
    read(farah)
    headings = [" ".join(cell.get_text(" ").split()) for cell in farah.page.select("table.payouts thead th")]
    assert headings[:8] == [
        "Paid out", "Currency", "Sales", "Refunds", "Instalments", "Regularizations", "Fees", "Tax on fees"
    ]  # fmt: skip
    kuwait, dubai = cells(farah)
    assert dubai[:8] == ["8 Sep, 04:00", "AED", "814.80", "−50.00", "20.00", "−3.00", "−38.57", "−1.93"]
    assert dubai[8:] == ["AED 741.30", "Rows 4", "Not entered"]
    assert kuwait[1:3] == ["KWD", "12.345"]
    assert "AED 775.25 1 row in AED" in farah.words, "what is still to come"


def test_totals_equal_the_rows_also_over_several_pages(farah: Browser, provider: Provider, read: Read) -> None:
    for number in range(23):
        settled(
            provider, paid=f"2026-09-{1 + number:02}T00:00:00Z", amount=1000 * number + 7, total_amount=950 * number
        )
    read(farah)
    rows = [*cells(farah)]
    [total] = cells(farah, "tr.is-total")
    farah.follow("Next")
    assert cells(farah, "tr.is-total") == [total]
    rows += cells(farah)
    assert len(rows) == 23
    for column in range(2, len(rows[0]) - 3):
        assert sum(minor(row[column]) for row in rows) == minor(total[column]), column
    assert sum(minor(row[-3].split()[-1]) for row in rows) == minor(total[-3].split()[-1])


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        (
            "Asia/Dubai",
            {
                "2026-09-29": ["2026-09-29T19:59:59.999999Z"],
                "2026-09-30": ["2026-09-29T20:00:00Z", "2026-09-30T19:59:59.999999Z"],
                "2026-10-01": ["2026-09-30T20:00:00Z"],
            },
        ),
        ("UTC", {"2026-09-30": ["2026-09-30T23:59:59.999999Z"], "2026-10-01": ["2026-10-01T00:00:00Z"]}),
        ("America/New_York", {"2026-09-30": ["2026-10-01T03:59:59.999999Z"], "2026-10-01": ["2026-10-01T04:00:00Z"]}),
    ],
)
def test_days_are_those_of_the_account(
    desk: Callable[..., Browser], provider: Provider, zone: str, days: dict[str, list[str]]
) -> None:
    for paid in (moment for moments in days.values() for moment in moments):
        settled(provider, paid=paid)
    browser = desk(zone)
    browser.open("/demo/payouts?paid=range&paid_from=2026-09-29&paid_to=2026-10-02")
    browser.submit("Sync with Postpay")
    work_once(browser.app)
    for day, moments in days.items():
        browser.open(f"/demo/payouts?paid=range&paid_from={day}&paid_to={day}")
        links = [str(link["href"]) for link in browser.page.select("table.payouts td.at-start a")]
        named = [at(moment).strftime("%Y-%m-%dT%H%M%S.%fZ") for moment in reversed(moments)]
        assert links == [f"/demo/payouts/AED/{name}" for name in named]


def test_payouts_of_one_day_are_one_where_days_are_grouped(desk: Callable[..., Browser], provider: Provider) -> None:
    for moment in ("2026-09-07T20:00:00Z", "2026-09-08T19:59:59.999999Z", "2026-09-08T20:00:00Z"):
        settled(provider, paid=moment)
    browser = desk(payouts_by="day")
    browser.open(PERIOD)
    browser.submit("Sync with Postpay")
    work_once(browser.app)
    browser.open(PERIOD)
    assert [(row[0], row[-2]) for row in cells(browser)] == [
        ("Wednesday, 9 September 2026", "Rows 1"), ("Tuesday, 8 September 2026", "Rows 2"),
    ]  # fmt: skip
    browser.open("/demo/payouts/AED/2026-09-08")
    assert browser.heading == "Payout of AED 1,550.50"


def test_progress_is_shown_while_it_is_read_and_leads_back(farah: Browser, provider: Provider, app: Flask) -> None:
    settled(provider)
    farah.open(PERIOD)
    farah.submit("Sync with Postpay")
    assert farah.heading == "Reading payouts"
    assert farah.response.headers["Refresh"] == "2"
    assert "0 of 2 months done" in farah.words
    watched = farah.address
    with app.app_context(), writing() as session:
        session.execute(update(Job).values(done=120, total=500))
    farah.open(watched, headers={**HTMX, "X-Background": "1"})
    assert "120 of 500 transactions read" in farah.words
    farah.open(PERIOD)
    assert "Reading from Postpay" in farah.words
    assert work_once(app)
    farah.open(watched)
    assert farah.heading == "Payouts"
    assert len(cells(farah)) == 1
    response = farah.client.get(watched, headers=HTMX)
    assert response.headers["HX-Redirect"].startswith("/demo/payouts?")


def test_what_was_read_is_shown_meanwhile_but_its_sum_is_no_total(
    farah: Browser, provider: Provider, read: Read
) -> None:
    settled(provider)
    read(farah)
    farah.open("/demo/payouts?paid=range&paid_from=2026-08-01&paid_to=2026-09-30")
    assert "Part of this period has not been read yet" in farah.words
    assert len(cells(farah)) == 1
    assert cells(farah, "tr.is-total") == []
    assert "Not read yet: Jul 2026." in farah.words


def test_a_failure_is_said_with_a_way_to_try_again(farah: Browser, provider: Provider, app: Flask) -> None:
    settled(provider)
    provider.fault("status", method="GET", path="/transactions*", times=9, status=401)
    farah.open(PERIOD)
    farah.submit("Sync with Postpay")
    work_once(app)
    farah.open(PERIOD)
    assert "Not everything could be read from Postpay" in farah.words
    assert "did not accept the desk's own credentials" in farah.words
    provider.heal()
    farah.submit("Try again")
    work_once(app)
    farah.open(PERIOD)
    assert len(cells(farah)) == 1


def test_a_worker_that_was_killed_is_followed_by_one_that_reads_on(
    farah: Browser, provider: Provider, app: Flask
) -> None:
    for number in range(60):
        settled(provider, created=f"2026-09-01T10:{number:02}:00Z")
    farah.open(PERIOD)
    farah.submit("Sync with Postpay")
    provider.fault("status", method="GET", path="/transactions*", times=1, status=429, retry_after="1", skip=4)
    with app.app_context(), writing() as session:  # as it stands when its worker has just died
        session.execute(update(Job).values(state="running", holder="dead", attempt=1, lease_until=now()))
    assert work_once(app)
    farah.open(PERIOD)
    assert cells(farah)[0][-2] == "Rows 60"


def test_more_that_is_asked_for_meanwhile_is_read_by_the_same_job(
    farah: Browser, provider: Provider, app: Flask
) -> None:
    settled(provider)
    settled(provider, paid="2026-07-07T00:00:00Z", created="2026-07-01T10:00:00Z")
    for period in (PERIOD, "/demo/payouts?paid=range&paid_from=2026-07-05&paid_to=2026-07-09"):
        farah.open(period)
        if "Reading from Postpay" not in farah.words:
            farah.submit("Sync with Postpay")
        else:
            farah.send("/demo/payouts/read", {"csrf_token": token(farah), **query(period)})
    assert work_once(app)
    assert not work_once(app), "one job did it all"
    with app.app_context():
        months = set(db.session.scalars(select(LedgerPeriod.month)))
    assert months == {"", "2026-07", "2026-08", "2026-09"}


def token(browser: Browser) -> str:
    return str(browser.page.select_one("input[name=csrf_token]")["value"])  # type: ignore[index]


def query(address: str) -> dict[str, object]:
    return dict(pair.split("=") for pair in address.partition("?")[2].split("&"))  # type: ignore[misc]


def test_a_month_long_over_is_counted_by_the_worker_and_read_whole_when_a_person_asks(
    farah: Browser, provider: Provider, app: Flask, read: Read
) -> None:
    """A count does not show a total that has changed."""
    period, paid = "/demo/payouts?paid=range&paid_from=2026-03-02&paid_to=2026-03-30", "2026-03-08T00:00:00Z"
    row = settled(provider, paid, created="2026-03-01T10:00:00Z")
    read(farah, period)
    account = app.extensions["accounts"]["demo"]
    provider.forget()
    with app.app_context():
        start_reading(account, ["2026-03"], None, since=now())
    assert work_once(app)
    asked = [call["query"] for call in provider.seen("GET") if "2026-03" in call["query"]]
    assert [query.rpartition("=")[2] for query in asked] == ["1"], "one count"
    provider.change_transaction(row, total_amount=77025)
    read(farah, period, button="Sync again")
    assert cells(farah)[0][-3] == "AED 770.25"


def test_looking_at_totals_is_on_record_once_for_a_page_and_a_period(farah: Browser, app: Flask) -> None:
    for address in (PERIOD, PERIOD, f"{PERIOD}&currency=AED", PERIOD):
        farah.open(address)
    farah.open(PERIOD, headers=HTMX)
    whole, narrowed = viewed(app)
    assert '"since":"2026-09-01"' in whole
    assert '"until":"2026-09-30"' in whole
    assert '"currency":"AED"' in narrowed


def test_what_cannot_be_asked_is_said(farah: Browser) -> None:
    wrong = {
        "paid=range&paid_to=2026-09-30": "Choose the first day.",
        "paid=range&paid_from=2026-09-31": "Enter the day like 2026-11-20.",
        "paid=range&paid_from=2026-09-30&paid_to=2026-09-01": "The last day is before the first.",
        "paid=range&paid_from=2016-01-01&paid_to=2026-09-01": "Choose at most two years at once.",
        "paid=never": "Choose a time from the list.",
        "currency=XXQ": "Choose a currency from the list.",
    }
    for query, words in wrong.items():
        farah.open(f"/demo/payouts?{query}")
        assert farah.status == 422, query
        assert words in farah.words


def test_an_empty_period_is_said_and_the_filters_can_be_taken_away(
    farah: Browser, provider: Provider, read: Read
) -> None:
    settled(provider, paid=PAID)
    read(farah, "/demo/payouts?paid=range&paid_from=2026-08-02&paid_to=2026-08-03")
    assert "No payout in this period" in farah.words
    farah.follow("Clear all")
    assert farah.address == "/demo/payouts"
