"""Values that no document allows, field by field, and which of them may stand in a field of a kind all the same."""

from __future__ import annotations

import json
from typing import Any

HUGE = 10**30
ODD: dict[str, Any] = {
    "null": None, "text": "1", "fraction": 1.5, "list": [], "object": {}, "huge": HUGE, "empty": "", "true": True,
}  # fmt: skip

TEXT = {"null", "text", "huge", "empty"}
"""Numbers are ids of shops that number their orders."""
MOMENT, AMOUNT, WORD, FLAG = {"null", "empty"}, {"null"}, {"text", "huge"}, {"null", "true"}
OBJECT, LIST = {"null", "object"}, {"null", "list"}

ADDRESS = dict.fromkeys(
    ("first_name", "last_name", "phone", "alt_phone", "line1", "line2", "city", "state", "country", "postal_code"), TEXT
)
ORDER_ROW = {"status_changed": MOMENT, "tax_amount": AMOUNT}
ORDER_NEEDED = {"order_id": WORD, "status": WORD, "total_amount": set(), "currency": WORD, "created": set()}
ORDER_PARTS: dict[str, dict[str, set[str]]] = {
    "": {**ORDER_ROW, "shipping": OBJECT, "billing_address": OBJECT, "customer": OBJECT, "items": LIST,
         "discounts": LIST, "num_instalments": AMOUNT},
    "shipping": {"id": TEXT, "name": TEXT, "amount": AMOUNT, "address": OBJECT},
    "shipping.address": ADDRESS,
    "billing_address": ADDRESS,
    "customer": {
        **dict.fromkeys(("id", "email", "first_name", "last_name", "gender", "account", "date_of_birth"), TEXT),
        "date_joined": MOMENT, "default_address": OBJECT,
    },
    "customer.default_address": ADDRESS,
    "items.0": {
        **dict.fromkeys(("reference", "name", "description", "url", "image_url"), TEXT),
        "unit_price": AMOUNT, "qty": AMOUNT,
    },
    "discounts.0": {"code": TEXT, "name": TEXT, "amount": AMOUNT},
}  # fmt: skip
"""Everything that decorates an order, part by part."""
REFUND = {"full": FLAG, "description": TEXT}
REFUND_NEEDED = {"refund_id": WORD, "amount": set(), "created": set()}
TRANSACTION = {
    **dict.fromkeys(("fee_amount", "fee_rate", "fee_tax_rate"), AMOUNT), "description": TEXT, "order": {"null"},
}  # fmt: skip
TRANSACTION_NEEDED = {
    "id": WORD, "type": WORD, "currency": WORD, "amount": set(), "total_amount": set(), "created": set(),
    "paid": {"null"},
}  # fmt: skip
ORDER_OF_TRANSACTION = {"status": TEXT, "total_amount": AMOUNT, "currency": TEXT}
HOOK = {"last_response": OBJECT, "modified": MOMENT}
HOOK_NEEDED = {"id": WORD, "active": {"true"}, "events": {"list"}, "url": {"text", "huge", "empty"}, "created": set()}
LAST_RESPONSE = {"code": AMOUNT, "status": TEXT}


def changed(told: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """The same answer with one field, `items.0.qty`, told otherwise."""
    copy: dict[str, Any] = json.loads(json.dumps(told))
    *parents, last = path.split(".")
    place: Any = copy
    for name in parents:
        place = place[int(name) if name.isdigit() else name]
    place[last] = value
    return copy


def full_order(order_id: str = "order-01") -> dict[str, Any]:
    """Everything that a shop can tell of an order: its parts add up to AED 814.80."""
    address = {name: name.title() for name in ADDRESS} | {"country": "AE"}
    return {
        "order_id": order_id, "status": "captured", "status_changed": "2026-05-08T10:58:04Z", "total_amount": 81480,
        "tax_amount": 3880, "currency": "AED", "created": "2026-05-08T10:53:57Z",
        "shipping": {"id": "s-1", "name": "Express", "amount": 2000, "address": address},
        "billing_address": address,
        "customer": {
            "id": "c-9", "email": "fatima@example.test", "first_name": "Fatima", "last_name": "Ali", "gender": "female",
            "account": "guest", "date_of_birth": "1990-01-20", "date_joined": "2019-08-26T09:28:14Z",
            "default_address": address,
        },
        "items": [
            {"reference": "sku-01", "name": "Perfume", "description": "Rose", "url": "https://shop.example/p",
             "image_url": "https://shop.example/p.png", "unit_price": 42000, "qty": 2},
            {"reference": "sku-02", "name": "Sample", "unit_price": 0, "qty": 1},
        ],
        "discounts": [{"code": "ten", "name": "10%", "amount": 8400}],
        "num_instalments": 3, "metadata": {"cart": 5},
    }  # fmt: skip
