"""The body of a refund at PayPro."""

from __future__ import annotations

import json

from webapp.money import LARGEST_MINOR, Money
from webapp.providers.http.bodies import encode


def encode_refund(
    *, amount: Money, reason: str, description: str = "", iban: str | None = None, holder: str | None = None
) -> bytes:
    """What is sent: an explicit amount, always. `reason` ends with the mark by which the refund is found again.

    It holds an account's number and its holder where the pay method wants them, so it is kept sealed and never logged.
    Raises ValueError unless the amount is a positive one in euro.
    """
    if not 0 < amount.minor <= LARGEST_MINOR or amount.currency != "EUR":
        raise ValueError("a refund is a positive amount in euro")
    words = {"description": description, "reason": reason, "account_holder_name": holder, "iban": iban}
    return encode({"amount": amount.minor, **{name: value for name, value in words.items() if value}})


def sent_amount(body: bytes) -> int:
    """The amount in the bytes of `encode_refund`, in cents. Raises ValueError for other bytes."""
    sent = json.loads(body)
    amount = sent.get("amount") if isinstance(sent, dict) else None
    if type(amount) is not int or amount <= 0:
        raise ValueError("a refund has a positive whole amount")
    return amount
