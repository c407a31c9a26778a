"""What Postpay keeps of a transaction, line by line. Pure: integers and fractions, no float, no Flask.

Document: Settlements. The sample fits `total = amount - (fee + amount * rate) * (1 + tax)`; whether parts are rounded
first cannot be told, so a difference of one minor unit is no difference. A half is rounded up (`floor(x + 1/2)`): that
moves with whole units and never turns an order round, so the lines shown add up to the net and none changes its sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from webapp.money import Money

RATE_UNITS = 10_000
"""Rates are hundredths of a per cent: 450 is 4.5 %."""

LARGEST_ROUNDING = 1
"""Minor units by which the provider's total may differ from ours without being wrong."""


@dataclass(frozen=True, slots=True)
class FeeLines:
    """A fee in its lines: `percentage + fixed + tax == fee` and `amount - fee == net`, exactly.

    Each is rounded to whole minor units but `exact_net`, which is the net before rounding.
    """

    percentage: Money
    fixed: Money
    tax: Money
    fee: Money
    net: Money
    exact_net: Fraction


class FeeParts(NamedTuple):
    """A fee in minor units: `percentage + fixed + tax` is all of it."""

    percentage: int
    fixed: int
    tax: int


def fee_parts(
    amount_minor: int, fee_minor: int | None, fee_rate: int | None, fee_tax_rate: int | None
) -> FeeParts | None:
    """The parts for a row, or None where it tells no fee (neither a fixed one nor a rate). What else is absent is 0.

    Whole numbers all the way: a ledger has hundreds of thousands of rows.
    """
    if fee_minor is None and fee_rate is None:
        return None
    fixed, percentage = fee_minor or 0, amount_minor * (fee_rate or 0)
    fee = _rounded((fixed * RATE_UNITS + percentage) * (RATE_UNITS + (fee_tax_rate or 0)), RATE_UNITS**2)
    shown = _rounded(percentage, RATE_UNITS)
    return FeeParts(shown, fixed, fee - fixed - shown)


def fee_lines(amount: Money, fee_minor: int | None, fee_rate: int | None, fee_tax_rate: int | None) -> FeeLines | None:
    """The same as money, with what is left of the amount."""
    parts = fee_parts(amount.minor, fee_minor, fee_rate, fee_tax_rate)
    if parts is None:
        return None
    exact_fee = (parts.fixed + Fraction(amount.minor * (fee_rate or 0), RATE_UNITS)) * (
        1 + Fraction(fee_tax_rate or 0, RATE_UNITS)
    )

    def money(minor: int) -> Money:
        return Money(minor, amount.currency)

    return FeeLines(
        percentage=money(parts.percentage),
        fixed=money(parts.fixed),
        tax=money(parts.tax),
        fee=money(sum(parts)),
        net=money(amount.minor - sum(parts)),
        exact_net=amount.minor - exact_fee,
    )


def off_by(
    amount_minor: int, fee_minor: int | None, fee_rate: int | None, fee_tax_rate: int | None, total_minor: int
) -> int | None:
    """The provider's total less ours, in minor units; None where the row tells no fee."""
    parts = fee_parts(amount_minor, fee_minor, fee_rate, fee_tax_rate)
    return None if parts is None else total_minor - (amount_minor - sum(parts))


def is_off(difference: int | None) -> bool:
    """Whether a difference is more than rounding explains."""
    return difference is not None and abs(difference) > LARGEST_ROUNDING


def _rounded(value: int, units: int) -> int:
    """`value / units` to the nearest whole number, a half upwards."""
    return (2 * value + units) // (2 * units)
