"""Money as an integer of the currency's smallest unit. Pure: no Flask, no float, no locale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache

from iso4217 import Currency as IsoCurrency

LARGEST_MINOR = 2**63 - 1
"""What the provider's and both databases' integers hold."""


class UnknownCurrency(ValueError):
    """The code is not in ISO 4217, or the standard gives it no smallest unit (XXX, XAU)."""


class AmountProblem(StrEnum):
    """Why a typed text is not an amount. The words for it belong to the form."""

    EMPTY = "empty"
    NOT_AN_AMOUNT = "not_an_amount"
    TOO_PRECISE = "too_precise"
    TOO_LARGE = "too_large"


class NotAnAmount(ValueError):
    """The typed text is not a plain amount of the currency; `problem` says in which way."""

    def __init__(self, problem: AmountProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@cache
def exponent(currency: str) -> int:
    """Decimals of a currency by ISO 4217: AED 2, KWD 3, JPY 0.

    Babel's CLDR digits differ for 13 currencies (IQD: 0 against 3), so they are never asked.
    Raises UnknownCurrency.
    """
    try:
        digits = IsoCurrency(currency).exponent
    except ValueError as error:
        raise UnknownCurrency(currency) from error
    if digits is None:
        raise UnknownCurrency(currency)
    return digits


def is_known_currency(currency: str) -> bool:
    """Whether amounts of this currency can be written and read."""
    try:
        exponent(currency)
    except UnknownCurrency:
        return False
    return True


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount: `minor` in the currency's smallest unit (12050, "AED" is AED 120.50); may be negative."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are an int, not {type(self.minor).__name__}")

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other.minor

    @property
    def is_zero(self) -> bool:
        return self.minor == 0

    @property
    def major(self) -> Decimal:
        """The exact decimal in whole units: Decimal("120.50"). Raises UnknownCurrency."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    @property
    def plain(self) -> str:
        """As a form field holds it, and `parse_money` reads it: "120.50", no grouping, no code."""
        return f"{self.major:f}"

    def __str__(self) -> str:
        if not is_known_currency(self.currency):
            return f"{self.currency} {self.minor} (smallest unit)"
        return f"{self.currency} {self.major:,f}"


def zero(currency: str) -> Money:
    """Nothing, in a currency."""
    return Money(0, currency)


def total(amounts: list[Money], currency: str) -> Money:
    """The sum of amounts of one currency; zero of it when there are none."""
    return sum(amounts, start=zero(currency))


def parse_money(text: str, currency: str) -> Money:
    """Reads what a person typed: plain ASCII digits, and a point if the currency has decimals.

    Python's own parsers take Arabic-Indic digits, `1_000`, `1e3`, `NaN` and a trailing newline;
    here only `^[0-9]{1,12}(\\.[0-9]{1,e})?$` is an amount.
    Raises NotAnAmount with the problem, UnknownCurrency.
    """
    digits = exponent(currency)
    if not text:
        raise NotAnAmount(AmountProblem.EMPTY)
    match = re.fullmatch(r"([0-9]+)(?:\.([0-9]+))?", text)
    if match is None:
        raise NotAnAmount(AmountProblem.NOT_AN_AMOUNT)
    whole, decimals = match[1], match[2] or ""
    if len(decimals) > digits:
        raise NotAnAmount(AmountProblem.TOO_PRECISE)
    if len(whole) > 12:
        raise NotAnAmount(AmountProblem.TOO_LARGE)
    return Money(int(whole) * 10**digits + int(decimals.ljust(digits, "0") or "0"), currency)
