"""Days as people mean them: whole days of the account's zone, asked of the provider and the log as two instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 2000, 2100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
"""The finest difference between two moments."""


class Preset(StrEnum):
    """The ranges that need no typing. Each ends with today, but for the two that are over."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    LAST_7_DAYS = "7-days"
    LAST_30_DAYS = "30-days"
    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"


def preset_days(preset: Preset, today: date) -> tuple[date, date]:
    """First and last day of a preset, both included."""
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    return {
        Preset.TODAY: (today, today),
        Preset.YESTERDAY: (today - timedelta(days=1), today - timedelta(days=1)),
        Preset.LAST_7_DAYS: (today - timedelta(days=6), today),
        Preset.LAST_30_DAYS: (today - timedelta(days=29), today),
        Preset.THIS_MONTH: (month, today),
        Preset.LAST_MONTH: (before.replace(day=1), before),
    }[preset]


def today_in(zone: ZoneInfo) -> date:
    return datetime.now(zone).date()


def first_instant(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins in the zone, in UTC. Where clocks skip midnight, the moment they jump."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def instants(first: date | None, last: date | None, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """The half-open range of instants, in UTC, of the days from first to last, both included."""
    return (
        first_instant(first, zone) if first else None,
        first_instant(last + timedelta(days=1), zone) if last else None,
    )


def parse_day(text: str) -> date | None:
    """A day as date inputs send it: 2026-11-20. None when it is not one, or not of this century."""
    if len(text) != 10 or not text.isascii():
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year < LAST_YEAR else None


def micros(moment: datetime) -> int:
    """Microseconds since 1970 in UTC."""
    return (moment - EPOCH) // TICK


def from_micros(value: int) -> datetime:
    return EPOCH + value * TICK
