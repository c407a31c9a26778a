"""The documented filters with their lookups, as conditions of SQL; their meaning is that of Django's field lookups.

A table maps each parameter's whole name to a maker of conditions. What is not in the table is ignored, as the provider
does; a value of the wrong type is refused under the parameter's whole name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from functools import partial
from typing import Any

from webapp.emulators.kit import clock
from webapp.emulators.kit.messages import Refusal

from . import expressions

Condition = tuple[str, tuple[Any, ...]]
Maker = Callable[[str], Condition | None]
Table = Mapping[str, Maker]

OPERATORS = {"exact": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
TEXT_LOOKUPS = ("contains", "icontains", "startswith", "istartswith", "endswith", "iendswith")
NUMBERED_PARTS = ("month", "week_day", "day", "hour")
LARGEST, SMALLEST = 2**63 - 1, -(2**63)
NEVER = ("<", SMALLEST)
TRUE, FALSE = ("true", "True", "1"), ("false", "False", "0")


class BadValue(ValueError):
    """A filter's value is of the wrong type; the message is the one the provider's framework would give."""


def conditions(table: Table, parameters: Mapping[str, str]) -> Condition:
    """All given filters joined by AND. Refuses with `invalid` naming every bad one."""
    found: list[Condition] = []
    wrong: dict[str, list[str]] = {}
    for name, value in parameters.items():
        value = value.strip()
        if name not in table or not value:
            continue
        try:
            condition = table[name](value)
        except BadValue as error:
            wrong[name] = [str(error)]
            continue
        if condition:
            found.append(condition)
    if wrong:
        raise Refusal("invalid", fields=wrong)
    return " AND ".join(f"({sql})" for sql, _ in found) or "1", tuple(value for _, values in found for value in values)


# --- tables of one field ---------------------------------------------------------------------------------------------


def identifier(name: str) -> dict[str, Maker]:
    return {name: partial(_equals, name), f"{name}__in": partial(_among, name)}


def choice(name: str, choices: Iterable[str]) -> dict[str, Maker]:
    known = tuple(choices)

    def checked(make: Callable[[str, str], Condition], value: str) -> Condition:
        for part in value.split(",") if make is _among else [value]:
            if part not in known:
                raise BadValue(f"Select a valid choice. {part} is not one of the available choices.")
        return make(name, value)

    return {name: partial(checked, _equals), f"{name}__in": partial(checked, _among)}


def number(name: str, column: str | None = None, *, listed: bool = False) -> dict[str, Maker]:
    """exact, gt, gte, lt, lte of a whole number; `listed` adds `in`."""
    column = column or name
    table: dict[str, Maker] = {
        _named(name, lookup): partial(_compare_number, column, operator) for lookup, operator in OPERATORS.items()
    }
    if listed:
        table[f"{name}__in"] = partial(_number_among, column)
    return table


def moment(name: str, column: str | None = None, *, nullable: bool = False) -> dict[str, Maker]:
    """A moment with all its date parts, each of these also with gt, gte, lt and lte. Parts are those of UTC."""
    column = column or name
    table: dict[str, Maker] = {}
    for lookup, operator in OPERATORS.items():
        table[_named(name, lookup)] = partial(_compare_moment, column, operator)
        table[_named(f"{name}__date", lookup)] = partial(_compare_date, column, operator)
        table[_named(f"{name}__year", lookup)] = partial(_compare_year, column, operator)
        for part in NUMBERED_PARTS:
            table[_named(f"{name}__{part}", lookup)] = partial(_compare_number, f"{column}_{part}", operator)
    if nullable:
        table[f"{name}__isnull"] = partial(_is_null, column)
    return table


def text(name: str) -> dict[str, Maker]:
    """The six text lookups and the two of regular expressions."""
    table: dict[str, Maker] = {f"{name}__{lookup}": partial(_text, name, lookup) for lookup in TEXT_LOOKUPS}
    table[f"{name}__regex"] = partial(_expression, name, False)
    table[f"{name}__iregex"] = partial(_expression, name, True)
    return table


def flag(name: str) -> dict[str, Maker]:
    return {name: partial(_flag, name)}


def events(name: str) -> dict[str, Maker]:
    """Hooks' events: exact is the same set, `contains` takes a comma list as "all of"."""
    return {name: partial(_same_events, name), f"{name}__contains": partial(_all_events, name)}


def _named(name: str, lookup: str) -> str:
    return name if lookup == "exact" else f"{name}__{lookup}"


# --- makers of conditions --------------------------------------------------------------------------------------------


def _equals(column: str, value: str) -> Condition:
    return f"{column} = ?", (value,)


def _among(column: str, value: str) -> Condition:
    wanted = [part.strip() for part in value.split(",")]
    return f"{column} IN (SELECT value FROM json_each(?))", (json.dumps(wanted),)  # noqa: S608 - columns come from the tables


def _number_among(column: str, value: str) -> Condition:
    numbers = [_number(part) for part in value.split(",") if part.strip()]
    whole = [int(part) for part in numbers if abs(part) <= LARGEST and part == part.to_integral_value()]
    return f"{column} IN (SELECT value FROM json_each(?))", (json.dumps(whole),)  # noqa: S608


def _number(value: str) -> Decimal:
    """A finite decimal in ASCII, as the documents call amounts Decimal: `10.5` may be asked of whole numbers."""
    value = value.strip()
    if not value.isascii() or "_" in value:
        raise BadValue("Enter a number.")
    try:
        parsed = Decimal(value)
    except InvalidOperation as error:
        raise BadValue("Enter a number.") from error
    if not parsed.is_finite():
        raise BadValue("Enter a number.")
    return parsed


def _whole(operator: str, value: Decimal) -> tuple[str, int]:
    """The comparison with a 64-bit whole number that means the same for every whole number a column can hold."""
    if operator == "=" and value != value.to_integral_value():
        return NEVER
    if value > LARGEST:
        return ("<=", LARGEST) if operator[0] == "<" else NEVER
    if value < SMALLEST:
        return (">=", SMALLEST) if operator[0] == ">" else NEVER
    rounding = ROUND_FLOOR if operator in (">", "<=") else ROUND_CEILING
    return operator, int(value.to_integral_value(rounding))


def _compare_number(column: str, operator: str, value: str) -> Condition:
    operator, whole = _whole(operator, _number(value))
    return f"{column} {operator} ?", (whole,)


def _compare_moment(column: str, operator: str, value: str) -> Condition:
    try:
        return f"{column} {operator} ?", (clock.parse_moment(value),)
    except ValueError as error:
        raise BadValue("Enter a valid date/time.") from error


def _compare_date(column: str, operator: str, value: str) -> Condition:
    try:
        start = _midnight(clock.parse_date(value))
    except ValueError as error:
        raise BadValue("Enter a valid date.") from error
    return _compare_span(column, operator, start, start + clock.DAY)


def _compare_year(column: str, operator: str, value: str) -> Condition:
    operator, year = _whole(operator, _number(value))
    return _compare_span(column, operator, _start_of_year(year), _start_of_year(year + 1))


def _compare_span(column: str, operator: str, start: int, end: int) -> Condition:
    """Compares with a span of time from `start` up to but without `end`: a range, so that an index serves it."""
    if operator == "=":
        return f"{column} >= ? AND {column} < ?", (start, end)
    sign, edge = {">": (">=", end), ">=": (">=", start), "<": ("<", start), "<=": ("<", end)}[operator]
    return f"{column} {sign} ?", (edge,)


def _midnight(day: date) -> int:
    return (day - clock.EPOCH.date()) // timedelta(days=1) * clock.DAY


def _start_of_year(year: int) -> int:
    """Years outside 1 to 9999 hold no moment: they end where the known years begin, or begin where those end."""
    if year < 1:
        return _midnight(date.min)
    return _midnight(date(year, 1, 1)) if year <= 9999 else _midnight(date.max) + clock.DAY


def _is_null(column: str, value: str) -> Condition | None:
    if value not in TRUE + FALSE:
        return None
    return f"{column} IS {'NULL' if value in TRUE else 'NOT NULL'}", ()


def _flag(column: str, value: str) -> Condition | None:
    if value not in TRUE + FALSE:
        return None
    return f"{column} = ?", (int(value in TRUE),)


def _text(column: str, lookup: str, value: str) -> Condition:
    return f"text_matches({column}, ?, ?)", (lookup, value)


def _expression(column: str, ignore_case: bool, value: str) -> Condition:
    try:
        expressions.check(value)
    except expressions.BadExpression as error:
        raise BadValue(str(error)) from error
    return f"expression_matches({column}, ?, ?, ?)", (value, ignore_case, expressions.deadline())


def _same_events(column: str, value: str) -> Condition:
    return f"{column} = ?", (json.dumps(sorted(set(value.split(",")))),)


def _all_events(column: str, value: str) -> Condition:
    wanted = [part for part in value.split(",") if part]
    each = f"EXISTS (SELECT 1 FROM json_each({column}) WHERE value = ?)"  # noqa: S608
    return " AND ".join([each] * len(wanted)) or "1", tuple(wanted)
