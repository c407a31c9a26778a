"""The pages as finance reads them: three ways of being empty, pages of a list, fees by month, bank exceptions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.browser import Browser
from webapp.core.database import writing
from webapp.models.bank_receipt import BankReceipt, ReceiptState
from webapp.models.base import now
from webapp.models.user import User
from webapp.settlement.ledger.periods import month_of
from webapp.settlement.reconciliation.fee_months import month_span

from .desk import Book, ids_in


def test_before_the_first_check_nothing_is_called_good(farah: Browser) -> None:
    farah.open("/demo/to-look-at")
    assert farah.words.count("Not checked yet") == 5
    assert "Nothing needs review" not in farah.words
    assert "No amount entered yet" in farah.words
    farah.open("/demo/to-look-at/unpaid")
    assert "Not checked yet Nothing has been read from Postpay for this list so far." in farah.words
    assert farah.form("Check now")
    farah.open("/demo/to-look-at/bank")
    assert "No amount entered yet Nobody has entered yet what the bank received." in farah.words
    assert "Nothing needs review" not in farah.words


def test_an_empty_list_that_was_checked_is_good_news(farah: Browser, book: Book) -> None:
    book.read("", month_of(now()))
    farah.open("/demo/to-look-at/unpaid")
    assert "Nothing needs review Nothing has waited that long for its payout." in farah.words
    assert "Transactions created more than 14 days ago that are in no payout yet." in farah.words
    farah.open("/demo/to-look-at/fees")
    assert "Every payout matches its own fees, and no rate has changed." in farah.words


def test_the_fee_check_says_why_and_leads_on(farah: Browser, book: Book) -> None:
    book.read("")
    off = book.row(off=-525, order_id="order 1/2")
    book.row(created=now() - timedelta(days=3))
    book.row(created=now() - timedelta(days=3), fee_rate=1, currency="KWD")
    new = book.row(fee_minor=150, fee_rate=490, new_rate=True, created=now() - timedelta(days=2))
    farah.open("/demo/to-look-at/fees")
    assert ids_in(farah) == [off, new]
    assert "Payout is AED\u00a05.25 too little" in farah.response.get_data(as_text=True)
    assert "New rate: 4.9 % + AED 1.50, tax 5 %; was 4.5 % + AED 1.00, tax 5 %" in farah.words.replace("\u00a0", " ")
    links = [a["href"] for a in farah.page.select("table.to-look-at a")]
    assert links == [f"/demo/settlements/{off}", "/demo/orders/order%201%2F2", f"/demo/settlements/{new}"]


def test_a_long_list_has_pages_of_twenty_or_fifty(farah: Browser, book: Book) -> None:
    book.read("")
    rows = [book.row(created=now() - timedelta(days=80 - number)) for number in range(55)]
    farah.open("/demo/to-look-at/unpaid")
    assert ids_in(farah) == rows[:20]
    farah.follow("Next")
    assert ids_in(farah) == rows[20:40]
    assert "Showing 21–40 of 55" in farah.words
    farah.follow("50")
    assert ids_in(farah) == rows[:50]
    farah.open("/demo/to-look-at/unpaid?page=9")
    assert "There is no page 9" in farah.words
    for odd in ("page=x&page_size=7", "page=-3", "page=99999999999999999999"):
        farah.open(f"/demo/to-look-at/unpaid?{odd}")
        assert farah.status == 200, odd


def test_no_open_difference_is_good_news_once_an_amount_was_entered(farah: Browser, book: Book) -> None:
    with book.app.app_context(), writing() as session:
        person = session.scalars(select(User).where(User.name == "Farah Finance")).one()
        session.add(
            BankReceipt(
                account="demo", currency="AED", payout="2026-11-19T000000.000000Z", received_minor=1,
                expected_minor=1, state=ReceiptState.EQUAL, entered_by=person.id,
            )
        )  # fmt: skip
    farah.open("/demo/to-look-at/bank")
    assert "Nothing needs review There is no open difference at the bank." in farah.words


def test_open_bank_exceptions_are_listed_with_their_owner(farah: Browser, book: Book) -> None:
    for currency, received, state in (("AED", 9990, "open"), ("KWD", 10010, "open"), ("SAR", 1, "closed")):
        with book.app.app_context(), writing() as session:
            person = session.scalars(select(User).where(User.name == "Farah Finance")).one()
            session.add(
                BankReceipt(
                    account="demo", currency=currency, payout="2026-11-19T000000.000000Z", received_minor=received,
                    expected_minor=10000, state=ReceiptState(state), entered_by=person.id,
                    owner_id=person.id if currency == "AED" else None,
                )
            )  # fmt: skip
    farah.open("/demo/to-look-at/bank")
    words = farah.words.replace("\u00a0", " ")
    assert "The bank received AED 0.10 less" in words
    assert "The bank received KWD 0.010 more" in words
    table = farah.page.select_one("table.to-look-at")
    assert table is not None
    assert [cell.get_text(strip=True) for cell in table.select("td:last-child")] == ["Farah Finance", "Nobody yet"]
    assert all(words.startswith("19 Nov") and words.endswith(", 04:00") for words in ids_in(farah))
    assert [a["href"] for a in table.select("a")] == [
        "/demo/payouts/AED/2026-11-19T000000.000000Z",
        "/demo/payouts/KWD/2026-11-19T000000.000000Z",
    ]


def test_another_list_does_not_exist(farah: Browser) -> None:
    farah.open("/demo/to-look-at/everything")
    assert farah.status == 404


def test_the_counter_beside_the_place_is_what_was_counted_last(
    farah: Browser, book: Book, sign_in: Callable[[str], Browser]
) -> None:
    book.row(off=9)
    farah.open("/demo/orders")
    assert farah.page.select_one(".side a[href='/demo/to-look-at'] .count") is None, "not counted yet"
    farah.open("/demo/to-look-at")
    farah.open("/demo/orders")
    counter = farah.page.select_one(".side a[href='/demo/to-look-at'] .count")
    assert counter is not None
    assert counter.get_text(" ", strip=True) == "1 waiting"
    agent = sign_in("agent")
    agent.open("/demo/orders")
    assert agent.page.select_one(".side a[href='/demo/to-look-at']") is None


def months_ago(book: Book, count: int) -> datetime:
    """The middle of a month that is so many months back, at the shop."""
    first = now().astimezone(book.account.zone).date().replace(day=1)
    for _ in range(count):
        first = (first - timedelta(days=1)).replace(day=1)
    start, end = month_span(first, book.account.zone)
    return start + (end - start) / 2


@pytest.fixture
def fees(farah: Browser, book: Book) -> tuple[Browser, list[datetime]]:
    """Three months with payouts, of which the oldest was not read whole; and the months."""
    moments = [months_ago(book, count) for count in (2, 3, 4)]
    book.read(*(month_of(moment) for moment in moments), until=now() + timedelta(days=3))
    for moment in moments:
        book.row(paid=moment, created=moment)
        book.row(paid=moment, created=moment)
    book.row(paid=moments[0], created=moments[1], currency="KWD")
    book.row(paid=moments[0], created=moments[0], currency="KWD", fee_rate=490, new_rate=True)
    farah.open("/demo/fees")
    return farah, moments


def plain(browser: Browser) -> str:
    return " ".join(browser.words.replace("\u00a0", " ").split())


def test_fees_by_month_as_table_and_picture(fees: tuple[Browser, list[datetime]]) -> None:
    farah, moments = fees
    line = f"{moments[0]:%b %Y} Charged amount AED 1,629.60 Fees AED 75.34 Tax on fees AED 3.76 4.85 % 2 Whole"
    assert line in plain(farah)
    assert "“Sales” under Payouts are the sales alone." in plain(farah)
    pictures = farah.page.select("svg[role=img]")
    assert [svg.get("class") for svg in pictures] == [["chart-wide"], ["chart-narrow"]]
    for svg in pictures:
        named = [farah.page.find(id=name) for name in str(svg["aria-labelledby"]).split()]
        assert all(tag is not None and tag.get_text() for tag in named)
    assert f"{moments[0]:%b %Y}: 4.85 %" in str(farah.page.find(id="rate-wide-desc")).replace("\u00a0", " ")
    farah.follow("Earlier")
    assert "Not read yet" in farah.words
    farah.follow("Later")
    assert "4.85" in farah.words
    farah.open("/demo/fees?until=nonsense")
    assert "4.85" in farah.words


def test_months_that_were_not_read_are_folded_and_lead_to_where_they_can_be_read(
    fees: tuple[Browser, list[datetime]], book: Book
) -> None:
    farah, moments = fees
    shown = [cell.get_text(strip=True) for cell in farah.page.select("table.fees td.at-start")]
    assert shown == [f"{moment:%b %Y}" for moment in moments[:2]]
    folded = farah.page.select_one("details#unread")
    assert folded is not None
    assert not folded.has_attr("open")
    words = " ".join(folded.get_text(" ").split())
    assert words.startswith("10 months were not read completely")
    assert f"{moments[2]:%b %Y} Incomplete" in words, "its first hours are in a month of UTC that was not read"
    assert f"{months_ago(book, 0):%b %Y} Not read" in words
    farah.follow(f"{moments[2]:%b %Y}")
    assert farah.address.startswith("/demo/payouts?paid=range&paid_from=")


def test_a_currency_is_chosen_by_a_link_and_kept_while_the_year_is_turned(fees: tuple[Browser, list[datetime]]) -> None:
    farah, _ = fees
    assert [(a.get_text(), a.get("aria-current")) for a in farah.page.select(".tabs a")] == [
        ("AED", "page"),
        ("KWD", None),
    ]
    assert "KWD 4.9 %" not in plain(farah)
    farah.follow("KWD")
    assert "Effective rate in KWD" in plain(farah)
    assert "Sale KWD 4.9 %" in plain(farah)
    assert plain(farah).count("Changed") == 1
    farah.follow("Earlier")
    assert farah.address.endswith("&currency=KWD")
    farah.follow("Later")
    assert "Effective rate in KWD" in plain(farah)
    for odd in ("ZZZ", "aed", "%00", "x" * 3000):
        farah.open(f"/demo/fees?currency={odd}")
        assert "Effective rate in AED" in plain(farah), odd


def test_a_month_says_as_of_when_it_is_and_when_its_parts_are_of_two_moments(farah: Browser, book: Book) -> None:
    middle = months_ago(book, 2)
    read = months_ago(book, 1).astimezone(UTC).replace(day=20, hour=8, minute=15, second=0, microsecond=0)
    first, last = f"{read:%-d %b}, 09:15", f"{read:%-d %b}, 12:15"
    book.read(month_of(middle), until=read)
    book.read(month_of(months_ago(book, 3)), until=read - timedelta(hours=3))
    book.row(paid=middle, created=middle)
    farah.open("/demo/fees")
    words = farah.words.replace(f" {read.year}", "")
    assert f"Whole {first} – {last}" in words
    assert f"As Postpay said: {first} – {last} ." in words
    book.read(month_of(months_ago(book, 3)), until=read)
    farah.open("/demo/fees")
    words = farah.words.replace(f" {read.year}", "")
    assert f"Whole {last} " in words
    assert f"As Postpay said: {last} ." in words


def test_before_a_payout_was_read_fees_lead_to_payouts(farah: Browser, book: Book) -> None:
    farah.open("/demo/fees")
    assert "Not read yet" in farah.words
    farah.follow("Read them under Payouts")
    assert farah.address.startswith("/demo/payouts")
    book.read(month_of(months_ago(book, 0)))
    farah.open("/demo/fees")
    assert "Not read yet" in farah.words, "its first hours are in a month of UTC that was not read"
    book.read(month_of(months_ago(book, 1)))
    farah.open("/demo/fees")
    assert "Nothing was paid out in the months that were read" in farah.words
    book.read(*(month_of(months_ago(book, count)) for count in range(13)))
    farah.open("/demo/fees")
    assert "Nothing was paid out in these months" in farah.words
