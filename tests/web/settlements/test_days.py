"""A day of the account's zone holds its last microsecond and not one more, when created and when paid out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.browser import Browser

from .conftest import Settled

TICK = timedelta(microseconds=1)
MONTH_ENDS = (date(2026, 1, 31), date(2026, 2, 28), date(2025, 12, 31), date(2024, 2, 29), date(2026, 10, 31))


def spoken(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@pytest.mark.parametrize("zone", ["Asia/Dubai", "UTC", "America/New_York"])
def test_a_day_ends_at_its_last_microsecond(zone: str, zoned: Callable[[str], Browser], settled: Settled) -> None:
    farah = zoned(zone)
    long_ago = "2020-01-01T00:00:00Z"
    for day in MONTH_ENDS:
        midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
        moments = {
            f"{day} first": datetime.combine(day, time(), ZoneInfo(zone)),
            f"{day} last": midnight - TICK,
            f"{day} before": datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) - TICK,
            f"{day} after": midnight,
        }
        for name, moment in moments.items():
            settled.put(f"created {name}", created=spoken(moment), paid="2027-01-01T00:00:00Z")
            settled.put(f"paid {name}", created=long_ago, paid=spoken(moment))
    for field in ("created", "paid"):
        for day in MONTH_ENDS:
            farah.open(f"/demo/settlements?{field}=range&{field}_from={day}&{field}_to={day}")
            assert sorted(settled.shown(farah)) == [f"{field} {day} first", f"{field} {day} last"], (zone, field, day)
        first, last = MONTH_ENDS[0], MONTH_ENDS[1]
        farah.open(f"/demo/settlements?{field}=range&{field}_from={first.replace(day=1)}&{field}_to={last}")
        names = set(settled.shown(farah))
        assert {f"{field} {first} after", f"{field} {last} last"} < names
        assert f"{field} {last} after" not in names
