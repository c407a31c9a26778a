"""What everybody with the log may see of a body is an allow-list: all else is hidden, whatever it is called."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.budget import Budget
from webapp.presentation.masked_body import masked, opened
from webapp.presentation.masking import HIDDEN
from webapp.webhooks.deliveries.content import Content
from webapp.webhooks.deliveries.ingest import LARGEST

CANARY = "john.doe"
DEEP = b'{"data":' * 300 + b"{}" + b"}" * 300
"""Python reads it, and could not draw it."""


def shown(value: Any) -> Any:
    return json.loads(masked(Content((), json.dumps(value).encode())).body)


@pytest.mark.parametrize(
    "value",
    [
        {"customer": {"id": CANARY, "status": CANARY}},
        {"data": {"customer": CANARY, "billing_address": {"city": CANARY}, "metadata": {"amount": CANARY}}},
        {"data": {"shipping": {"name": CANARY, "address": {"id": CANARY}}}},
        {"items": [{"id": CANARY, "name": CANARY}, CANARY, [CANARY]]},
        {"refund": {"description": CANARY, "reason": CANARY}},
        {CANARY: 1, "data": {f"{CANARY}@example.test": 2}},
        {"order_id": f"{CANARY}@example.test"},
        {"data": {"status": "x" * 200 + CANARY}},
        {"phone": 971501998853, "metadata": [CANARY]},
    ],
)
def test_nothing_personal_is_shown(value: Any) -> None:
    text = json.dumps(shown(value))
    assert CANARY not in text
    assert "971501998853" not in text
    assert json.dumps(HIDDEN) in text


def test_what_support_needs_is_shown() -> None:
    told = {
        "event": "transaction",
        "data": {
            "id": "t-1", "type": "refund", "amount": -100, "fee_rate": 450, "paid": None, "full": True,
            "order": {"order_id": "طلب/1", "status": "captured", "total_amount": 81480, "currency": "AED"},
            "items": [{"qty": 2, "unit_price": 100}],
        },
    }  # fmt: skip
    assert shown(told) == told
    assert not masked(Content((("Content-Type", "application/json"),), json.dumps(told).encode())).hides


@pytest.mark.parametrize("body", [b"", b"text", b"[1]", b"\xff", b'{"a": "\\ud800"}', b"[" * 5000, b'{"a": NaN', DEEP])
def test_a_body_of_another_kind_is_hidden_whole_and_opens_as_it_is(body: bytes) -> None:
    assert masked(Content((), body)).body == (HIDDEN if body else "")
    assert opened(Content((), body)).body.encode() == body or opened(Content((), body)).body == body.hex(" ")


def test_headers_that_are_not_known_keep_their_name_only() -> None:
    found = masked(Content((("X-Postpay-Signature", "1:ab"), ("X-Forwarded-For", "10.0.0.1")), b"{}"))
    assert found.headers == [("X-Postpay-Signature", "1:ab"), ("X-Forwarded-For", HIDDEN)]
    assert found.hides


@pytest.mark.parametrize("unit", ["[]", "{}", "1", '{"amount":1}'])
def test_the_largest_body_is_not_drawn_value_by_value(unit: str) -> None:
    body = f'{{"data":{{"items":[{",".join([unit] * (LARGEST // (len(unit) + 1) - 10))}]}}}}'.encode()
    content = Content((), body)
    with Budget():
        hidden, open_ = masked(content), opened(content)
    assert (hidden.body, hidden.is_json, hidden.hides) == (HIDDEN, False, True)
    assert open_.body == body.decode()
