"""How much each role may refund, by currency. A currency without limits cannot be refunded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from webapp.money import NotAnAmount, UnknownCurrency, parse_money

PER_HOUR = 60
"""So many refunds of one person within an hour, where nothing else is set."""


class RefundLimit(BaseModel):
    """What one person of a role may refund in one currency, amounts in minor units.

    At once (`single`); since midnight (`day`); of one order in 24 hours (`per_order`, else as the day's); how many in
    an hour (`per_hour`). From `approval` on, measured on the order's refunds in 24 hours, a second person must agree
    (else from `single` on). `shop`: what everybody's refunds of a day may come to for this role to add to them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    single: int
    day: int
    per_order: int | None = None
    approval: int | None = None
    shop: int | None = None
    per_hour: Annotated[int, Field(ge=1)] = PER_HOUR

    @property
    def of_order(self) -> int:
        """Of one order in 24 hours."""
        return self.day if self.per_order is None else self.per_order

    @property
    def alone(self) -> int:
        """What the refunds of an order in 24 hours may come to without a second person."""
        return self.single if self.approval is None else self.approval

    @property
    def ceilings(self) -> dict[str, int]:
        """The most that an admin can set for one person of the role, by name."""
        return {
            "single": self.single,
            "day": self.day,
            "per_order": self.of_order,
            "approval": self.alone,
            "per_hour": self.per_hour,
        }


Limits = dict[str, dict[str, RefundLimit]]


def _limits(major: Mapping[str, Mapping[str, object]]) -> Limits:
    return {
        role: {currency: _limit(given, currency) for currency, given in by_currency.items()}
        for role, by_currency in major.items()
    }


def _limit(given: object, currency: str) -> RefundLimit:
    """Of `[single, day]`, or of an object that names what it sets. Raises ValueError and its kin."""
    if isinstance(given, Mapping):
        per_hour = given.get("per_hour", PER_HOUR)
        if type(per_hour) is not int:
            raise ValueError("per_hour is a whole number")
        amounts = {
            name: parse_money(str(text), currency).minor for name, text in given.items() if name != "per_hour"
        }
        return RefundLimit(**amounts, per_hour=per_hour)
    if not isinstance(given, list | tuple):
        raise TypeError("limits are a list or an object")
    single, day = (parse_money(str(text), currency).minor for text in given)
    return RefundLimit(single=single, day=day)


def _times(amounts: Mapping[str, str], times: int) -> dict[str, str]:
    return {currency: f"{Decimal(amount) * times}" for currency, amount in amounts.items()}


# About AED 1,000 and 5,000 for agents, ten times as much for finance.
_SINGLE = {
    "AED": "1000.00",
    "SAR": "1000.00",
    "QAR": "1000.00",
    "USD": "300.00",
    "EUR": "300.00",
    "KWD": "85.000",
    "BHD": "100.000",
    "OMR": "100.000",
    "JPY": "40000",
}


def _default(times: int) -> dict[str, object]:
    single, day, shop = _times(_SINGLE, times), _times(_SINGLE, 5 * times), _times(_SINGLE, 250 * times)
    return {code: {"single": single[code], "day": day[code], "shop": shop[code]} for code in _SINGLE}


DEFAULT_LIMITS = _limits({"agent": _default(1), "finance": _default(10)})


def read_limits(value: object) -> object:
    """The limits of the setting's JSON, amounts in major units as people write them. Raises ValueError."""
    if not isinstance(value, str):
        return value
    try:
        return _limits(json.loads(value))
    except (NotAnAmount, UnknownCurrency, ValueError, TypeError, AttributeError) as error:
        raise ValueError('is not of the form {"agent": {"AED": ["1000.00", "5000.00"]}}') from error
