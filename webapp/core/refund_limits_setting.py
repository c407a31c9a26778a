"""How much each role may refund, at once and in a day, by currency. A currency without a limit cannot be refunded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from webapp.money import NotAnAmount, UnknownCurrency, parse_money


class RefundLimit(BaseModel):
    """What one role may refund in one currency, minor units: at once, and in a day in all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    single: int
    day: int


Limits = dict[str, dict[str, RefundLimit]]


def _limits(major: Mapping[str, Mapping[str, tuple[str, str]]]) -> Limits:
    def minor(text: object, currency: str) -> int:
        return parse_money(str(text), currency).minor

    return {
        role: {
            currency: RefundLimit(single=minor(single, currency), day=minor(day, currency))
            for currency, (single, day) in by_currency.items()
        }
        for role, by_currency in major.items()
    }


# About AED 1,000 and 5,000 for agents, ten times as much for finance.
_AGENT_LIMITS = {
    "AED": ("1000.00", "5000.00"),
    "SAR": ("1000.00", "5000.00"),
    "QAR": ("1000.00", "5000.00"),
    "USD": ("300.00", "1500.00"),
    "EUR": ("300.00", "1500.00"),
    "KWD": ("85.000", "425.000"),
    "BHD": ("100.000", "500.000"),
    "OMR": ("100.000", "500.000"),
    "JPY": ("40000", "200000"),
}
_FINANCE_LIMITS = {
    currency: (f"{Decimal(single) * 10}", f"{Decimal(day) * 10}") for currency, (single, day) in _AGENT_LIMITS.items()
}
DEFAULT_LIMITS = _limits({"agent": _AGENT_LIMITS, "finance": _FINANCE_LIMITS})


def read_limits(value: object) -> object:
    """The limits of the setting's JSON, amounts in major units as people write them. Raises ValueError."""
    if not isinstance(value, str):
        return value
    try:
        return _limits(json.loads(value))
    except (NotAnAmount, UnknownCurrency, ValueError, TypeError, AttributeError) as error:
        raise ValueError('is not of the form {"agent": {"AED": ["1000.00", "5000.00"]}}') from error
