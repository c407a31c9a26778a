"""Moments as emulators keep them: microseconds since 1970 in UTC, spoken and read as ISO 8601."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

_DAY = r"(\d{4})-(\d{1,2})-(\d{1,2})"
_CLOCK = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?"
_ZONE = r"(Z|[+-]\d{2}(?::?\d{2})?)"
_DATE = re.compile(_DAY, re.ASCII)
_MOMENT = re.compile(rf"{_DAY}(?:[T ]{_CLOCK}\s?{_ZONE}?)?", re.ASCII | re.IGNORECASE)


def now() -> int:
    return time.time_ns() // 1000


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def as_datetime(moment: int) -> datetime:
    return EPOCH + moment * MICROSECOND


def spoken(moment: int | None) -> str | None:
    """`2020-05-08T10:58:04.095618Z`; a whole second has no fraction."""
    if moment is None:
        return None
    return as_datetime(moment).isoformat()[:-6] + "Z"


def parse_date(text: str) -> date:
    """A day as `2020-05-20`. ValueError for anything else."""
    found = _DATE.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    return date(*(int(part) for part in found.groups()))


def parse_moment(text: str) -> int:
    """ISO 8601, also with a zone like `+0000`; no zone means UTC, a bare day its start."""
    found = _MOMENT.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "").ljust(6, "0")),
            _zone(zone),
        )
        return micros(moment)
    except OverflowError as error:
        raise ValueError(text) from error


def _zone(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
