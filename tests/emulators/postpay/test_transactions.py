"""Settlements: their filters, their amounts, and what makes them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from . import oracle
from .client import Client, error_of, fields_of
from .test_order_filters import PART_VALUES, lookups


@pytest.fixture(scope="module")
def rows(filled: Client) -> list[dict[str, Any]]:
    return filled.rows("/transactions")


def check(client: Client, rows: list[dict[str, Any]], lookup: str, value: str) -> None:
    expected = [row["id"] for row in rows if oracle.keeps(row, lookup, value)]
    assert [row["id"] for row in client.rows("/transactions", **{lookup: value})] == expected


def test_it_filters_by_id(filled: Client, rows: list[dict[str, Any]]) -> None:
    check(filled, rows, "id", rows[3]["id"])
    check(filled, rows, "id__in", f"{rows[5]['id']},{rows[300]['id']},none")


@pytest.mark.parametrize(
    ("lookup", "value"),
    [
        ("type", "order"),
        ("type", "refund"),
        ("type", "instalment"),
        ("type", "regularization"),
        ("type__in", "order,refund"),
        ("currency", "SAR"),
        ("currency__in", "AED,KWD"),
        ("amount", "-10000"),
        ("amount__lt", "0"),
        ("amount__lte", "-10000"),
        ("amount__gt", "50000"),
        ("amount__gte", "81480"),
    ],
)
def test_it_filters_by_type_currency_and_amount(
    filled: Client, rows: list[dict[str, Any]], lookup: str, value: str
) -> None:
    check(filled, rows, lookup, value)


@pytest.mark.parametrize("name", ["created", "payment", "paid"])
def test_it_filters_by_moment_under_both_documents_names(filled: Client, rows: list[dict[str, Any]], name: str) -> None:
    moment = next(row["paid"] for row in rows if row["paid"])
    for lookup in lookups(name):
        check(filled, rows, lookup, moment)


@pytest.mark.parametrize("part", PART_VALUES)
@pytest.mark.parametrize("name", ["created", "payment", "paid"])
def test_it_filters_by_every_date_part(filled: Client, rows: list[dict[str, Any]], name: str, part: str) -> None:
    for lookup in lookups(f"{name}__{part}"):
        check(filled, rows, lookup, PART_VALUES[part][1])


@pytest.mark.parametrize("name", ["payment", "paid"])
def test_it_tells_paid_from_unpaid(filled: Client, rows: list[dict[str, Any]], name: str) -> None:
    for value in ("true", "True", "1", "false", "False", "0"):
        check(filled, rows, f"{name}__isnull", value)
    assert filled.get("/transactions", **{f"{name}__isnull": "maybe"}).json()["count"] == len(rows)


@pytest.mark.parametrize(("name", "other"), [("payment", "paid"), ("paid", "payment")])
def test_it_can_know_only_one_of_both_names(client: Client, name: str, other: str) -> None:
    for paid in (None, "2026-01-01T00:00:00Z"):
        client.control(
            "POST",
            "/transactions",
            {"type": "order", "currency": "AED", "amount": 100, **({"paid": paid} if paid else {})},
        )
    assert client.control("PUT", "/settings", {"payout_names": [name]})["payout_names"] == [name]
    assert len(client.rows("/transactions", **{f"{name}__isnull": "true"})) == 1
    assert len(client.rows("/transactions", **{f"{other}__isnull": "true"})) == 2
    client.control("POST", "/reset")
    assert client.control("GET", "")["payout_names"] == ["payment", "paid"]


@pytest.mark.parametrize(
    ("lookup", "value"), [("type", "gift"), ("type__in", "order,gift"), ("paid__date", "x"), ("amount", "x")]
)
def test_values_of_the_wrong_type_are_refused_by_name(filled: Client, lookup: str, value: str) -> None:
    assert list(fields_of(filled.get("/transactions", **{lookup: value}))) == [lookup]


def test_one_transaction_is_the_row_of_the_list(filled: Client, rows: list[dict[str, Any]]) -> None:
    for row in (rows[0], rows[100], rows[-1]):
        assert filled.get(f"/transactions/{row['id']}").json() == row
    assert error_of(filled.get("/transactions/none")) == (404, "not_found")


def test_totals_follow_the_formula(rows: list[dict[str, Any]]) -> None:
    """total = amount - (fee_amount + amount * fee_rate / 10^4) * (1 + fee_tax_rate / 10^4), within a unit."""
    for row in rows:
        fee = row["fee_amount"] + Fraction(row["amount"] * row["fee_rate"], 10**4)
        total = row["amount"] - fee * (1 + Fraction(row["fee_tax_rate"], 10**4))
        assert abs(row["total_amount"] - total) <= Fraction(1, 2), row


def test_a_capture_makes_a_transaction_as_in_the_documents(client: Client) -> None:
    address = client.order("order-01", 81480, "approved", tax_amount=3880)
    captured = client.post(f"{address}/capture").json()
    [row] = client.rows("/transactions")
    names = ("order_id", "status", "status_changed", "total_amount", "tax_amount", "currency", "created")
    assert {**row, "id": "", "created": ""} == {
        "id": "",
        "type": "order",
        "currency": "AED",
        "amount": 81480,
        "fee_amount": 100,
        "fee_rate": 450,
        "fee_tax_rate": 500,
        "total_amount": 77525,
        "description": "",
        "created": "",
        "paid": None,
        "order": {name: captured[name] for name in names},
    }


def test_a_refund_makes_a_negative_transaction_without_fees(client: Client) -> None:
    address = client.order(total=10_000)
    client.refund(address, "r-1", 2_500, description="Too big")
    row = client.get("/transactions", type="refund").json()["results"][0]
    assert (row["amount"], row["total_amount"], row["description"]) == (-2_500, -2_500, "Too big")
    assert (row["fee_amount"], row["fee_rate"], row["fee_tax_rate"]) == (0, 0, 0)
    assert row["order"]["order_id"] == "order-77"


def test_a_payout_pays_each_currency_at_one_moment(client: Client) -> None:
    for number in range(3):
        client.order(f"dirham-{number}")
        client.order(f"yen-{number}", currency="JPY")
    assert client.control("POST", "/payouts") == {"paid": 6}
    paid = {
        currency: {row["paid"] for row in client.rows("/transactions", currency=currency)}
        for currency in ("AED", "JPY")
    }
    assert [len(moments) for moments in paid.values()] == [1, 1]
    assert paid["AED"] != paid["JPY"]
    assert client.control("POST", "/payouts") == {"paid": 0}


def test_a_payout_may_be_of_one_currency(client: Client) -> None:
    client.order("dirham")
    client.order("yen", currency="JPY")
    assert client.control("POST", "/payouts", {"currency": "JPY"}) == {"paid": 1}
    assert [row["currency"] for row in client.rows("/transactions", paid__isnull="true")] == ["AED"]


def test_a_provider_changes_its_past_when_it_is_told_to(client: Client) -> None:
    client.order("dirham")
    (row,) = client.rows("/transactions")
    path = f"/transactions/{row['id']}"
    client.control("PUT", path, {"paid": "2026-10-31T21:30:00Z", "total_amount": 814.8})
    changed = client.get(path).json()
    assert (changed["paid"], changed["total_amount"]) == ("2026-10-31T21:30:00Z", 814.8)
    assert client.rows("/transactions", paid__gte="2026-10-01T00:00:00Z")
    client.control("PUT", path, {"paid": None})
    assert client.rows("/transactions", paid__isnull="true")
    client.control("DELETE", path)
    assert client.get(path).status_code == 404
