"""Personal data as everybody may see it: enough to recognise a customer on the phone, not enough to find them.

Text to text. What is not of a known shape is hidden whole, so that nothing slips through in an odd field.
"""

from __future__ import annotations

import re

from webapp.providers.postpay.models import Order

DOT = "•"
HIDDEN = DOT * 3
_PHONE = re.compile(r"\+?[\d\s().-]{7,40}")
_SHOWN_AT_START = 3
_SHOWN_AT_END = 2
_FEWEST_DIGITS = 7


def mask_name(text: str) -> str:
    """Initials: "John Doe" is "J. D."; a name of one letter is hidden."""
    words = text.split()
    return " ".join(f"{word[0]}." if len(word) > 1 and word[0].isalpha() else DOT for word in words[:4])


def mask_email(text: str) -> str:
    """First letters and the end of the domain: "john@postpay.io" is "j•••@p•••.io"."""
    local, at, domain = text.rpartition("@")
    host, point, ending = domain.rpartition(".")
    if not (at and local and host and point and ending.isalpha() and len(local) > 1):
        return HIDDEN
    return f"{local[0]}{HIDDEN}@{host[0]}{HIDDEN}.{ending}"


def mask_phone(text: str) -> str:
    """Country and the last two digits: "+971 50 199 8853" is "+971 •• ••• ••53". Short numbers are hidden."""
    digits = sum(character.isdigit() for character in text)
    if digits < _FEWEST_DIGITS or not _PHONE.fullmatch(text.strip()):
        return HIDDEN
    shown_first = _SHOWN_AT_START if text.strip().startswith("+") and digits > _FEWEST_DIGITS else 0
    masked, seen = [], 0
    for character in text.strip():
        seen += character.isdigit()
        hidden = character.isdigit() and shown_first < seen <= digits - _SHOWN_AT_END
        masked.append(DOT if hidden else character)
    return "".join(masked)


def mask_all(_text: str) -> str:
    """Nothing but that there is something: addresses, birth dates."""
    return HIDDEN


def customer_initials(order: Order) -> str:
    """The customer of an order as everybody may see them; empty when the order names nobody."""
    customer = order.customer
    return mask_name(f"{customer.first_name or ''} {customer.last_name or ''}") if customer else ""
