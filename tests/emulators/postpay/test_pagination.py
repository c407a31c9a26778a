"""Pages of lists."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from .client import Client, error_of


def test_a_list_has_twenty_rows_and_the_documented_keys(filled: Client) -> None:
    body = filled.get("/orders").json()
    assert list(body) == ["count", "next", "previous", "results"]
    assert (body["count"], len(body["results"]), body["previous"]) == (400, 20, None)
    assert body["next"] == f"{filled.base_url}/orders?page=2"


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("1", 1),
        ("7", 7),
        ("50", 50),
        ("51", 50),
        ("9999999999", 50),
        ("0000000000007", 7),
        ("9" * 4300, 50),
        ("9" * 4301, 20),
        ("0", 20),
        ("-3", 20),
        ("ten", 20),
        ("2.5", 20),
        ("", 20),
    ],
)
def test_the_page_size_is_cut_at_fifty_and_nonsense_means_twenty(filled: Client, asked: str, given: int) -> None:
    assert len(filled.get("/orders", page_size=asked).json()["results"]) == given


@pytest.mark.parametrize("number", ["0", "-1", "21", "99999999999999999999", "two", "1.0", "last", "１", "1_0", " "])
def test_pages_that_are_none_are_not_found(filled: Client, number: str) -> None:
    assert error_of(filled.get("/orders", page=number)) == (404, "not_found")


def test_the_last_page_leads_only_back(filled: Client) -> None:
    body = filled.get("/orders", page=20).json()
    assert (len(body["results"]), body["next"]) == (20, None)
    assert body["previous"] == f"{filled.base_url}/orders?page=19"


def test_the_first_page_has_no_number_in_addresses(filled: Client) -> None:
    assert filled.get("/orders", page=2).json()["previous"] == f"{filled.base_url}/orders"


def test_addresses_of_neighbours_keep_the_query(filled: Client) -> None:
    asked = {"status__in": "captured,denied", "page_size": "5", "ordering": "-total_amount", "unknown": "ü&="}
    body = filled.get("/orders", **asked, page="3").json()
    for address, page in ((body["next"], "4"), (body["previous"], "2")):
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query == {**asked, "page": page}


def test_addresses_of_neighbours_lead_to_the_neighbours(filled: Client) -> None:
    following = filled.get("/orders", page_size=7).json()["next"]
    rows = filled.session.get(following, auth=filled.auth).json()["results"]
    assert rows == filled.get("/orders", page_size=14).json()["results"][7:]


def test_an_empty_list_has_one_page(client: Client) -> None:
    assert client.get("/orders", page=1).json() == {"count": 0, "next": None, "previous": None, "results": []}
    assert error_of(client.get("/orders", page=2)) == (404, "not_found")


def test_addresses_name_the_host_that_was_asked(filled: Client) -> None:
    named = filled.request("GET", "/orders", headers={"Host": "sandbox.example:81"}).json()["next"]
    assert named == "http://sandbox.example:81/orders?page=2"
    odd = filled.request("GET", "/orders", headers={"Host": "evil.example/<script>"}).json()["next"]
    assert odd == f"{filled.base_url}/orders?page=2"


def test_every_row_is_on_exactly_one_page(filled: Client) -> None:
    for ordering in ("created", "-created", "total_amount", "-total_amount"):
        ids = [row["order_id"] for row in filled.rows("/orders", ordering=ordering)]
        assert len(set(ids)) == len(ids) == 400


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize(
    ("path", "field"),
    [("/orders", "total_amount"), ("/orders", "created"), ("/transactions", "amount"), ("/transactions", "created")],
)
def test_it_orders_by_every_documented_field(filled: Client, path: str, field: str, sign: str) -> None:
    values = [row[field] for row in filled.rows(path, ordering=f"{sign}{field}")]
    assert values == sorted(values, reverse=bool(sign))


@pytest.mark.parametrize("name", ["paid", "payment"])
def test_unpaid_transactions_come_last_and_first_when_reversed(filled: Client, name: str) -> None:
    for sign in ("", "-"):
        values = [row["paid"] or "9999" for row in filled.rows("/transactions", ordering=f"{sign}{name}")]
        assert values == sorted(values, reverse=bool(sign))
        assert "9999" in values


@pytest.mark.parametrize("ordering", ["", "order_id", "-status", "nothing", "created ;DROP", "--created", ",", "total"])
def test_without_a_known_ordering_the_newest_come_first(filled: Client, ordering: str) -> None:
    assert filled.get("/orders", ordering=ordering).json() == {
        **filled.get("/orders").json(),
        "next": filled.get("/orders", ordering=ordering).json()["next"],
    }
    moments = [row["created"] for row in filled.rows("/orders", ordering=ordering)]
    assert moments == sorted(moments, reverse=True)


def test_it_orders_by_several_fields_in_turn(client: Client) -> None:
    for order_id, total, day in (("a", 5, 1), ("b", 5, 2), ("c", 9, 1)):
        client.order(order_id, total, created=f"2026-01-0{day}T00:00:00Z")
    rows = client.rows("/orders", ordering="-total_amount,unknown,created")
    assert [row["order_id"] for row in rows] == ["c", "a", "b"]
