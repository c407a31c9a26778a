"""The body of a refund at Postpay."""

from __future__ import annotations

import json
from typing import Any

from webapp.money import LARGEST_MINOR, Money
from webapp.providers.http.bodies import encode, path


def encode_refund(*, refund_id: str, amount: Money, description: str = "") -> bytes:
    """The body of a refund: an id of ours, an explicit amount, always (its absence would refund everything).

    The same bytes each time, so that an intent can keep their hash. Raises ValueError unless the amount is positive.
    """
    if not 0 < amount.minor <= LARGEST_MINOR:
        raise ValueError("a refund is a positive amount")
    path(refund_id)
    words = {"description": description} if description else {}
    return encode({"refund_id": refund_id, "amount": amount.minor, **words})


def sent_refund(body: bytes) -> dict[str, Any]:
    """The id and the amount in the bytes of `encode_refund`. Raises ValueError for other bytes."""
    sent = json.loads(body)
    refund_id, amount = (sent.get("refund_id"), sent.get("amount")) if isinstance(sent, dict) else (None, None)
    if not isinstance(refund_id, str) or type(amount) is not int or amount <= 0:
        raise ValueError("a refund names its id and a positive whole amount")
    return {"refund_id": refund_id, "amount": amount}
