"""Making a checkout: what is taken, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from . import samples
from .client import Client, error_of, fields_of

ITEM = samples.DETAILS["items"][0]


def flat(fields: Any, prefix: str = "") -> set[str]:
    """The names of all wrong fields, nested ones joined by dots."""
    if isinstance(fields, dict):
        return {name for key, value in fields.items() for name in flat(value, f"{prefix}{key}.")}
    if any(isinstance(value, dict) for value in fields):
        return {name for place, value in enumerate(fields) for name in flat(value, f"{prefix}{place}.")}
    return {prefix.rstrip(".")}


def wrong(client: Client, body: Any) -> set[str]:
    answer = client.post("/checkouts", body)
    names = flat(fields_of(answer))
    assert client.get("/orders").json()["count"] == 0
    return names


def test_a_new_order_is_pending(client: Client) -> None:
    client.post("/checkouts", samples.CHECKOUT)
    order = client.get("/orders/order-01").json()
    assert (order["status"], order["status_changed"]) == ("pending", order["created"])


def test_a_repeated_order_id_is_a_conflict(client: Client) -> None:
    assert client.post("/checkouts", samples.CHECKOUT).status_code == 201
    assert error_of(client.post("/checkouts", samples.checkout(total_amount=1))) == (409, "conflict")
    assert client.get("/orders/order-01").json()["total_amount"] == 81480


def test_everything_required_is_named(client: Client) -> None:
    assert wrong(client, {}) == {"order_id", "total_amount", "tax_amount", "currency", "customer", "items", "merchant"}


@pytest.mark.parametrize(
    "name", ["order_id", "total_amount", "tax_amount", "currency", "customer", "items", "merchant"]
)
def test_what_is_required_may_not_be_null(client: Client, name: str) -> None:
    assert wrong(client, samples.checkout(**{name: None})) == {name}


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"merchant": {}}, "merchant.confirmation_url merchant.cancel_url"),
        ({"merchant": {"confirmation_url": "javascript:alert(1)", "cancel_url": "https://a.example"}},
         "merchant.confirmation_url"),
        ({"merchant": {"confirmation_url": "https://a.example", "cancel_url": "/cancel"}}, "merchant.cancel_url"),
        ({"merchant": []}, "merchant.non_field_errors"),
        ({"shipping": {"name": "x"}}, "shipping.amount shipping.address"),
        ({"shipping": {"name": "x", "amount": -1, "address": {**samples.ADDRESS, "country": "UAE", "line1": []}}},
         "shipping.amount shipping.address.line1 shipping.address.country"),
        ({"shipping": "none"}, "shipping.non_field_errors"),
        ({"billing_address": {**samples.ADDRESS, "city": None}}, "billing_address.city"),
        ({"customer": {}}, "customer.email"),
        ({"customer": {"email": "nobody"}}, "customer.email"),
        ({"customer": {"email": "a@b.c", "gender": "none", "account": "old"}}, "customer.gender customer.account"),
        ({"customer": {"email": "a@b.c", "date_of_birth": "20.01.1990", "date_joined": "long ago"}},
         "customer.date_of_birth customer.date_joined"),
        ({"customer": {"email": "a@b.c", "default_address": {**samples.ADDRESS, "last_name": None}}},
         "customer.default_address.last_name"),
        ({"items": []}, "items"),
        ({"items": {}}, "items"),
        ({"items": [ITEM, {"name": "x", "qty": 0}]}, "items.1.reference items.1.unit_price items.1.qty"),
        ({"items": ["x"]}, "items.0.non_field_errors"),
        ({"items": [{**ITEM, "url": "javascript:alert(1)"}]}, "items.0.url"),
        ({"discounts": [{"code": "x"}]}, "discounts.0.amount"),
        ({"discounts": "none"}, "discounts"),
        ({"currency": "AAA"}, "currency"),
        ({"currency": "aed"}, "currency"),
        ({"total_amount": 0}, "total_amount"),
        ({"total_amount": 814.8, "tax_amount": "3880"}, "total_amount tax_amount"),
        ({"total_amount": 2**63}, "total_amount"),
        ({"num_instalments": 0}, "num_instalments"),
        ({"metadata": "x"}, "metadata"),
        ({"total_amount": 2300.0, "tax_amount": "2300.0"}, "total_amount tax_amount"),
        ({"items": [{**ITEM, "qty": "2,0"}]}, "items.0.qty"),
        ({"order_id": ""}, "order_id"),
        ({"order_id": True}, "order_id"),
        ({"order_id": "x" * 256}, "order_id"),
    ],
)  # fmt: skip
def test_wrong_fields_are_named_where_they_are(client: Client, changes: dict[str, Any], names: str) -> None:
    assert wrong(client, samples.checkout(**changes)) == set(names.split())


@pytest.mark.parametrize(
    "changes",
    [
        {"shipping": None},
        {"billing_address": None},
        {"discounts": None},
        {"discounts": []},
        {"num_instalments": None},
        {"num_instalments": 3},
        {"metadata": None},
        {"metadata": []},
        {"metadata": {"cart": {"lines": [1, 2, {"deep": None}]}, "gift": True}},
        {"order_id": 10476},
        {"order_id": "طلب/١ #%"},
        {"items": [{"reference": 17, "name": "x", "unit_price": 1, "qty": 1, "image_url": False, "url": ""}]},
        {"customer": {"email": "a@b.example", "first_name": "", "gender": "", "date_of_birth": "", "id": 99}},
        {"billing_address": {**samples.ADDRESS, "last_name": "", "postal_code": None, "state": ""}},
        {"unknown": {"key": 1}, "items": [{**ITEM, "colour": "red"}]},
        {"total_amount": 1, "tax_amount": 0},
        {"customer": {"email": "a@b.example", "date_joined": "2019-08-26T09:28:14+0000"}},
    ],
)
def test_what_real_shops_send_is_taken(client: Client, changes: dict[str, Any]) -> None:
    assert client.post("/checkouts", samples.checkout(**changes)).status_code == 201


def test_shipping_may_be_absent(client: Client) -> None:
    body = samples.checkout()
    for name in ("shipping", "billing_address", "discounts"):
        del body[name]
    assert client.post("/checkouts", body).status_code == 201
    order = client.get("/orders/order-01").json()
    assert (order["shipping"], order["billing_address"], order["discounts"]) == (None, None, [])


def test_what_was_sent_is_shown_and_the_unknown_is_dropped(client: Client) -> None:
    item = {"reference": 17, "name": "x", "unit_price": 1, "qty": 1, "image_url": False, "colour": "red"}
    body = samples.checkout(order_id=5, items=[item], num_instalments=4, metadata={"a": [1]}, unknown=1)
    client.post("/checkouts", body)
    order = client.get("/orders/5").json()
    assert order["items"] == [{"reference": "17", "name": "x", "unit_price": 1, "qty": 1, "image_url": None}]
    assert (order["order_id"], order["num_instalments"], order["metadata"]) == ("5", 4, {"a": [1]})
    assert "unknown" not in order
    assert "merchant" not in order


@pytest.mark.parametrize(
    ("given", "taken"),
    [(2300, 2300), (2300.0, 2300), ("2300.0", 2300), ("2300", 2300), ("2300.", 2300), (" 2300.000 ", 2300), ("+7", 7),
     ("0" * 999 + "4", 4)],
)  # fmt: skip
def test_what_the_documents_call_integer_is_read_as_the_framework_reads_one(
    client: Client, given: object, taken: int
) -> None:
    body = samples.checkout(num_instalments=given, items=[{**ITEM, "qty": given}])
    assert client.post("/checkouts", body).status_code == 201
    order = client.get("/orders/order-01").json()
    assert (order["num_instalments"], order["items"][0]["qty"]) == (taken, taken)


@pytest.mark.parametrize(
    "given",
    ["0" * 1000 + "4", "1.5", 1.5, "2300.01", 1e300, "1e2", True, [3], {}, "", "three", 2**63, "9" * 1000, "0.0", -1.0],
)
def test_and_nothing_else_is(client: Client, given: object) -> None:
    body = samples.checkout(num_instalments=given, items=[{**ITEM, "qty": given}])
    assert wrong(client, body) == {"num_instalments", "items.0.qty"}
