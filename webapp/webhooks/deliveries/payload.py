"""What a delivery speaks of: `{"event": …, "data": {…}}` or the bare object; nobody has documented it.

Only which object it is about is taken from it. What became of that object is asked of the provider.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from webapp.core.provider_id import has_control, is_provider_id
from webapp.models.delivery import LONGEST_NAME
from webapp.providers.http.strict_json import NotJSON, read_object
from webapp.providers.postpay.models import HookEvent

ORDER, TRANSACTION = HookEvent.ORDER.value, HookEvent.TRANSACTION.value


class Hint(NamedTuple):
    """Event and object; `order_id` also of a transaction that names its order. All None where nothing is told."""

    event: str | None = None
    kind: str | None = None
    object_id: str | None = None
    order_id: str | None = None


def read_hint(body: bytes) -> Hint:
    """The hint in a body; whatever cannot be one is no hint."""
    try:
        told = read_object(body)
    except NotJSON:
        return Hint()
    event, data = _unwrapped(told)
    order_id, own_id = _id(data.get("order_id")), _id(data.get("id"))
    kind = _kind(event)
    if kind == TRANSACTION or (kind is None and own_id and "type" in data):
        order = data.get("order")
        of_order = _id(order.get("order_id")) if isinstance(order, dict) else None
        return Hint(event or TRANSACTION, TRANSACTION if own_id else None, own_id, of_order or order_id)
    if order_id:
        return Hint(event or ORDER, ORDER, order_id, order_id)
    return Hint(event)


def _kind(event: str | None) -> str | None:
    """What an event is about, by its first word: `order.captured`, `ORDER` and `Order_updated` are about an order."""
    first = re.split(r"[^a-z]", (event or "").lower(), maxsplit=1)[0]
    return first if first in tuple(HookEvent) else None


def _unwrapped(told: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    event, data = told.get("event"), told.get("data")
    name = event if isinstance(event, str) and not has_control(event) and 0 < len(event) <= LONGEST_NAME else None
    return name, data if isinstance(data, dict) else told


def _id(value: object) -> str | None:
    """Some shops number their orders."""
    text = str(value) if type(value) is int else value
    return text if isinstance(text, str) and is_provider_id(text) else None
