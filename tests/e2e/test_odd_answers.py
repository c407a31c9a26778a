"""Pages about answers that are not what the provider documents, looked at: they fit, and axe finds nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.odd_values import changed, full_order
from tests.provider import Provider

from .eyes import DESKTOP, PHONE, Eyes

ROW = {name: full_order()[name] for name in ("status", "total_amount", "currency", "created")}
HOOK = {"id": "h-1", "active": True, "events": ["order"], "url": "https://www.example.ae/hooks",
        "last_response": {"code": "200"}, "created": "2026-05-06T02:14:16Z"}  # fmt: skip
SALE = {"id": "t-1", "type": "order", "currency": "AED", "amount": 81480, "fee_rate": 2.5, "total_amount": 77525,
        "created": "2026-05-08T10:53:57Z", "order": {"order_id": "order-01", "status": 5}}  # fmt: skip


def odd_order() -> dict[str, Any]:
    told = full_order()
    for path, value in {"items.0.qty": 1.5, "shipping": [], "customer.id": 12.0, "discounts.0.amount": "8400"}.items():
        told = changed(told, path, value)
    return told


def page_of(*rows: object) -> dict[str, object]:
    return {"count": len(rows), "next": None, "previous": None, "results": list(rows)}


ANSWERS: list[tuple[str, str, str, object]] = [
    ("agent", "/demo/orders/order-01", "=/orders/order-01", odd_order()),
    ("agent", "/demo/orders/order-01", "=/orders/order-01/refunds",
     page_of({"refund_id": "r-1", "amount": 500, "created": "2026-05-09T11:20:04Z"}, {"refund_id": "r-2"})),
    ("agent", "/demo/orders?order_id=order-01,order-02,order%E2%80%8B3,order-9&ordering=total_amount", "=/orders",
     page_of({**ROW, "order_id": "order-01", "tax_amount": "38.80"}, {**ROW, "order_id": "order-02", "currency": None},
             {**ROW, "order_id": "order\u200b3", "currency": "JPY"})),
    ("agent", "/demo/awaiting-capture", "=/orders",
     page_of({**ROW, "order_id": "order-01", "status": "approved", "status_changed": "soon"}, {**ROW, "order_id": "x",
             "status": "approved", "total_amount": "5"})),
    ("finance", "/demo/settlements", "=/transactions",
     page_of(SALE, {**SALE, "id": "t-2", "order": {}}, {**SALE, "id": "t-3", "amount": "1"})),
    ("finance", "/demo/settlements/t-1", "=/transactions/t-1", SALE),
    ("admin", "/demo/hooks", "=/hooks", page_of(HOOK, {**HOOK, "id": "h-2", "url": None})),
    ("agent", "/demo/orders?status=foo", "=/nothing", {}),
]  # fmt: skip


def test_each_page_about_an_odd_answer_fits(eyes: Callable[..., Eyes], provider: Provider) -> None:
    provider.order()
    for viewport in (DESKTOP, PHONE):
        people: dict[str, Eyes] = {}
        for who, address, path, body in ANSWERS:
            if who not in people:
                people[who] = eyes(viewport=viewport)
                people[who].sign_in(who)
            provider.heal()
            provider.fault("malformed", method="GET", path=path, body=json.dumps(body), applied="before", times=99)
            people[who].open(address)
            people[who].check()
            people[who].check_in_the_dark()
