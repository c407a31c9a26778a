"""The pages as finance reads them: three ways of being empty, pages of a list, fees by month, bank exceptions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

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
    assert farah.words.count("Nothing to look at") == 1, "bank exceptions are the desk's own"
    farah.open("/demo/to-look-at/unpaid")
    assert "Not checked yet Nothing was read from Postpay for this list so far." in farah.words
    assert farah.form("Check now")


def test_an_empty_list_that_was_checked_is_good_news(farah: Browser, book: Book) -> None:
    book.read("", month_of(now()))
    farah.open("/demo/to-look-at/unpaid")
    assert "Nothing to look at Nothing has waited that long for its payout." in farah.words
    assert "Transactions created more than 14 days ago that are in no payout yet." in farah.words
    farah.open("/demo/to-look-at/fees")
    assert "Every payout is what its own fees give, and no rate has changed." in farah.words


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
    assert "AED 0.10 too little" in words
    assert "KWD 0.010 too much" in words
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


def test_fees_by_month_as_table_and_picture(farah: Browser, book: Book) -> None:
    moments = [months_ago(book, count) for count in (2, 3, 4)]
    book.read(*(month_of(moment) for moment in moments), until=now() + timedelta(days=3))
    for moment in moments:
        book.row(paid=moment, created=moment)
    book.row(paid=moments[0], created=moments[1], currency="KWD")
    book.row(paid=moments[0], created=moments[0], currency="KWD", fee_rate=490, new_rate=True)
    farah.open("/demo/fees")
    words = farah.words.replace("\u00a0", " ")
    line = f"{moments[0]:%b %Y} Sales 814.80 AED Fees 37.67 AED Tax on fees 1.88 AED 4.85 % 1 Whole"
    assert line in " ".join(words.split())
    assert f"{moments[2]:%b %Y} Sales \u2013" in words, "its first hours are in a month of UTC that was not read"
    assert "Incomplete" in words
    assert "Not read" in words
    pictures = farah.page.select("svg[role=img]")
    assert [svg.get("class") for svg in pictures] == [["chart-wide"], ["chart-narrow"]] * 2
    for svg in pictures:
        named = [farah.page.find(id=name) for name in str(svg["aria-labelledby"]).split()]
        assert all(tag is not None and tag.get_text() for tag in named)
    assert f"{moments[0]:%b %Y}: 4.85 %" in str(farah.page.find(id="rate-AED-wide-desc")).replace("\u00a0", " ")
    assert "Sale KWD 4.9 %" in words
    assert words.count("Changed") == 1
    unread = next(a for a in farah.page.select(".notice a") if a.get_text() == f"{moments[2]:%b %Y}")
    assert str(unread["href"]).startswith("/demo/payouts?paid=range&paid_from=")
    farah.follow("Earlier")
    assert "Not read yet" in farah.words
    farah.follow("Later")
    assert "4.85" in farah.words
    farah.open("/demo/fees?until=nonsense")
    assert "4.85" in farah.words


def test_before_a_payout_was_read_fees_lead_to_payouts(farah: Browser, book: Book) -> None:
    farah.open("/demo/fees")
    assert "Not read yet" in farah.words
    farah.follow("Read them under Payouts")
    assert farah.address.startswith("/demo/payouts")
    book.read(month_of(datetime.now(UTC)))
    farah.open("/demo/fees")
    assert "Nothing was paid out in these months" in farah.words
