"""Reading what was settled: whole or not at all, once and for ever, on both engines."""

from __future__ import annotations

import pytest

from webapp.core.database import is_writing, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.ledger import LedgerPeriod
from webapp.providers.http.errors import Unauthorized
from webapp.settlement.ledger.payout_id import Naming, PayoutsBy
from webapp.settlement.ledger.payouts import payouts, rows_of_order, totals
from webapp.settlement.ledger.periods import periods_of
from webapp.settlement.ledger.rates import mark_new_rates

from .conftest import Shop, at

SEPTEMBER = ("2026-09-01T00:00:00.000000Z", "2026-09-30T23:59:59.999999Z")


def by_moment(shop: Shop) -> Naming:
    return Naming(PayoutsBy.MOMENT, shop.account.zone)


def period(shop: Shop, month: str) -> LedgerPeriod:
    return periods_of(shop.account, [month])[month]


def test_a_month_is_read_from_its_first_to_its_last_microsecond(shop: Shop) -> None:
    inside = {shop.row(moment)["id"] for moment in SEPTEMBER}
    shop.row("2026-08-31T23:59:59.999999Z")
    shop.row("2026-10-01T00:00:00Z")
    shop.row(None)
    assert shop.read("2026-09") == {}
    assert set(shop.rows()) == inside
    assert (period(shop, "2026-09").rows, period(shop, "2026-09").generation) == (2, 1)


def test_what_is_kept_is_what_was_told_with_the_fee_in_lines(shop: Shop) -> None:
    shop.provider.order("order-01", created="2026-09-01T10:00:00Z")
    told = shop.row("2026-09-08T00:00:00.214566Z", order_id="order-01", description="for Fatima")
    shop.read("2026-09")
    row = shop.rows()[told["id"]]
    assert (row.amount_minor, row.fee_minor, row.fee_rate, row.fee_tax_rate) == (81480, 100, 450, 500)
    assert (row.fees_minor, row.tax_minor, row.total_minor, row.off_by) == (3767, 188, 77525, 0)
    assert (row.created, row.paid) == (at("2026-09-01T10:00:00+00:00"), at("2026-09-08T00:00:00.214566+00:00"))
    assert [kept.transaction_id for kept in rows_of_order(shop.account, "order-01")] == [told["id"]]


def test_rows_that_arrive_meanwhile_are_neither_lost_nor_doubled(shop: Shop) -> None:
    for number in range(120):
        shop.row("2026-09-08T00:00:00Z", amount=number + 1, created=f"2026-09-01T10:{number % 60:02}:00Z")

    arrivals = iter(range(1))

    def arrives(rows: int, counted: int | None) -> None:
        if rows and next(arrivals, None) is not None:
            shop.row(None)
            shop.row("2026-09-08T00:00:00Z", amount=1_000, created=now().isoformat())

    assert shop.read("2026-09", tell=arrives) == {}
    assert len(shop.rows()) == period(shop, "2026-09").rows == 121
    [payout] = payouts(shop.account, by_moment(shop), at("2026-09-01T00:00Z"), at("2026-10-01T00:00Z"))
    assert payout.figures.gross.minor == sum(range(1, 121)) + 1_000


@pytest.mark.parametrize("name", ["payment", "paid"])
def test_either_name_of_the_payout_filter_will_do(shop: Shop, name: str) -> None:
    shop.provider._ask("PUT", "/settings", {"payout_names": [name]})
    inside = shop.row("2026-09-08T00:00:00Z")["id"]
    shop.row("2026-08-08T00:00:00Z"), shop.row(None)
    shop.read("2026-09")
    assert set(shop.rows()) == {inside}


def test_a_month_whose_rows_keep_changing_is_not_called_read(shop: Shop) -> None:
    shop.row("2026-09-08T00:00:00Z")
    failed = shop.read("2026-09", tell=lambda rows, counted: rows and shop.row("2026-09-08T00:00:00Z"))
    assert failed == {"2026-09": "incomplete"}
    assert shop.rows() == {}
    assert (period(shop, "2026-09").generation, period(shop, "2026-09").failure) == (0, "incomplete")
    assert shop.read("2026-09") == {}
    assert len(shop.rows()) == period(shop, "2026-09").rows
    assert period(shop, "2026-09").failure is None


def test_a_busy_provider_is_waited_for(shop: Shop) -> None:
    for number in range(60):
        shop.row("2026-09-08T00:00:00Z", created=f"2026-09-01T10:{number:02}:00Z")
    shop.provider.fault("status", method="GET", path="/transactions*", times=2, status=429, retry_after="1", skip=1)
    shop.provider.fault("status", method="GET", path="/transactions*", times=3, status=503, skip=2)
    shop.read("2026-09")
    assert len(shop.rows()) == 60


def test_a_reading_that_is_killed_leaves_no_trace(shop: Shop) -> None:
    class Killed(Exception):
        pass

    created = [f"2026-09-{1 + n // 24:02}T{n % 24:02}:00:00Z" for n in range(130)]
    ids = {shop.row("2026-09-08T00:00:00Z", created=moment)["id"] for moment in created}

    def killed(rows: int, counted: int | None) -> None:
        if rows >= 50:
            raise Killed

    with pytest.raises(Killed):
        shop.read("2026-09", tell=killed)
    assert shop.rows() == {}
    assert shop.read("2026-09") == {}
    assert set(shop.rows()) == ids


def test_a_key_that_is_refused_once_is_tried_again_and_one_that_stays_refused_ends_it(shop: Shop) -> None:
    shop.row("2026-09-08T00:00:00Z")
    shop.provider.fault("status", method="GET", path="/transactions*", times=1, status=401, skip=3)
    assert shop.read("2026-09") == {}
    shop.provider.fault("status", method="GET", path="/transactions*", times=99, status=401)
    with pytest.raises(Unauthorized):
        shop.read("2026-09")
    assert period(shop, "2026-09").failure == "unauthorized"
    assert len(shop.rows()) == 1


def test_no_transaction_is_open_while_the_provider_is_asked(shop: Shop) -> None:
    for number in range(60):
        shop.row("2026-09-08T00:00:00Z", created=f"2026-09-01T10:{number:02}:00Z")
    seen: list[bool] = []
    shop.read("2026-09", tell=lambda rows, counted: seen.append(is_writing() or db.session.in_transaction()))
    assert seen
    assert not any(seen)


def test_a_change_of_rates_is_marked_once_for_each_kind(shop: Shop) -> None:
    def sold(day: int, **fields: object) -> str:
        return str(shop.row("2026-09-28T00:00:00Z", created=f"2026-09-{day:02}T10:00:00Z", **fields)["id"])

    sold(1), sold(2)
    sold(3, currency="SAR", fee_rate=300), sold(3, type="instalment", fee_rate=200, fee_amount=0)
    dearer = sold(4, fee_rate=475, total_amount=77311)
    sold(5, fee_rate=475, total_amount=77311)
    shop.read("2026-09")
    mark_new_rates(shop.account, writing)
    assert [row.transaction_id for row in shop.rows().values() if row.new_rate] == [dearer]


def test_rates_that_alternate_are_new_once(shop: Shop) -> None:
    ids = [
        shop.row("2026-09-28T00:00:00Z", created=f"2026-09-{day:02}T10:00:00Z", fee_rate=450 + 100 * (day % 2))["id"]
        for day in range(1, 13)
    ]
    shop.read("2026-09")
    assert [row.transaction_id for row in shop.rows().values() if row.new_rate] == [ids[1]]


def test_sums_of_the_database_are_the_sums_of_the_rows(shop: Shop) -> None:
    for number in range(40):
        kind = ("order", "refund", "instalment", "regularization")[number % 4]
        currency = ("AED", "KWD", "JPY")[number % 3]
        shop.row(f"2026-09-{1 + number % 5:02}T00:00:00Z", amount=1000 + number, type=kind, currency=currency,
                 total_amount=900 + number, fee_amount=number, fee_rate=250, fee_tax_rate=500)  # fmt: skip
    shop.read("2026-09")
    rows = list(shop.rows().values())
    found = payouts(shop.account, by_moment(shop), at("2026-09-01T00:00Z"), at("2026-10-01T00:00Z"))
    assert len(found) == len({(row.currency, row.paid) for row in rows})
    for figures in totals(found):
        own = [row for row in rows if row.currency == figures.currency]
        assert figures.count == len(own)
        assert figures.net.minor == sum(row.total_minor for row in own)
        assert figures.fees.minor == sum(row.fees_minor for row in own)
        assert figures.tax.minor == sum(row.tax_minor for row in own)
        assert figures.of_type("refund").minor == sum(row.amount_minor for row in own if row.type == "refund")
    assert sum(one.flagged for one in found) == sum(abs(row.off_by or 0) > 1 or row.new_rate for row in rows)
