"""Checks of fields that PayPro has in its own way."""

from __future__ import annotations

import re
from typing import Any

from webapp.emulators.kit.fields import country, email
from webapp.emulators.kit.validation import Check, Field, Invalid, choice, day, record, required, text, url, whole

from .payment_states import CUSTOMER
from .speaking import ISSUERS, LARGEST, METHODS, SMALLEST

LONGEST = 500
RECURRING = tuple(name for name in METHODS if name not in ("afterpay", "paypal"))
INTERVALS = ("day", "week", "month", "year")
MOST_MULTIPLIED = 60
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,10}", re.ASCII)


def iban(value: Any) -> str:
    """The number of a bank account, with or without spaces, whose check digits are right (ISO 7064, 97-10)."""
    if not isinstance(value, str):
        raise Invalid("is invalid")
    account = value.replace(" ", "").upper()
    if not _IBAN.fullmatch(account):
        raise Invalid("is invalid")
    if int("".join(str(int(letter, 36)) for letter in account[4:] + account[:4])) % 97 != 1:
        raise Invalid("is invalid")
    return account


def amount(value: Any) -> int:
    """Cents that a pay method takes."""
    checked: int = whole(SMALLEST)(value)
    if checked > LARGEST:
        raise Invalid(f"must be less than or equal to {LARGEST}")
    return checked


def _period_amount(value: Any) -> int:
    """Of a period the documents' examples write the amount as text."""
    return amount(int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else value)


def _vat(value: Any) -> float:
    """A percentage, also as text."""
    try:
        rate = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else -1.0
    except (ValueError, OverflowError):
        rate = -1.0
    if not 0 <= rate <= 100:
        raise Invalid("must be between 0 and 100")
    return rate


def _multiplier(value: Any) -> int:
    checked: int = whole(1)(value)
    if checked > MOST_MULTIPLIED:
        raise Invalid(f"must be less than or equal to {MOST_MULTIPLIED}")
    return checked


def _date(value: Any) -> str | None:
    """A day; an empty text is none."""
    checked: str = day(value)
    return checked.strip() or None


def methods(*allowed: str) -> Check:
    """A list of pay methods, each of them once. None at all means any."""

    def check(value: Any) -> list[str]:
        if not isinstance(value, list):
            raise Invalid("must be a list")
        return list(dict.fromkeys(choice(*allowed)(name) for name in value[: len(METHODS) + 1]))

    return check


note = text(longest=LONGEST)
description = text(blank=False, longest=LONGEST)
name = text(longest=255)
address = url("http", "https")
currency = required(choice("EUR"))
date = Field(_date)
issuer = Field(choice(*ISSUERS))
_PERIOD = {
    "amount": required(_period_amount),
    "vat": Field(_vat),
    "multiplier": required(_multiplier),
    "interval": required(choice(*INTERVALS)),
}
_FIRST_PERIOD = {**_PERIOD, "multiplier": Field(_multiplier), "interval": Field(choice(*INTERVALS))}
period = record(_PERIOD)
first_period = record(_FIRST_PERIOD)
payment_details = record({"return_url": Field(address), "cancel_url": Field(address)})


def _or_empty(check: Check) -> Check:
    """Fixtures show customers with empty texts."""
    return lambda value: value if value == "" else check(value)


CUSTOMER_FIELDS = {one: Field(name) for one in CUSTOMER}
CUSTOMER_FIELDS |= {"email": Field(_or_empty(email)), "country": Field(_or_empty(country))}
