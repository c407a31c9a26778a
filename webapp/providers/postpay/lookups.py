"""Lines of the filter tables: how a value is asked for, and how a row shows that it was understood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from webapp.core.provider_id import has_control
from webapp.money import LARGEST_MINOR

Pairs = list[tuple[str, str]]


class CannotAsk(ValueError):
    """The provider has no filter that means this: an id with a comma among several, an empty or unknown value."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One line of the table.

    attribute: of the query; ask: its value to parameters (raises CannotAsk); holds: whether a row is what was asked.
    """

    attribute: str
    ask: Callable[[Any], Pairs]
    holds: Callable[[Any, Any], bool]


@dataclass(frozen=True)
class TextMatch:
    """A text to find in another. The `i` forms ignore case, also beyond ASCII."""

    text: str
    how: Literal["contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"] = "icontains"

    def holds(self, value: str | None) -> bool:
        """Whether a value matches. Which letters are the same but for case is a matter of the provider's database,
        so any usual reading will do."""
        found = value or ""
        if not self.how.startswith("i"):
            return self._in(found, self.text)
        folds = (str.casefold, str.lower, str.upper)
        return any(self._in(fold(found), fold(self.text)) for fold in folds)

    def _in(self, value: str, text: str) -> bool:
        if self.how.endswith("contains"):
            return text in value
        return value.startswith(text) if self.how.endswith("startswith") else value.endswith(text)


def plain(value: str) -> str:
    """A text as it is asked for. The provider strips what it gets, and takes an empty value for no filter."""
    if not value or value != value.strip() or has_control(value):
        raise CannotAsk("an empty value, or one with spaces around or control characters in it")
    return value


def one_or_many(attribute: str, parameter: str, get: Callable[[Any], Any], known: Sequence[str] = ()) -> Filter:
    """`exact` for one value, `in` for several. A comma separates the values of `in` and cannot be in one."""

    def ask(values: tuple[str, ...]) -> Pairs:
        if known and not set(values) <= set(known):
            raise CannotAsk("a value that no document names")
        if len(values) == 1:
            return [(parameter, plain(values[0]))]
        if any("," in value for value in values):
            raise CannotAsk("a comma in one of several values")
        return [(f"{parameter}__in", ",".join(map(plain, values)))]

    return Filter(attribute, ask, lambda row, values: get(row) in values)


def whole(value: int) -> str:
    """A number as it is asked for."""
    if type(value) is not int or abs(value) > LARGEST_MINOR:
        raise CannotAsk("an amount that is not a whole number of 64 bits")
    return str(value)


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise CannotAsk("a moment without its zone")
    try:
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    except OverflowError:
        raise CannotAsk("a moment outside the calendar") from None


def number_range(first: str, last: str, parameter: str, get: Callable[[Any], int | None]) -> tuple[Filter, Filter]:
    """From and to, both included."""

    def at_least(row: Any, bound: int) -> bool:
        value = get(row)
        return value is not None and value >= bound

    def at_most(row: Any, bound: int) -> bool:
        value = get(row)
        return value is not None and value <= bound

    return (
        Filter(first, lambda value: [(f"{parameter}__gte", whole(value))], at_least),
        Filter(last, lambda value: [(f"{parameter}__lte", whole(value))], at_most),
    )


def time_range(first: str, end: str, parameter: str, get: Callable[[Any], datetime | None]) -> tuple[Filter, Filter]:
    """From a moment until just before another: two instants mean the same in whatever zone the provider lives."""

    def since(row: Any, bound: datetime) -> bool:
        value = get(row)
        return value is not None and value >= bound

    def before(row: Any, bound: datetime) -> bool:
        value = get(row)
        return value is not None and value < bound

    return (
        Filter(first, lambda value: [(f"{parameter}__gte", _instant(value))], since),
        Filter(end, lambda value: [(f"{parameter}__lt", _instant(value))], before),
    )


PARTS: dict[str, tuple[int, int, Callable[[datetime], int]]] = {
    "year": (1, 9999, lambda moment: moment.year),
    "month": (1, 12, lambda moment: moment.month),
    "day": (1, 31, lambda moment: moment.day),
    "week_day": (1, 7, lambda moment: moment.isoweekday() % 7 + 1),
    "hour": (0, 23, lambda moment: moment.hour),
}


def part(name: str) -> Filter:
    """A part of `created` in the provider's zone, UTC; `week_day` is 1 for Sunday to 7 for Saturday."""
    lowest, highest, part_of = PARTS[name]

    def ask(value: int) -> Pairs:
        if type(value) is not int or not lowest <= value <= highest:
            raise CannotAsk(f"a {name} that does not exist")
        return [(f"created__{name}", str(value))]

    return Filter(name, ask, lambda row, value: part_of(row.created.astimezone(UTC)) == value)


def text(attribute: str, parameter: str, get: Callable[[Any], str | None]) -> Filter:
    """A TextMatch."""
    return Filter(
        attribute,
        lambda match: [(f"{parameter}__{match.how}", plain(match.text))],
        lambda row, match: match.holds(get(row)),
    )


def yes_or_no(attribute: str, parameter: str, holds: Callable[[Any, Any], bool], *, reverse: bool = False) -> Filter:
    """`true` or `false`, turned round where the provider asks for the opposite."""
    return Filter(attribute, lambda value: [(parameter, "true" if value is not reverse else "false")], holds)
