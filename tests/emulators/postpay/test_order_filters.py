"""Every documented filter of orders, lookup by lookup, against the same question asked of the rows in Python."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from . import oracle
from .client import Client, fields_of

COMPARED = ("", "__gt", "__gte", "__lt", "__lte")
PART_VALUES = {
    "date": ("2026-11-19", "2025-02-28", "2024-02-29", "1999-01-01"),
    "year": ("2026", "2025", "0", "-5", "10000", "99999999999999999999"),
    "month": ("1", "2", "11", "12", "0"),
    "day": ("1", "20", "31"),
    "hour": ("0", "12", "23"),
    "week_day": ("1", "4", "7", "8"),
}


def lookups(*names: str) -> list[str]:
    return [f"{name}{comparison}" for name in names for comparison in COMPARED]


@pytest.fixture(scope="module")
def rows(filled: Client) -> list[dict[str, Any]]:
    return filled.rows("/orders")


def check(client: Client, rows: list[dict[str, Any]], lookup: str, value: str) -> None:
    expected = [row["order_id"] for row in rows if oracle.keeps(row, lookup, value)]
    assert [row["order_id"] for row in client.rows("/orders", **{lookup: value})] == expected


@pytest.mark.parametrize("lookup", ["order_id", "order_id__in"])
@pytest.mark.parametrize(
    "value", ["order-01", "طلب-١٠٢٤", "50%-off-12", "a+b&c=d?e", "SO/2026/0042", "ORDER-01", "none"]
)
def test_it_filters_by_id(filled: Client, rows: list[dict[str, Any]], lookup: str, value: str) -> None:
    check(filled, rows, lookup, value)


@pytest.mark.parametrize(
    ("lookup", "value"),
    [
        ("order_id__in", "order-01,order 77,#4821,nothing,,"),
        ("status", "captured"),
        ("status", "pending"),
        ("status__in", "captured,denied"),
        ("status__in", "approved"),
        ("currency", "AED"),
        ("currency", "aed"),
        ("currency", "XXX"),
        ("currency", "Dirham"),
        ("currency__in", "KWD,JPY,BHD"),
        ("currency__in", "SAR"),
    ],
)
def test_it_filters_by_choices(filled: Client, rows: list[dict[str, Any]], lookup: str, value: str) -> None:
    check(filled, rows, lookup, value)


@pytest.mark.parametrize("lookup", lookups("total_amount"))
@pytest.mark.parametrize(
    "value",
    ["81480", "81480.0", "81480.5", "0", "-1", "1e5", "9223372036854775807", "9223372036854775808", "-1e400", "1e400"],
)
def test_it_filters_by_amount(filled: Client, rows: list[dict[str, Any]], lookup: str, value: str) -> None:
    comparison = oracle.COMPARISONS[lookup.removeprefix("total_amount").removeprefix("__")]
    number = float(value) if "." in value or "e" in value else int(value)
    expected = [row["order_id"] for row in rows if comparison(row["total_amount"], number)]
    assert [row["order_id"] for row in filled.rows("/orders", **{lookup: value})] == expected


@pytest.mark.parametrize("lookup", lookups("created"))
@pytest.mark.parametrize("place", [0, 133, 399])
def test_it_filters_by_moment_to_the_microsecond(
    filled: Client, rows: list[dict[str, Any]], lookup: str, place: int
) -> None:
    check(filled, rows, lookup, rows[place]["created"])


@pytest.mark.parametrize("lookup", lookups("created"))
@pytest.mark.parametrize(
    "value",
    ["2026-11-20T14:30:00+04:00", "2026-11-20T10:30:00", "2026-11-20 10:30", "2026-10-01", "0001-01-01T00:00:00Z"],
)
def test_it_reads_moments_as_people_write_them(
    filled: Client, rows: list[dict[str, Any]], lookup: str, value: str
) -> None:
    check(filled, rows, lookup, value)


@pytest.mark.parametrize("comparison", COMPARED)
@pytest.mark.parametrize("part", PART_VALUES)
def test_it_filters_by_every_date_part(filled: Client, rows: list[dict[str, Any]], part: str, comparison: str) -> None:
    for value in PART_VALUES[part]:
        check(filled, rows, f"created__{part}{comparison}", value)


def test_filters_are_joined(filled: Client, rows: list[dict[str, Any]]) -> None:
    asked = {
        "status__in": "captured,denied",
        "currency": "AED",
        "total_amount__gte": "30000",
        "created__hour__lt": "12",
    }
    expected = [row["order_id"] for row in rows if all(oracle.keeps(row, *pair) for pair in asked.items())]
    assert expected
    assert [row["order_id"] for row in filled.rows("/orders", **asked)] == expected


@pytest.mark.parametrize(
    ("lookup", "value"),
    [
        ("unknown", "1"),
        ("order_id__exact", "order-01"),
        ("order_id__contains", "order-01"),
        ("status__gt", "captured"),
        ("total_amount__in", "1,2"),
        ("total_amount__exact", "x"),
        ("created__second", "1"),
        ("created__date__in", "x"),
        ("tax_amount", "1"),
        ("currency", ""),
        ("total_amount__gte", "  "),
        ("created__isnull", "true"),
        ("Status", "captured"),
    ],
)
def test_unknown_lookups_and_empty_values_are_ignored(filled: Client, lookup: str, value: str) -> None:
    assert filled.get("/orders", **{lookup: value}).json()["count"] == 400


@pytest.mark.parametrize(
    ("lookup", "value"),
    [
        ("total_amount", "abc"),
        ("total_amount__gte", "NaN"),
        ("total_amount__lt", "Infinity"),
        ("total_amount", "1_000"),
        ("total_amount", "١٢"),
        ("created", "yesterday"),
        ("created__gt", "2026-13-01"),
        ("created__gte", "2026-11-20T25:00:00Z"),
        ("created__lt", "2026-11-20T10:00:00+99:99"),
        ("created__date", "2026-02-30"),
        ("created__date__gt", "x"),
        ("created__date", "2026-11-20T10:00:00Z"),
        ("created__year", "x"),
        ("created__month__lte", "May"),
        ("created__week_day", "Monday"),
        ("created__hour", "10:00"),
        ("status", "refunded"),
        ("status__in", "captured,refunded"),
    ],
)
def test_values_of_the_wrong_type_are_refused_by_name(filled: Client, lookup: str, value: str) -> None:
    assert list(fields_of(filled.get("/orders", **{lookup: value}))) == [lookup]


def test_all_wrong_values_are_named_at_once(filled: Client) -> None:
    answer = filled.get("/orders", total_amount="x", created__date="y", currency="AED")
    assert set(fields_of(answer)) == {"total_amount", "created__date"}


def test_of_a_parameter_given_twice_the_last_wins(filled: Client, rows: list[dict[str, Any]]) -> None:
    count = filled.get("/orders?status=nonsense&status=denied").json()["count"]
    assert count == sum(row["status"] == "denied" for row in rows)


def test_commas_may_be_encoded(filled: Client) -> None:
    encoded, plain = (filled.get(f"/orders?status__in=captured{comma}denied").json() for comma in ("%2C", ","))
    assert encoded["count"] == plain["count"] > 0


def test_a_raw_utf8_query_is_understood(filled: Client) -> None:
    credentials = b64encode(":".join(filled.auth).encode()).decode()
    head = f"GET /orders?order_id=Ünïcode-№7 HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {credentials}\r\n\r\n"
    assert b'"count":1,' in filled.raw(head.encode())
