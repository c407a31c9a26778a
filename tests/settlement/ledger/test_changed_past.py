"""The provider changes what it told before: figures follow once they are proved, and the difference is on record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.months import first_of, shifted
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.ledger import LedgerChange, LedgerPeriod
from webapp.settlement.ledger.payout_id import Naming, PayoutsBy
from webapp.settlement.ledger.payouts import Payout, coming, payouts, totals
from webapp.settlement.ledger.periods import COMING, periods_of
from webapp.settlement.ledger.sync import Reading

from .conftest import Shop

CURRENT = datetime.now(UTC).strftime("%Y-%m")
LAST, BEFORE, OLD = (shifted(CURRENT, -back) for back in (1, 2, 7))
FIRST, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def on(month: str, day: int, clock: str = "08:00:00") -> str:
    return f"{month}-{day:02}T{clock}Z"


def last_evening(month: str) -> str:
    """21:30 UTC on the last day: the next month in Dubai."""
    return (first_of(shifted(month, 1)) - timedelta(hours=2, minutes=30)).isoformat()


def shown(shop: Shop, by: PayoutsBy = PayoutsBy.MOMENT) -> dict[str, Payout]:
    return {one.name: one for one in payouts(shop.account, Naming(by, shop.account.zone), FIRST, END)}


def period(shop: Shop, month: str) -> LedgerPeriod:
    return periods_of(shop.account, [month])[month]


def changes() -> list[tuple[str, str]]:
    found = db.session.execute(select(LedgerChange.transaction_id, LedgerChange.kind).order_by(LedgerChange.id)).all()
    release()
    return [(name, kind) for name, kind in found]


def time_passes(**passed: int) -> None:
    with writing() as session:
        for one in session.scalars(select(LedgerPeriod)):
            one.read, one.checked = (moment and moment - timedelta(**passed) for moment in (one.read, one.checked))
    db.session.expunge_all()


@pytest.mark.parametrize("trouble", ["a row that cannot be read", "a count that does not match"])
def test_what_could_not_be_proved_leaves_the_last_figures_with_the_failure_named(shop: Shop, trouble: str) -> None:
    shop.row(on(LAST, 24))
    shop.read(LAST)
    before = period(shop, LAST)
    ids = [shop.row(on(LAST, 24))["id"] for _ in range(60)]
    if trouble == "a row that cannot be read":
        shop.provider.change_transaction(ids[40], amount=814.8)
        failed = shop.read(LAST)
        assert (period(shop, LAST).bad_row, period(shop, LAST).bad_field) == (ids[40], "amount")
    else:
        failed = shop.read(LAST, tell=lambda rows, counted: rows and shop.row(on(LAST, 24)))
    after = period(shop, LAST)
    assert failed == {LAST: after.failure} == {LAST: "unreadable_row" if "row" in trouble else "incomplete"}
    assert (after.generation, after.rows, after.read) == (before.generation, 1, before.read)
    [payout] = shown(shop).values()
    assert (payout.figures.count, payout.figures.net.minor, payout.read) == (1, 77525, (before.read, before.read))


@pytest.mark.parametrize("paid", [on(LAST, 15), last_evening(LAST)])
def test_a_row_paid_late_into_a_month_that_is_over_turns_up_there(shop: Shop, paid: str) -> None:
    shop.row(on(LAST, 3))
    late = shop.row(None)["id"]
    assert shop.read(COMING, CURRENT, LAST) == {}
    shop.provider.change_transaction(late, paid=paid)
    assert shop.read(COMING) == {}
    assert coming(shop.account).figures == []
    assert shop.rows()[late].period == LAST
    by_day = shown(shop, PayoutsBy.DAY)
    day = datetime.fromisoformat(paid.replace("Z", "+00:00")).astimezone(shop.account.zone).date().isoformat()
    assert by_day[day].figures.count == 1
    assert changes() == [], "to be paid out is no change"


def test_paid_rows_that_move_are_unpaid_or_told_otherwise_are_corrected_and_on_record(shop: Shop) -> None:
    ids = [shop.row(on(LAST, 24), total_amount=1000 + number)["id"] for number in range(10)]
    shop.read(COMING, LAST)
    first, bounced = shown(shop)[f"{LAST}-24T080000.000000Z"], f"{LAST}-27T080000.000000Z"
    assert first.figures.net.minor == 10_045
    for name in ids[:3]:
        shop.provider.change_transaction(name, paid=on(LAST, 27))
    for name in ids[3:5]:
        shop.provider.change_transaction(name, paid=None)
    shop.provider.change_transaction(ids[5], total_amount=1005 - 500)
    assert shop.read(LAST) == {}
    after = shown(shop)
    assert (after[first.name].figures.count, after[first.name].figures.net.minor) == (5, 5 * 1000 + 35 - 500)
    assert (after[bounced].figures.count, after[bounced].figures.net.minor) == (3, 3003)
    assert [one.count for one in coming(shop.account).figures] == [2]
    assert sorted(changes()) == sorted([(name, "moved") for name in ids[:5]] + [(ids[5], "changed")])
    assert (after[first.name].changes, after[bounced].changes) == (6, 3)
    shop.provider.remove_transaction(ids[9])
    shop.read(LAST)
    assert shown(shop)[first.name].figures.count == 4
    assert changes()[-1] == (ids[9], "gone")


def test_what_is_dated_in_the_future_is_kept_and_told_as_such(shop: Shop) -> None:
    ahead = (now() + timedelta(days=3)).isoformat()
    ids = {shop.row(ahead)["id"], shop.row(on(LAST, 3), created=ahead)["id"]}
    assert shop.read(COMING, CURRENT, LAST) == {}
    assert set(shop.rows()) == ids
    assert [one.count for one in coming(shop.account).dated_later] == [1]


BROKEN = [
    {"kind": "truncated"}, {"kind": "malformed"}, {"kind": "html"}, {"kind": "status", "status": 429},
    {"kind": "status", "status": 503}, {"kind": "drop_before"}, {"kind": "reset"}, {"kind": "status", "status": 401},
    {"kind": "malformed", "body": '{"count": 7, "results": []}'},
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: "-".join(map(str, broken.values()))[:20])
def test_one_broken_answer_of_a_count_is_asked_for_again(shop: Shop, broken: dict[str, object]) -> None:
    shop.row(on(OLD, 8))
    shop.read(OLD)
    time_passes(days=1)
    begun = now()
    shop.provider.fault(method="GET", path="/transactions*", **broken)
    reading = Reading(shop.account, lambda *_: None, lambda _: None)
    reading.bring_up_to_date(OLD)
    assert reading.failed == {}
    assert (period(shop, OLD).failure, period(shop, OLD).generation) == (None, 1), "it was counted"
    assert begun <= period(shop, OLD).checked


def test_a_bad_row_keeps_only_its_own_period(shop: Shop) -> None:
    good, bad = shop.row(on(LAST, 3))["id"], shop.row(on(BEFORE, 3))["id"]
    shop.provider.change_transaction(bad, total_amount=775.25)
    assert shop.read(BEFORE, LAST, CURRENT) == {BEFORE: "unreadable_row"}
    assert set(shop.rows()) == {good}
    assert (period(shop, BEFORE).bad_row, period(shop, BEFORE).bad_field) == (bad, "total_amount")
    assert period(shop, LAST).failure is None


@pytest.mark.parametrize("odd", [{"fee_rate": 2.5}, {"fee_rate": 2**40}, {"fee_amount": "n/a"}], ids=str)
def test_a_fee_that_cannot_be_read_takes_no_payout_away_and_explains_nothing(
    shop: Shop, odd: dict[str, object]
) -> None:
    sale = shop.row(on(LAST, 3))["id"]
    shop.provider.change_transaction(sale, **odd)
    assert shop.read(LAST) == {}
    row = shop.rows()[sale]
    assert (row.fee_minor, row.fee_rate, row.fee_tax_rate, row.fees_minor, row.tax_minor) == (None, None, None, 0, 0)
    assert (row.total_minor, row.off_by, row.is_fee_unread) == (77525, 77525 - 81480, True)
    assert [(one.net.minor, one.difference.minor) for one in totals(shown(shop).values())] == [(77525, -3955)]
    assert [one.flagged for one in shown(shop).values()] == [1]


def test_sums_are_not_bound_to_64_bits(shop: Shop) -> None:
    for paid in (on(LAST, 3), on(LAST, 3), None, None):
        shop.row(paid, amount=9 * 10**18, type="regularization", total_amount=9 * 10**18)
    shop.read(COMING, LAST)
    assert [one.net.minor for one in totals(shown(shop).values())] == [18 * 10**18]
    assert [one.net.minor for one in coming(shop.account).figures] == [18 * 10**18]


def test_no_state_is_shown_that_the_provider_never_had(shop: Shop) -> None:
    """A row moves to another month, then one is booked late; the first month cannot be shown without the second."""
    moved, bad = shop.row(on(LAST, 3))["id"], shop.row(on(BEFORE, 3))["id"]
    shop.read(LAST, BEFORE)
    shop.provider.change_transaction(moved, paid=on(BEFORE, 20))
    shop.provider.change_transaction(bad, amount=814.8)
    late = shop.row(on(LAST, 5))["id"]
    assert shop.read(LAST) == {LAST: "unreadable_row", BEFORE: "unreadable_row"}
    assert {name: row.period for name, row in shop.rows().items()} == {moved: LAST, bad: BEFORE}
    assert (period(shop, LAST).failure, period(shop, BEFORE).failure) == ("held_back", "unreadable_row")
    shop.provider.change_transaction(bad, amount=81480)
    assert shop.read(LAST) == {}
    assert {name: row.period for name, row in shop.rows().items()} == {moved: BEFORE, bad: BEFORE, late: LAST}
    assert changes() == [(moved, "moved")]


def test_each_period_tells_its_own_moment(shop: Shop) -> None:
    shop.row(last_evening(LAST)), shop.row(f"{CURRENT}-01T00:00:00Z"), shop.row(None)
    shop.read(LAST)
    time_passes(days=1)
    shop.read(COMING, CURRENT)
    first, second = period(shop, LAST).read, period(shop, CURRENT).read
    assert {one.read for one in shown(shop).values()} == {(first, first), (second, second)}
    assert [one.read for one in shown(shop, PayoutsBy.DAY).values()] == [(first, second)], "one day, of two months"
    assert coming(shop.account).as_of == period(shop, COMING).read > second - timedelta(minutes=1)


def test_a_row_that_moves_to_a_month_of_years_ago_or_to_no_date_of_this_age_is_found(shop: Shop) -> None:
    ids = [shop.row(on(LAST, 3))["id"] for _ in range(2)]
    shop.read(LAST)
    shop.provider.change_transaction(ids[0], paid="2017-02-03T00:00:00Z")
    shop.provider.change_transaction(ids[1], paid="0001-01-01T00:00:00Z")
    assert shop.read(LAST) == {}
    assert {name: row.period for name, row in shop.rows().items()} == {ids[0]: "2017-02", ids[1]: "0001-01"}


def test_a_row_with_a_comma_in_its_id_is_found_where_it_went(shop: Shop) -> None:
    ids = [shop.row(on(LAST, 3), id=name)["id"] for name in ("t-1,2", "t-3", "t-4")]
    shop.read(LAST)
    for name in ids[:2]:
        shop.provider.change_transaction(name, paid=on(BEFORE, 3))
    assert shop.read(LAST) == {}
    assert [shop.rows()[name].period for name in ids] == [BEFORE, BEFORE, LAST]
