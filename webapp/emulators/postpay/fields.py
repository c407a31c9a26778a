"""Checks of fields that this provider has in its own way."""

from __future__ import annotations

import re
from typing import Any

from iso4217 import Currency

from webapp.emulators.kit.validation import Check, Invalid, choice, text, url, whole

ID_LENGTH = 255
LONGEST_INTEGER = 1000
"""Characters of a whole number that is written as text."""
CURRENCIES = frozenset(currency.code for currency in Currency)

_POINT_ZERO = re.compile(r"\.0*\s*$")


def identifier(value: Any) -> str:
    checked: str = text(blank=False, longest=ID_LENGTH)(value)
    return checked


def integer(least: int) -> Check:
    """What the documents call Integer, as the framework takes it: also "3", 3.0 and "3.0", no fraction, no exponent."""
    within = whole(least)

    def check(value: Any) -> int:
        if isinstance(value, str) and len(value) > LONGEST_INTEGER:
            raise Invalid("String value too large.")
        try:
            number = int(_POINT_ZERO.sub("", str(value)))
        except ValueError:
            raise Invalid("A valid integer is required.") from None
        checked: int = within(number)
        return checked

    return check


def currency(value: Any) -> str:
    return str(choice(*CURRENCIES)(value))


def optional_url(value: Any) -> str | None:
    """A whole address, or none; `false` counts as none too: some shops send it for a missing image."""
    if value in ("", False):
        return value or None
    checked: str = url("http", "https", "ftp", "ftps")(value)
    return checked
