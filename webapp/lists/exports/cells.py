"""The columns of a file: from a row's plain values to cells, as text for CSV and as real values for spreadsheets.

Amounts are told twice, as a decimal in whole units and as the integer of the smallest unit, beside their currency;
moments twice, in UTC and in the account's zone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from flask_babel import gettext

from webapp import calendar
from webapp.core.staging import Plain
from webapp.money import Money, exponent, is_known_currency

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

def guarded(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula: text that begins like one gets an apostrophe before it (R43).

    Numbers are none of our concern: they are made here, of digits, a point and a minus, and stay numbers.
    """
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_DANGEROUS) else cell


class ColumnKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    AMOUNT = "amount"
    MINOR = "minor"
    RATE = "rate"
    UTC = "utc"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: which value of the row it tells (`source`), and for an amount the one with its currency."""

    title: str
    kind: ColumnKind
    source: int
    currency: int = 0


class Columns:
    """Collects the columns of a file in the order of the row's values."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.every: list[Column] = []
        self._values = 0

    def text(self, title: str) -> int:
        return self._add(title, ColumnKind.TEXT)

    def number(self, title: str) -> int:
        return self._add(title, ColumnKind.NUMBER)

    def rate(self, title: str) -> int:
        """Hundredths of a per cent, shown as per cent."""
        return self._add(title, ColumnKind.RATE)

    def amount(self, title: str, currency: int) -> None:
        """`currency` is the place of its currency among the values."""
        source = self._add(title, ColumnKind.AMOUNT, currency)
        self.every.append(Column(gettext("%(amount)s (minor units)", amount=title), ColumnKind.MINOR, source))

    def moment(self, title: str) -> None:
        source = self._add(gettext("%(moment)s (UTC)", moment=title), ColumnKind.UTC)
        self.every.append(Column(f"{title} ({self.zone.key})", ColumnKind.LOCAL, source))

    def _add(self, title: str, kind: ColumnKind, currency: int = 0) -> int:
        source, self._values = self._values, self._values + 1
        self.every.append(Column(title, kind, source, currency))
        return source


def micros(moment: datetime | None) -> int | None:
    """A moment as a whole number."""
    return None if moment is None else calendar.micros(moment)


def moment_of(value: int) -> datetime:
    """The moment again, in UTC."""
    return calendar.from_micros(value)


def major(minor: int, currency: str) -> Decimal | None:
    """The exact decimal in whole units; None where nobody knows how many decimals the currency has."""
    return Money(minor, currency).major if is_known_currency(currency) else None


def decimals(currency: str) -> int:
    return exponent(currency) if is_known_currency(currency) else 0


def per_cent(hundredths: int) -> Decimal:
    return Decimal(hundredths).scaleb(-2)


def csv_row(columns: Sequence[Column], row: Sequence[Plain], zone: ZoneInfo) -> list[str]:
    """The cells of a CSV line. Only text can be a formula: what we make of numbers stays a number, negative or not."""
    return [_CSV[column.kind](column, row, zone) if row[column.source] is not None else "" for column in columns]


def _csv_text(column: Column, row: Sequence[Plain], _zone: ZoneInfo) -> str:
    return str(guarded(str(row[column.source])))


def _csv_number(column: Column, row: Sequence[Plain], _zone: ZoneInfo) -> str:
    return str(int(row[column.source]))  # type: ignore[arg-type]


def _csv_amount(column: Column, row: Sequence[Plain], _zone: ZoneInfo) -> str:
    value = major(int(row[column.source]), str(row[column.currency]))  # type: ignore[arg-type]
    return "" if value is None else f"{value:f}"


def _csv_rate(column: Column, row: Sequence[Plain], _zone: ZoneInfo) -> str:
    return f"{per_cent(int(row[column.source])):f}"  # type: ignore[arg-type]


def _csv_utc(column: Column, row: Sequence[Plain], _zone: ZoneInfo) -> str:
    return moment_of(int(row[column.source])).isoformat().replace("+00:00", "Z")  # type: ignore[arg-type]


def _csv_local(column: Column, row: Sequence[Plain], zone: ZoneInfo) -> str:
    return moment_of(int(row[column.source])).astimezone(zone).isoformat()  # type: ignore[arg-type]


_CSV: dict[ColumnKind, Callable[[Column, Sequence[Plain], ZoneInfo], str]] = {
    ColumnKind.TEXT: _csv_text,
    ColumnKind.NUMBER: _csv_number,
    ColumnKind.MINOR: _csv_number,
    ColumnKind.AMOUNT: _csv_amount,
    ColumnKind.RATE: _csv_rate,
    ColumnKind.UTC: _csv_utc,
    ColumnKind.LOCAL: _csv_local,
}
