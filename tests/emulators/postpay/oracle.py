"""What the documented lookups mean, said again in plain Python over the rows the API itself gives."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
PARTS: dict[str, Callable[[datetime], Any]] = {
    "date": datetime.date,
    "year": lambda moment: moment.year,
    "month": lambda moment: moment.month,
    "day": lambda moment: moment.day,
    "hour": lambda moment: moment.hour,
    "week_day": lambda moment: moment.isoweekday() % 7 + 1,
}
TEXTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "icontains": lambda text, part: part.casefold() in text.casefold(),
    "istartswith": lambda text, part: text.casefold().startswith(part.casefold()),
    "iendswith": lambda text, part: text.casefold().endswith(part.casefold()),
    "regex": lambda text, pattern: re.search(pattern, text) is not None,
    "iregex": lambda text, pattern: re.search(pattern, text, re.IGNORECASE) is not None,
}


def parsed(text: str) -> datetime:
    """A moment or a day of the API; without a zone it is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def keeps(row: dict[str, Any], lookup: str, value: str) -> bool:
    """Whether a row passes `field`, `field__lookup` or `field__part__lookup`; null passes nothing but isnull."""
    name, _, rest = lookup.partition("__")
    field = row[{"payment": "paid"}.get(name, name)]
    if rest == "isnull":
        return (field is None) == (value in ("true", "True", "1"))
    if field is None:
        return False
    if rest == "in":
        return str(field) in value.split(",")
    if rest in TEXTS:
        return TEXTS[rest](field, value)
    if isinstance(field, int):
        return COMPARISONS[rest](field, float(value) if "." in value else int(value))
    if name in ("created", "paid", "payment"):
        return _keeps_moment(parsed(field), rest, value)
    return bool(field == value)


def _keeps_moment(moment: datetime, rest: str, value: str) -> bool:
    part, _, comparison = rest.partition("__")
    if part not in PARTS:
        return COMPARISONS[part](moment, parsed(value))
    asked: date | int = date.fromisoformat(value) if part == "date" else int(value)
    return COMPARISONS[comparison](PARTS[part](moment), asked)
