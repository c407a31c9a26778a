"""A delivery's headers and body as everybody who sees the log may see them: an allow-list, all else is hidden."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from webapp.providers.http.strict_json import DEEPEST, has_too_many, is_deeper
from webapp.webhooks.deliveries.content import Content

from .masking import HIDDEN

SHOWN_HEADERS = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "content-type", "date", "host", "user-agent",
     "x-postpay-signature", "x-request-id"}
)  # fmt: skip
SHOWN_KEYS = frozenset(
    {"event", "order_id", "refund_id", "id", "type", "status", "status_changed", "created", "modified", "paid", "full",
     "currency", "amount", "total_amount", "tax_amount", "fee_amount", "fee_rate", "fee_tax_rate", "unit_price", "qty",
     "num_instalments"}
)  # fmt: skip
GONE_INTO = frozenset({"data", "order", "items", "discounts", "refund", "refunds", "transaction", "shipping"})
"""Keys whose objects are looked into; a customer or an address is hidden whole."""
NO_NAMES = frozenset({"items", "discounts", "shipping"})
"""In these an id is the shop's own text."""
LONGEST_SHOWN = 200
MOST_DRAWN = 20_000
"""Values, each on a line of its own."""


class ShownBody(NamedTuple):
    """`body` as text; `is_json` whether it could be read, `hides` whether there is more to open."""

    headers: list[tuple[str, str]]
    body: str
    is_json: bool
    hides: bool


def masked(content: Content) -> ShownBody:
    """What everybody with the log may see."""
    headers = [(name, value if name.lower() in SHOWN_HEADERS else HIDDEN) for name, value in content.headers]
    value = _json(content.body)
    if value is None:
        return ShownBody(headers, HIDDEN if content.body else "", False, bool(content.body))
    body = _pretty(_masked(value))
    hides = HIDDEN in body or any(value == HIDDEN for _, value in headers)
    return ShownBody(headers, body, True, hides)


def opened(content: Content) -> ShownBody:
    """All of it; a body that is no text by its bytes."""
    value = _json(content.body)
    if value is not None:
        return ShownBody(list(content.headers), _pretty(value), True, False)
    try:
        text = content.body.decode()
    except UnicodeDecodeError:
        text = content.body.hex(" ")
    return ShownBody(list(content.headers), text, False, False)


def _json(body: bytes) -> dict[str, Any] | None:
    """For looking at only: what cannot be shown as it stands, is too deep or too much to be drawn, is no JSON here."""
    if has_too_many(body, MOST_DRAWN):
        return None
    try:
        value = json.loads(body)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and not is_deeper(value, DEEPEST) else None


def _masked(value: dict[str, Any], within: str = "") -> dict[str, Any]:
    return {_name(name): _shown(name, one, within) for name, one in value.items()}


def _name(name: str) -> str:
    """A key that nobody documents could itself be somebody's name."""
    return name if name.isascii() and name.replace("_", "").isalnum() and len(name) <= 40 else HIDDEN


def _shown(name: str, value: Any, within: str) -> Any:
    if isinstance(value, dict):
        return _masked(value, name) if name in GONE_INTO else HIDDEN
    if isinstance(value, list):
        if name not in GONE_INTO:
            return HIDDEN if value else []
        return [_masked(one, name) if isinstance(one, dict) else HIDDEN for one in value]
    if value is None or isinstance(value, bool):
        return value
    is_allowed = name in SHOWN_KEYS and not (name == "id" and within in NO_NAMES)
    if not is_allowed or (isinstance(value, str) and (len(value) > LONGEST_SHOWN or "@" in value)):
        return HIDDEN
    return value


def _pretty(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
