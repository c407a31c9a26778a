"""What is sent: paths of identifiers and bodies of JSON, the same bytes for the same data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from webapp.core.provider_id import has_control
from webapp.money import LARGEST_MINOR, Money

LONGEST_IDENTIFIER = 512


class BadIdentifier(ValueError):
    """The text cannot stand in a path: empty, `.`, `..`, too long, or with a control character in it."""


def path(*parts: str) -> str:
    """The path of these parts, each encoded whole: an id may hold slashes, spaces, `%`, `#`, Arabic."""
    return "".join(f"/{_segment(part)}" for part in parts)


def _segment(part: str) -> str:
    if part in ("", ".", "..") or len(part) > LONGEST_IDENTIFIER:
        raise BadIdentifier("an identifier is empty, dots or too long")
    if has_control(part):
        raise BadIdentifier("an identifier holds a control character")
    return quote(part, safe="")


def encode(data: Mapping[str, Any]) -> bytes:
    """Compact ASCII JSON, keys in the order given. Raises TypeError for a float: amounts are whole minor units."""
    _refuse_floats(data)
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a float is no amount")
    children = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    for child in children:
        _refuse_floats(child)


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
