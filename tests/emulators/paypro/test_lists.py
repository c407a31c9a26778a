"""Lists by cursor: newest first, in both directions, of every kind."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from urllib.parse import urlsplit

import pytest

from .client import Client, cursor_of, error_of, invalid

LISTS = (
    "payments", "refunds", "chargebacks", "customers", "mandates", "subscriptions", "installment_plans", "events",
    "webhooks",
)  # fmt: skip


def encoded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_newest_first_and_walked_whole_in_both_directions(filled: Client, name: str) -> None:
    pages = [filled.read(f"/{name}", limit=7)]
    while "next" in pages[-1]["_links"]:
        pages.append(filled.read(f"/{name}", limit=7, cursor=cursor_of(pages[-1]["_links"]["next"])))
    rows = [row for page in pages for row in page["data"]]
    assert rows
    assert len({row["id"] for row in rows}) == len(rows)
    assert [row["created_at"] for row in rows] == sorted((row["created_at"] for row in rows), reverse=True)
    assert {row["type"] for row in rows} == {name.removesuffix("s")}
    assert all(len(page["data"]) == 7 for page in pages[:-1])
    for newer, older in zip(reversed(pages[:-1]), reversed(pages[1:]), strict=True):
        back = filled.read(f"/{name}", limit=7, cursor=cursor_of(older["_links"]["prev"]))
        assert back["data"] == newer["data"]
        assert cursor_of(back["_links"]["next"]) == cursor_of(newer["_links"]["next"])
    assert "prev" not in pages[0]["_links"]


def test_a_cursor_is_a_direction_and_an_id(filled: Client) -> None:
    page = filled.read("/payments", limit=3)
    assert urlsafe_b64decode(cursor_of(page["_links"]["next"]) + "==").decode() == f"n:{page['data'][-1]['id']}"
    following = filled.read("/payments", limit=3, cursor=cursor_of(page["_links"]["next"]))
    previous = urlsafe_b64decode(cursor_of(following["_links"]["prev"]) + "==").decode()
    assert previous == f"p:{following['data'][0]['id']}"


def test_ten_rows_are_usual_and_a_hundred_the_most(filled: Client) -> None:
    usual = filled.read("/payments")
    assert (usual["type"], usual["count"], len(usual["data"])) == ("list", 10, 10)
    assert usual["_links"]["self"] == f"{filled.base_url}/payments"
    assert filled.read("/payments", limit=100)["count"] == 100


@pytest.mark.parametrize("limit", ["0", "-1", "101", "ten", "1.5", "", "99999999999", "٣"])
def test_a_wrong_limit_is_refused(filled: Client, limit: str) -> None:
    assert error_of(filled.get("/payments", limit=limit)) == invalid("limit")


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "%00", "ü", "a" * 5000, encoded("n:"), encoded("n:PPNONE"), encoded("x:PPNONE"), encoded("\x00")],
)
def test_a_wrong_cursor_is_refused(filled: Client, cursor: str) -> None:
    assert error_of(filled.get("/payments", cursor=cursor)) == invalid("cursor")


def test_a_cursor_of_another_list_or_account_is_refused(client: Client, filled: Client) -> None:
    customer = filled.read("/customers")["data"][0]["id"]
    assert error_of(filled.get("/payments", cursor=encoded(f"n:{customer}"))) == invalid("cursor")
    assert error_of(client.get("/customers", cursor=encoded(f"n:{customer}"))) == invalid("cursor")


def test_a_page_stays_where_it_was_when_something_new_comes_or_something_goes(client: Client) -> None:
    old = [client.made("/webhooks", webhook(number))["id"] for number in range(6)]
    cursor = cursor_of(client.read("/webhooks", limit=2)["_links"]["next"])
    client.made("/webhooks", webhook(7))
    client.request("DELETE", f"/webhooks/{old[4]}")
    page = client.read("/webhooks", limit=2, cursor=cursor)
    assert [row["id"] for row in page["data"]] == [old[3], old[2]]


def webhook(number: int) -> dict[str, Any]:
    return {"name": f"hook {number}", "description": "all", "url": "https://winkel.example.nl/hook"}


def test_pay_methods_come_all_at_once(filled: Client) -> None:
    page = filled.read("/pay_methods")
    assert page["count"] == 9
    assert {"id", "type", "name", "currencies", "minimum_amount", "maximum_amount", "details"} == set(page["data"][0])


def test_an_empty_list_and_rows_of_one_moment(client: Client) -> None:
    address = client.paid()
    empty = client.read(f"{address}/refunds")
    assert empty == {"type": "list", "data": [], "count": 0, "_links": {"self": f"{client.base_url}{address}/refunds"}}
    made = [client.thing("chargeback", created="2020-01-01T00:00:00Z", payment=address[10:])["id"] for _ in range(5)]
    assert [row["id"] for row in client.rows(f"{address}/chargebacks", limit=2)] == made[::-1]


def test_a_foreign_link_and_an_empty_count_mislead_nobody_who_takes_the_cursor_only(client: Client) -> None:
    address = client.paid()
    made = [client.refund(address, 1).json()["id"] for _ in range(5)]
    client.control("PUT", "/settings", {"link_host": "https://elsewhere.example", "count_zero": True})
    page = client.read(f"{address}/refunds", limit=2)
    assert page["count"] == 0
    assert urlsplit(page["_links"]["next"]).netloc == "elsewhere.example"
    following = client.read(f"{address}/refunds", limit=3, cursor=cursor_of(page["_links"]["next"]))
    assert [row["id"] for row in page["data"] + following["data"]] == made[::-1]
