"""Header values that are made or understood."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 86400.0


def basic_credentials(name: str, secret: str) -> str:
    """Authorization by HTTP Basic (RFC 7617), in UTF-8."""
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode("ascii")


def http_date(text: str) -> datetime | None:
    """The moment of a Date header, None if there is none in it."""
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def seconds_to_wait(header: str | None, now: datetime) -> float | None:
    """What a Retry-After asks for: seconds, or a moment (RFC 9110, 10.2.3); at most a day, None if unreadable."""
    if header is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", header):
        return min(float(header), LONGEST_WAIT)
    moment = http_date(header)
    return min(max((moment - now).total_seconds(), 0.0), LONGEST_WAIT) if moment else None
