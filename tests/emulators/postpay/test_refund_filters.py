"""Every documented filter of an order's refunds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from webapp.emulators.postpay.server import Sandbox

from . import oracle
from .client import Client, error_of, fields_of
from .test_order_filters import PART_VALUES, lookups

DESCRIPTIONS = (
    "Item returned by user",
    "ITEM returned @ store",
    "Straße",
    "STRASSE",
    "ÉCRAN cassé",
    "استرجاع المنتج",
    "İstanbul",
    "100% [sic] (a.b*c) _under_ \\back",
    "two\nlines",
    "",
    None,
)


@pytest.fixture(scope="module")
def filled() -> Iterator[Client]:
    with Sandbox(orders=0) as running:
        yield Client(running)


@pytest.fixture(scope="module")
def address(filled: Client) -> str:
    """Refunds of many kinds at one order."""
    address = filled.order("refund-filters", 10_000_000, created="2020-01-01T00:00:00Z")
    for number, description in enumerate(DESCRIPTIONS):
        created = f"202{number % 7}-{number + 1:02d}-{number * 2 + 1:02d}T{number * 2:02d}:30:00Z"
        refund = {
            "refund_id": f"r-{number}",
            "amount": 50 + number * 25,
            "description": description,
            "created": created,
        }
        filled.control("POST", f"{address}/refunds", refund)
    return f"{address}/refunds"


@pytest.fixture(scope="module")
def rows(filled: Client, address: str) -> list[dict[str, Any]]:
    return filled.rows(address)


def check(client: Client, address: str, rows: list[dict[str, Any]], lookup: str, value: str) -> None:
    expected = [row["refund_id"] for row in rows if oracle.keeps(row, lookup, value)]
    assert [row["refund_id"] for row in client.rows(address, **{lookup: value})] == expected


@pytest.mark.parametrize("lookup", ["contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"])
@pytest.mark.parametrize(
    "value",
    [
        "@",
        "item",
        "Item",
        "RETURNED",
        "straße",
        "écran",
        "CASSÉ",
        "المنتج",
        "%",
        "_",
        "\\",
        "*",
        "i̇stanbul",
        "lines",
        "zz",
    ],
)
def test_it_filters_by_text(filled: Client, address: str, rows: list[dict[str, Any]], lookup: str, value: str) -> None:
    check(filled, address, rows, f"description__{lookup}", value)


@pytest.mark.parametrize("lookup", ["regex", "iregex"])
@pytest.mark.parametrize(
    "value",
    ["^item", "@|%", r"\d+", "^$", "(user|store)$", "É", "stra(ß|ss)e", "a.c", r"\\", "^two$", "(?s)two.lines", ".*"],
)
def test_it_filters_by_expression(
    filled: Client, address: str, rows: list[dict[str, Any]], lookup: str, value: str
) -> None:
    check(filled, address, rows, f"description__{lookup}", value)


@pytest.mark.parametrize("lookup", ["regex", "iregex"])
@pytest.mark.parametrize(
    "value", ["(", "[a", "*", "a{2,1}", "(?P<x>a)(?P<x>b)", "\\", "(?<=a+)b", "x" * 201, "(" * 200]
)
def test_a_broken_expression_is_refused(filled: Client, address: str, lookup: str, value: str) -> None:
    name = f"description__{lookup}"
    assert list(fields_of(filled.get(address, **{name: value}))) == [name]


def test_an_expression_that_takes_for_ever_is_refused(client: Client) -> None:
    address = client.order()
    for number in range(5):
        client.refund(address, f"r-{number}", 1, description="a" * 60)
    for _ in range(2):
        answer = client.get(f"{address}/refunds", description__regex="(a+)+$|(a|aa)+b")
        assert answer.status_code == 200
        assert list(fields_of(client.get(f"{address}/refunds", description__regex="(a|aa)+b"))) == [
            "description__regex"
        ]
    assert client.get(f"{address}/refunds", description__regex="^a+$").json()["count"] == 5


def test_it_filters_by_id_and_amount(filled: Client, address: str, rows: list[dict[str, Any]]) -> None:
    check(filled, address, rows, "refund_id", "r-3")
    check(filled, address, rows, "refund_id__in", "r-1,r-9,none")
    for lookup in lookups("amount"):
        check(filled, address, rows, lookup, "125")
        check(filled, address, rows, lookup, "130.5")


@pytest.mark.parametrize("part", PART_VALUES)
def test_it_filters_by_every_date_part(filled: Client, address: str, rows: list[dict[str, Any]], part: str) -> None:
    for value in PART_VALUES[part]:
        for lookup in lookups(f"created__{part}"):
            check(filled, address, rows, lookup, value)
    for lookup in lookups("created"):
        check(filled, address, rows, lookup, rows[4]["created"])


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("field", ["amount", "created"])
def test_it_orders(filled: Client, address: str, field: str, sign: str) -> None:
    values = [row[field] for row in filled.rows(address, ordering=f"{sign}{field}")]
    assert values == sorted(values, reverse=bool(sign))


def test_refunds_of_an_unknown_order_are_not_found(filled: Client, address: str) -> None:
    assert error_of(filled.get("/orders/none/refunds", amount="x")) == (404, "not_found")
    assert error_of(filled.get(f"{address}/none")) == (404, "not_found")
