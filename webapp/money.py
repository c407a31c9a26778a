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

_MINUS = ("-", "\u2212")
_BLANKS = "".join(
    chr(code)
    for first, last in (
        (0x09, 0x0D), (0x1C, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0xAD, 0xAD), (0x61C, 0x61C), (0x1680, 0x1680),
        (0x180E, 0x180E), (0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x2069), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
    )
    for code in range(first, last + 1)
)  # fmt: skip
"""Blanks of all kinds, and the unseen marks that are pasted along, such as those of the writing's direction."""
_TO_ASCII = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")
_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(\.[0-9]+)?")


class UnknownCurrency(ValueError):
    """The code is not in ISO 4217, or the standard gives it no smallest unit (XXX, XAU)."""


class AmountProblem(StrEnum):
    """Why a typed text is not an amount. The words for it belong to the form."""

    EMPTY = "empty"
    NOT_AN_AMOUNT = "not_an_amount"
    STRAY_MARK = "stray_mark"
    COMMA = "comma"
    TOO_PRECISE = "too_precise"
    TOO_LARGE = "too_large"


class NotAnAmount(ValueError):
    """The typed text is not an amount of the currency; `problem` says in which way.

    `mark` is what stands in the way, as it was typed: of a STRAY_MARK or a COMMA, otherwise empty.
    """

    def __init__(self, problem: AmountProblem, mark: str = "") -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.mark = mark


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


def read_typed_number(text: str) -> int:
    """Reads a count that a person typed: digits, also Arabic-Indic ones, with blanks and unseen marks around them.

    Nothing typed is 0. Raises ValueError.
    """
    plain = _trimmed(text).translate(_TO_ASCII)
    if re.fullmatch(r"[0-9]{0,9}", plain) is None:
        raise ValueError("not a count")
    return int(plain or "0")


def read_typed_amount(text: str, currency: str, *, signed: bool = False) -> Money:
    """Reads what a person typed or pasted, as far as it can mean one amount only; `parse_money` has the last word.

    Around the amount may stand blanks, unseen marks and the currency's own code, and with `signed` a minus before it.
    Arabic-Indic digits and their separators are read as ASCII ones. A comma parts thousands only where it cannot part
    decimals: "1,000" is read in AED and refused in KWD, "1,00" and "1.234,50" are refused everywhere.
    Raises NotAnAmount with the problem and the mark that stands in the way, UnknownCurrency.
    """
    typed = _trimmed(text)
    bare = _without_code(typed, currency)
    is_negative = signed and bare.startswith(_MINUS)
    if is_negative:
        has_code, bare = bare != typed, _trimmed(bare[1:])
        bare = bare if has_code else _without_code(bare, currency)
    plain = bare.translate(_TO_ASCII)
    if _has_groups_only(plain, exponent(currency)):
        plain = plain.replace(",", "")
    try:
        amount = parse_money(plain, currency)
    except NotAnAmount as error:
        raise _named(error, bare, plain) from error
    return -amount if is_negative else amount


def _trimmed(text: str) -> str:
    return text.strip(_BLANKS)


def _without_code(text: str, currency: str) -> str:
    """Without the currency's code before or behind; only once, in capitals or not."""
    if text[: len(currency)].upper() == currency:
        return _trimmed(text[len(currency) :])
    if text[-len(currency) :].upper() == currency:
        return _trimmed(text[: -len(currency)])
    return text


def _has_groups_only(plain: str, decimals: int) -> bool:
    """Whether its commas can part nothing but thousands: more than one, a point behind, or decimals are fewer."""
    found = _GROUPS.fullmatch(plain)
    return found is not None and (decimals < 3 or bool(found[1]) or plain.count(",") > 1)


def _named(error: NotAnAmount, typed: str, plain: str) -> NotAnAmount:
    """The same with the mark that stands in the way: the first word or sign, else a blank, else the last point."""
    if error.problem is not AmountProblem.NOT_AN_AMOUNT:
        return error
    odd = re.search(r"[^\W\d_]+|[^0-9.\s]", plain) or re.search(r"[^0-9.]", plain)
    start, end = odd.span() if odd else (plain.rfind("."), plain.rfind(".") + 1)
    is_comma = plain[start:end] == ","
    return NotAnAmount(AmountProblem.COMMA if is_comma else AmountProblem.STRAY_MARK, typed[start:end])
