"""The sample requests and answers of both documents, as data."""

from __future__ import annotations

import copy
from typing import Any

ADDRESS = {
    "first_name": "John",
    "last_name": "Doe",
    "phone": "+971 50 000 0000",
    "alt_phone": "800 239",
    "line1": "The Gate District, DIFC",
    "line2": "Level 4, Precinct Building 5",
    "city": "Dubai",
    "state": "Dubai",
    "country": "AE",
    "postal_code": "00000",
}
DETAILS: dict[str, Any] = {
    "shipping": {"id": "shipping-01", "name": "Express Delivery", "amount": 2000, "address": ADDRESS},
    "billing_address": ADDRESS,
    "customer": {
        "id": "customer-01",
        "email": "john@postpay.io",
        "first_name": "John",
        "last_name": "Doe",
        "gender": "male",
        "account": "guest",
        "date_of_birth": "1990-01-20",
        "date_joined": "2019-08-26T09:28:14.790Z",
    },
    "items": [
        {
            "reference": "sku-01",
            "name": "Wild Flower Eau de Parfum (50ml)",
            "description": "It’s a windswept bouquet with a spring awakening.",
            "url": "https://www.example.ae/wild-flower.html",
            "image_url": "https://www.example.ae/wild-flower.jpg",
            "unit_price": 84000,
            "qty": 1,
        }
    ],
    "discounts": [{"code": "return-10", "name": "Returning customer 10% discount", "amount": 8400}],
}
CHECKOUT: dict[str, Any] = {
    "order_id": "order-01",
    "total_amount": 81480,
    "tax_amount": 3880,
    "currency": "AED",
    **DETAILS,
    "merchant": {
        "confirmation_url": "https://www.example.ae/success",
        "cancel_url": "https://www.example.ae/cancel",
    },
}
REFUND = {"refund_id": "refund-01", "amount": 12050, "description": "Item returned by user"}
HOOK = {"active": True, "events": ["order"], "url": "https://www.example.ae/hooks", "secret": "dolphins"}


def checkout(**changes: Any) -> dict[str, Any]:
    """The sample checkout with some keys changed, each test its own copy."""
    return {**copy.deepcopy(CHECKOUT), **changes}
