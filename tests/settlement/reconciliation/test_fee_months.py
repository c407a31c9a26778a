"""What was kept of a month's sales: between its ends, to the minor unit, rounded once, on both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.models.base import now
from webapp.settlement.reconciliation.fee_months import (
    FeeMonth,
    FeeMonths,
    Sums,
    charged_rates,
    fee_months,
    month_span,
    months_until,
)

from .desk import TICK, Book

ZONES = ("Asia/Dubai", "UTC", "America/New_York")
LATER = datetime(2026, 12, 20, tzinfo=UTC)


def figures(book: Book, zone: str = "UTC", *, last: date = date(2026, 11, 30), months: int = 3) -> dict[str, FeeMonth]:
    """The AED lines by month, as they are on 20 December."""
    account = book.in_zone(zone)
    lines = fee_months(account, months_until(last, months, account, LATER)).get("AED", [])
    return {f"{line.month.first:%Y-%m}": line for line in lines}


@pytest.mark.parametrize("zone", ZONES)
def test_a_month_holds_what_was_paid_out_between_its_two_ends(any_book: Book, zone: str) -> None:
    any_book.read("2026-08", "2026-09", "2026-10", "2026-11", "2026-12", until=LATER)
    start, end = month_span(date(2026, 10, 1), ZoneInfo(zone))
    assert start == datetime(2026, 10, 1, tzinfo=ZoneInfo(zone))
    for amount, paid in ((1, start - TICK), (20, start), (300, end - TICK), (4000, end)):
        any_book.row(amount=amount, total=amount, fee_minor=0, fee_rate=0, fee_tax_rate=0, paid=paid)
    found = {month: line.sums.amount_minor for month, line in figures(any_book, zone).items() if line.sums}
    assert found == {"2026-11": 4000, "2026-10": 320, "2026-09": 1}


def test_the_rate_by_hand(any_book: Book) -> None:
    """81480 - 77525 = 3955 of 81480 are 4.8539… %; with a free sale of the same amount half of that."""
    any_book.read("2026-10", "2026-11", until=LATER)
    paid = datetime(2026, 11, 10, tzinfo=UTC)
    any_book.row(paid=paid)
    any_book.row(type="refund", amount=-5000, total=-5000, fee_minor=0, fee_rate=0, fee_tax_rate=0, paid=paid)
    sums = figures(any_book)["2026-11"].sums
    assert sums is not None
    assert (sums.amount.minor, sums.fees.minor, sums.tax.minor, sums.kept.minor) == (81480, 3767, 188, 3955)
    assert (sums.rate, sums.count, sums.besides.minor) == (485, 1, 0)
    any_book.row(total=81480, fee_minor=0, fee_rate=0, fee_tax_rate=0, paid=paid)
    any_book.row(amount=10000, type="instalment", off=-3, paid=paid)
    sums = figures(any_book)["2026-11"].sums
    assert sums is not None
    assert (sums.amount.minor, sums.count, sums.besides.minor) == (172960, 3, 3)


@given(st.integers(1, 10**15), st.integers(-(10**15), 10**15))
def test_a_rate_is_the_nearest_hundredth_of_a_per_cent(amount: int, kept: int) -> None:
    rate = Sums("AED", amount_minor=amount, total_minor=amount - kept).rate
    assert rate is not None
    exact = Fraction(kept * 10_000, amount)
    assert abs(rate - exact) <= Fraction(1, 2)
    assert rate - exact != Fraction(-1, 2)


def test_without_sales_there_is_no_rate() -> None:
    assert Sums("AED").rate is None
    assert Sums("AED", amount_minor=-5, total_minor=-5).rate is None


@pytest.mark.parametrize(
    ("zone", "read", "until", "told"),
    [
        ("UTC", [], LATER, FeeMonths.NOTHING),
        ("UTC", ["2026-10"], LATER, FeeMonths.WHOLE),
        # October of Dubai began in September of UTC, and that of New York ended in November.
        ("Asia/Dubai", ["2026-10"], LATER, FeeMonths.PART),
        ("Asia/Dubai", ["2026-09", "2026-10"], LATER, FeeMonths.WHOLE),
        ("America/New_York", ["2026-10"], LATER, FeeMonths.PART),
        ("America/New_York", ["2026-10", "2026-11"], LATER, FeeMonths.WHOLE),
        # Read on its last day, and when it was over.
        ("UTC", ["2026-10"], datetime(2026, 10, 31, 12, tzinfo=UTC), FeeMonths.RUNNING),
        ("UTC", ["2026-10"], datetime(2026, 11, 1, tzinfo=UTC), FeeMonths.WHOLE),
    ],
)
def test_a_month_is_whole_only_when_all_of_it_was_read(
    book: Book, zone: str, read: list[str], until: datetime, told: FeeMonths
) -> None:
    book.read(*read, until=until)
    with book.app.app_context():
        [month] = months_until(date(2026, 10, 5), 1, book.in_zone(zone), LATER)
    assert month.reading is told


def test_the_month_under_way_is_so_far(book: Book) -> None:
    book.read("2026-12", until=LATER)
    with book.app.app_context():
        [month] = months_until(date(2026, 12, 5), 1, book.in_zone("UTC"), LATER)
    assert month.reading is FeeMonths.RUNNING


def test_of_a_month_that_was_not_read_nothing_is_told(any_book: Book) -> None:
    any_book.read("2026-11", until=LATER)
    for month in (10, 11):
        any_book.row(paid=datetime(2026, month, 10, tzinfo=UTC))
    found = figures(any_book, months=2)
    assert found["2026-10"].sums is None
    assert found["2026-11"].sums is not None


def test_every_rate_is_told_with_the_days_it_was_seen_and_whether_it_is_a_change(any_book: Book) -> None:
    first, second, third = (now() - timedelta(days=days) for days in (9, 5, 2))
    any_book.row(created=first)
    any_book.row(created=second)
    any_book.row(created=third, fee_rate=490, new_rate=True)
    any_book.row(created=third, currency="KWD")
    any_book.row(created=third, type="refund", amount=-5, total=-5, fee_minor=0, fee_rate=0, fee_tax_rate=0)
    found = charged_rates(any_book.account)
    assert [(one.currency, one.type, one.rate, one.rows, one.is_change) for one in found] == [
        ("AED", "order", 490, 1, True),
        ("AED", "order", 450, 2, False),
        ("KWD", "order", 450, 1, False),
    ]
    assert (found[1].first, found[1].last) == (first, second)
