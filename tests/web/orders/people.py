"""A customer whose every personal fact can be looked for on a page."""

from __future__ import annotations

from typing import Any

ADDRESS = {
    "first_name": "Canarina",
    "last_name": "Wistlehofer",
    "phone": "+971 50 314 1592",
    "alt_phone": "04 271 8281",
    "line1": "Canary Street 7",
    "line2": "Behind the Lighthouse",
    "city": "Umm Canary",
    "state": "Canaryland",
    "country": "AE",
    "postal_code": "C4N4RY",
}
CUSTOMER: dict[str, Any] = {
    "id": "customer-01",
    "email": "canarina@birdhouse.example",
    "first_name": "Canarina",
    "last_name": "Wistlehofer",
    "gender": "female",
    "account": "guest",
    "date_of_birth": "1987-03-14",
    "date_joined": "2019-08-26T09:28:14.790Z",
    "default_address": {**ADDRESS, "line1": "Old Canary Road 1"},
}
PERSONAL: dict[str, Any] = {
    "customer": CUSTOMER,
    "billing_address": ADDRESS,
    "shipping": {"id": "s-1", "name": "Express Delivery", "amount": 2000, "address": ADDRESS},
    "metadata": {"gift_note": "for Canarina"},
}
CANARIES = (
    "Canarina", "Wistlehofer", "314 1592", "271 8281", "Canary Street", "Lighthouse", "Umm Canary", "Canaryland",
    "C4N4RY", "birdhouse", "1987", "Old Canary Road", "female", "gift_note",
)  # fmt: skip
