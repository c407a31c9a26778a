"""Days in the account's zone are asked for as two instants, whatever clocks and months do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from webapp.calendar import Preset, first_instant, instants, parse_day, preset_days

DUBAI, LONDON, NEW_YORK = ZoneInfo("Asia/Dubai"), ZoneInfo("UTC"), ZoneInfo("America/New_York")
LAST_MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("zone", "day", "begins", "ends"),
    [
        (DUBAI, date(2026, 11, 20), "2026-11-19T20:00:00", "2026-11-20T20:00:00"),
        (LONDON, date(2026, 11, 20), "2026-11-20T00:00:00", "2026-11-21T00:00:00"),
        (NEW_YORK, date(2026, 11, 20), "2026-11-20T05:00:00", "2026-11-21T05:00:00"),
        (NEW_YORK, date(2026, 3, 8), "2026-03-08T05:00:00", "2026-03-09T04:00:00"),
        (NEW_YORK, date(2026, 11, 1), "2026-11-01T04:00:00", "2026-11-02T05:00:00"),
        (DUBAI, date(2026, 12, 31), "2026-12-30T20:00:00", "2026-12-31T20:00:00"),
        (ZoneInfo("Africa/Cairo"), date(2026, 4, 24), "2026-04-23T22:00:00", "2026-04-24T21:00:00"),
        (ZoneInfo("America/Havana"), date(2026, 11, 1), "2026-11-01T04:00:00", "2026-11-02T05:00:00"),
    ],
)
def test_a_day_is_two_instants(zone: ZoneInfo, day: date, begins: str, ends: str) -> None:
    first, before = instants(day, day, zone)
    assert first == datetime.fromisoformat(begins).replace(tzinfo=UTC)
    assert before == datetime.fromisoformat(ends).replace(tzinfo=UTC)


@pytest.mark.parametrize("zone", [DUBAI, LONDON, NEW_YORK], ids=str)
def test_every_microsecond_belongs_to_exactly_one_day(zone: ZoneInfo) -> None:
    day = date(2026, 1, 1)
    while day.year == 2026:
        last = datetime(day.year, day.month, day.day, 23, 59, 59, 999999, zone).astimezone(UTC)
        first, before = instants(day, day, zone)
        assert first is not None
        assert before is not None
        assert first <= last < before
        assert before - LAST_MICROSECOND == last
        assert first_instant(day + timedelta(days=1), zone) == before
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("preset", "today", "first", "last"),
    [
        (Preset.TODAY, date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 1)),
        (Preset.YESTERDAY, date(2026, 3, 1), date(2026, 2, 28), date(2026, 2, 28)),
        (Preset.YESTERDAY, date(2028, 3, 1), date(2028, 2, 29), date(2028, 2, 29)),
        (Preset.LAST_7_DAYS, date(2026, 1, 3), date(2025, 12, 28), date(2026, 1, 3)),
        (Preset.LAST_30_DAYS, date(2026, 3, 1), date(2026, 1, 31), date(2026, 3, 1)),
        (Preset.THIS_MONTH, date(2026, 2, 28), date(2026, 2, 1), date(2026, 2, 28)),
        (Preset.LAST_MONTH, date(2026, 1, 31), date(2025, 12, 1), date(2025, 12, 31)),
        (Preset.LAST_MONTH, date(2028, 3, 31), date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_a_preset_is_whole_days(preset: Preset, today: date, first: date, last: date) -> None:
    assert preset_days(preset, today) == (first, last)


def test_an_open_end_asks_for_no_instant() -> None:
    assert instants(None, None, DUBAI) == (None, None)


@pytest.mark.parametrize(
    "text", ["", "2026-02-30", "20-11-2026", "2026-11-20T00:00", "٢٠٢٦-١١-٢٠", "1999-12-31", "2100-01-01", "20261120"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    assert parse_day(text) is None


def test_a_day_is_read_as_date_inputs_send_it() -> None:
    assert parse_day("2026-11-20") == date(2026, 11, 20)
