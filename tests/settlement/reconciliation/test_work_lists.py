"""What stands in a work list and what does not: to the microsecond, in three zones, on both engines."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, text

from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.check import ToLookAt
from webapp.models.ledger import LedgerRow
from webapp.settlement.ledger.rates import rate_before
from webapp.settlement.reconciliation.ages import Ages, ages
from webapp.settlement.reconciliation.check import orders_in_ledger
from webapp.settlement.reconciliation.counter import refresh_to_look_at
from webapp.settlement.reconciliation.work_lists import WorkList, belongs, checked_at, counts, rows_of

from .desk import TICK, Book

CUTS = [
    # A shop in Dubai, at noon there: three days before 21 November began at 20:00 UTC of the 17th.
    ("Asia/Dubai", "2026-11-21T08:00:00Z", "2026-11-17T20:00:00Z"),
    # The last moment of the same day there, and the first of the next.
    ("Asia/Dubai", "2026-11-21T19:59:59.999999Z", "2026-11-17T20:00:00Z"),
    ("Asia/Dubai", "2026-11-21T20:00:00Z", "2026-11-18T20:00:00Z"),
    ("UTC", "2026-11-21T23:59:59.999999Z", "2026-11-18T00:00:00Z"),
    ("UTC", "2026-11-22T00:00:00Z", "2026-11-19T00:00:00Z"),
    # Over the end of a month, and of February.
    ("UTC", "2026-12-02T12:00:00Z", "2026-11-29T00:00:00Z"),
    ("UTC", "2026-03-02T12:00:00Z", "2026-02-27T00:00:00Z"),
    # Clocks went forward on 8 March and back on 1 November: days of 23 and of 25 hours.
    ("America/New_York", "2026-03-10T12:00:00Z", "2026-03-07T05:00:00Z"),
    ("America/New_York", "2026-11-03T12:00:00Z", "2026-10-31T04:00:00Z"),
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def span_at(book: Book, zone: str, moment: str) -> Ages:
    """Of a shop in a zone, where everything is too old after three days."""
    days = {"check_captured_days": 3, "check_refunded_days": 3, "check_paid_days": 3}
    return ages(book.in_zone(zone), book.settings.model_copy(update=days), at(moment))


def names(book: Book, work_list: WorkList, span: Ages, *, page: int = 1, size: int = 50) -> list[str]:
    return [row.transaction_id for row in rows_of(work_list, "demo", span, page=page, size=size)]


def test_more_than_n_days_is_by_the_shops_calendar(any_book: Book) -> None:
    for zone, moment, cut in CUTS:
        span = span_at(any_book, zone, moment)
        assert span.captured == span.refunded == span.unpaid == at(cut), (zone, moment)
        too_old = any_book.row(created=at(cut) - TICK)
        just_not = any_book.row(created=at(cut))
        listed = names(any_book, WorkList.UNPAID, span)
        assert too_old in listed, (zone, moment)
        assert just_not not in listed, (zone, moment)


def test_only_a_sale_of_the_same_account_settles_an_order(any_book: Book) -> None:
    any_book.row(order_id="settled")
    any_book.row(order_id="refunded only", type="refund", amount=-100)
    asked = ["settled", "refunded only", *(f"order-{number}" for number in range(1200))]
    assert orders_in_ledger("demo", asked) == {"settled"}
    assert orders_in_ledger("another", asked) == set()


def test_the_fee_check_lists_what_is_off_by_more_than_one_and_new_rates(any_book: Book) -> None:
    off = [any_book.row(off=difference) for difference in (-2, 2, 500)]
    for difference in (-1, 0, 1):
        any_book.row(off=difference)
    new = any_book.row(new_rate=True)
    any_book.row(off=7, created=now() - timedelta(days=200))
    any_book.row(type="refund", amount=-100, total=-100, fee_minor=None, fee_rate=None, fee_tax_rate=None)
    span = ages(any_book.account, any_book.settings, now())
    assert set(names(any_book, WorkList.FEES, span)) == {*off, new}


def test_a_new_rate_is_told_with_the_one_before_it(any_book: Book) -> None:
    moment = now() - timedelta(days=2)
    first = any_book.row(created=moment)
    new = any_book.row(created=moment, fee_rate=490, new_rate=True)
    any_book.row(created=moment - TICK, currency="KWD", fee_rate=1)
    any_book.row(created=moment - TICK, type="refund", fee_rate=2)
    any_book.row(created=moment + TICK, fee_rate=3)
    rows = {name: db.session.get_one(LedgerRow, ("demo", name)) for name in (first, new)}
    before = rate_before(any_book.account, rows[new])
    assert before is not None
    assert before.first_id == first
    assert rate_before(any_book.account, rows[first]) is None


def test_what_waits_longest_comes_first_and_pages_fit_together(any_book: Book) -> None:
    waiting = [any_book.row(created=now() - timedelta(days=60 - number)) for number in range(25)]
    any_book.row(created=now() - timedelta(days=70), paid=now())
    span = ages(any_book.account, any_book.settings, now())
    pages = [names(any_book, WorkList.UNPAID, span, page=number, size=10) for number in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    assert [name for page in pages for name in page] == waiting
    assert counts("demo", span)[WorkList.UNPAID] == 25
    assert counts("another", span)[WorkList.UNPAID] == 0


def test_the_counter_holds_all_lists_together(any_book: Book) -> None:
    any_book.row(off=9)
    any_book.row(created=now() - timedelta(days=30))
    assert refresh_to_look_at(any_book.account) == 2
    assert db.session.scalar(select(ToLookAt.count)) == 2


def test_nothing_is_known_of_a_list_before_it_was_read(any_book: Book) -> None:
    assert set(checked_at(any_book.account).values()) == {None}
    any_book.read("2026-10")
    known = checked_at(any_book.account)
    assert known[WorkList.FEES] is not None
    assert known[WorkList.UNPAID] is known[WorkList.CAPTURED] is known[WorkList.REFUNDED] is None
    any_book.read("")
    assert checked_at(any_book.account)[WorkList.UNPAID] is not None


def test_a_small_window_looks_no_further(any_book: Book) -> None:
    near = any_book.settings.model_copy(update={"check_window_days": 7})
    off = any_book.row(off=9, created=now() - timedelta(days=6))
    any_book.row(off=9, created=now() - timedelta(days=9))
    assert names(any_book, WorkList.FEES, ages(any_book.account, near, now())) == [off]


def test_long_ledgers_are_not_read_through_to_count_what_is_to_be_looked_at(book: Book) -> None:
    span = ages(book.account, book.settings, now())
    with book.app.app_context():
        for work_list, index in ((WorkList.FEES, "ix_ledger_row_flagged"), (WorkList.UNPAID, "ix_ledger_row_unpaid")):
            table, conditions = belongs(work_list, "demo", span)
            asked = select(func.count()).select_from(table).where(*conditions)
            statement = asked.compile(db.engine, compile_kwargs={"literal_binds": True})
            assert index in str(db.session.execute(text(f"EXPLAIN QUERY PLAN {statement}")).all())
