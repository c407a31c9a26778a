"""Which payout a moment belongs to: by the moment itself, or by the day of the account's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.settlement.ledger.payout_id import Naming, PayoutsBy
from webapp.settlement.ledger.periods import month_of, month_range, months_between

ZONES = ("Asia/Dubai", "UTC", "America/New_York")
moments = st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))


@given(moments, st.sampled_from(ZONES), st.sampled_from(PayoutsBy))
def test_a_payouts_name_leads_back_to_its_rows(moment: datetime, zone: str, by: PayoutsBy) -> None:
    naming = Naming(by, ZoneInfo(zone))
    since, until = naming.range(naming.name(moment)) or (moment, moment)
    assert since <= moment < until
    assert naming.name(since) == naming.name(until - timedelta(microseconds=1)) == naming.name(moment)
    assert naming.name(until) != naming.name(moment)


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Asia/Dubai", "2026-11-30T20:00:00+00:00", "2026-12-01"),
        ("Asia/Dubai", "2026-11-30T19:59:59.999999+00:00", "2026-11-30"),
        ("UTC", "2026-11-30T23:59:59.999999+00:00", "2026-11-30"),
        ("UTC", "2026-12-01T00:00:00+00:00", "2026-12-01"),
        ("America/New_York", "2026-12-01T04:59:59.999999+00:00", "2026-11-30"),
        ("America/New_York", "2026-12-01T05:00:00+00:00", "2026-12-01"),
        ("America/New_York", "2026-11-01T05:30:00+00:00", "2026-11-01"),
        ("America/New_York", "2026-11-02T04:59:59.999999+00:00", "2026-11-01"),
    ],
)
def test_a_day_is_the_accounts(zone: str, moment: str, day: str) -> None:
    naming = Naming(PayoutsBy.DAY, ZoneInfo(zone))
    assert naming.name(datetime.fromisoformat(moment)) == day


@pytest.mark.parametrize(
    "name", ["", "2026-11-24", "2026-11-24T000000Z", "2026-11-24T000000.5Z", "٢٠٢٦-11-24T000000.214566Z", "x" * 500]
)
def test_what_is_no_moment_names_no_payout(name: str) -> None:
    assert Naming(PayoutsBy.MOMENT, ZoneInfo("UTC")).range(name) is None


def test_months_are_utc_and_cover_the_instants() -> None:
    assert month_of(datetime.fromisoformat("2026-12-01T03:59:59.999999+04:00")) == "2026-11"
    assert month_range("2026-12") == (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    dubai = [datetime.fromisoformat(f"2026-{month}-01T00:00:00+04:00") for month in ("11", "12")]
    assert months_between(dubai[0], dubai[1]) == ["2026-10", "2026-11"]
    assert months_between(dubai[0], dubai[0]) == []
