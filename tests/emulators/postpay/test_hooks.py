"""Hooks: rules and filters. Deliveries have their own file."""

from __future__ import annotations

from typing import Any

import pytest

from . import oracle
from .client import Client, error_of, fields_of
from .samples import HOOK
from .test_order_filters import lookups


def make(client: Client, **changes: Any) -> dict[str, Any]:
    answer = client.post("/hooks", {**HOOK, **changes})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_everything_required_is_named(client: Client) -> None:
    assert set(fields_of(client.post("/hooks", {}))) == {"events", "url", "secret"}


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(
    "change",
    [
        {"events": []},
        {"events": ["payout"]},
        {"events": "order"},
        {"events": [["order"]]},
        {"events": [None]},
        {"events": None},
        {"url": "nowhere"},
        {"url": ""},
        {"url": "ftp://a.example"},
        {"url": "http://a.example/hooks"},
        {"url": "https://"},
        {"url": "https://a.example/\x00"},
        {"url": 7},
        {"secret": ""},
        {"secret": None},
        {"active": "maybe"},
        {"active": 2},
        {"active": None},
        {"active": []},
    ],
)
def test_wrong_fields_are_refused_by_name(client: Client, method: str, change: dict[str, Any]) -> None:
    hook = make(client)
    path = "/hooks" if method == "POST" else f"/hooks/{hook['id']}"
    assert list(fields_of(client.request(method, path, json={**HOOK, **change}))) == list(change)
    assert client.get("/hooks").json()["results"] == [hook]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]:8/x", "https://a.example/x?y=z"]
)
def test_plain_http_is_for_this_machine_only(client: Client, url: str) -> None:
    assert make(client, url=url)["url"] == url


def test_a_hook_is_active_unless_said_otherwise(client: Client) -> None:
    body = {name: value for name, value in HOOK.items() if name != "active"}
    assert client.post("/hooks", body).json()["active"] is True
    for value, meant in ((0, False), (1, True), ("0", False), ("true", True), (False, False)):
        assert make(client, active=value)["active"] is meant


def test_the_secret_is_never_told(client: Client) -> None:
    hook = make(client, secret="do-not-tell-anybody")
    client.request("PATCH", f"/hooks/{hook['id']}", json={"secret": "do-not-tell-either"})
    for path in ("/hooks", f"/hooks/{hook['id']}"):
        assert "do-not-tell" not in client.get(path).text


def test_an_edit_changes_only_what_is_given(client: Client) -> None:
    hook = make(client, events=["transaction", "order", "order"])
    assert hook["events"] == ["order", "transaction"]
    path = f"/hooks/{hook['id']}"
    for body in ({}, {"unknown": 1}):
        assert {**client.request("PATCH", path, json=body).json(), "modified": ""} == {**hook, "modified": ""}
    assert client.request("PATCH", path, json={"active": 0}).json()["active"] is False
    assert client.request("PATCH", path, json={"url": "https://b.example"}).json()["url"] == "https://b.example"
    assert error_of(client.request("PUT", path, json=HOOK)) == (405, "method_not_allowed")


def test_a_deleted_hook_is_gone(client: Client) -> None:
    path = f"/hooks/{make(client)['id']}"
    assert client.request("DELETE", path).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert error_of(client.request(method, path, json={})) == (404, "not_found")


@pytest.fixture(scope="module")
def rows(filled: Client) -> list[dict[str, Any]]:
    return filled.rows("/hooks")


def found(client: Client, **parameters: str) -> list[str]:
    return [row["id"] for row in client.rows("/hooks", **parameters)]


def test_it_filters_by_events(client: Client) -> None:
    order, both = make(client, events=["order"])["id"], make(client, events=["order", "transaction"])["id"]
    assert found(client, events="order") == [order]
    assert found(client, events="transaction,order") == [both]
    assert found(client, events__contains="order") == [both, order]
    assert found(client, events__contains="order,transaction") == [both]
    assert found(client, events__contains="payout") == []
    assert found(client, events="payout") == []


def test_it_filters_by_activity(filled: Client, rows: list[dict[str, Any]]) -> None:
    for value in ("true", "True", "1"):
        assert found(filled, active=value) == [row["id"] for row in rows if row["active"]]
    for value in ("false", "False", "0"):
        assert found(filled, active=value) == [row["id"] for row in rows if not row["active"]]
    assert found(filled, active="yes") == [row["id"] for row in rows]


@pytest.mark.parametrize("lookup", [*oracle.TEXTS, "", "in"])
@pytest.mark.parametrize(
    "value", ["https", "HTTPS", "hooks", "example.ae", "خطاف", "https://www.example.ae/hooks", "<script>"]
)
def test_it_filters_by_url(filled: Client, rows: list[dict[str, Any]], lookup: str, value: str) -> None:
    name = f"url__{lookup}".rstrip("_")
    assert found(filled, **{name: value}) == [row["id"] for row in rows if oracle.keeps(row, name, value)]


def test_it_filters_by_the_code_of_the_last_response(filled: Client, rows: list[dict[str, Any]]) -> None:
    codes = [row["last_response"]["code"] for row in rows]
    assert set(codes) == {200, 404, 500, None}
    for name in lookups("last_response_code"):
        comparison = oracle.COMPARISONS[name.removeprefix("last_response_code").removeprefix("__")]
        expected = [
            row["id"] for row, code in zip(rows, codes, strict=True) if code is not None and comparison(code, 404)
        ]
        assert found(filled, **{name: "404"}) == expected
    assert len(found(filled, last_response_code__in="200,500,7")) == 2
    assert found(filled, last_response_code__in=",") == []
    assert list(fields_of(filled.get("/hooks", last_response_code__in="200,x"))) == ["last_response_code__in"]


def test_it_filters_by_id_and_moment(filled: Client, rows: list[dict[str, Any]]) -> None:
    assert found(filled, id=rows[1]["id"]) == [rows[1]["id"]]
    assert found(filled, id__in=f"{rows[1]['id']},{rows[4]['id']}") == [rows[1]["id"], rows[4]["id"]]
    for name in lookups("created"):
        expected = [row["id"] for row in rows if oracle.keeps(row, name, rows[2]["created"])]
        assert found(filled, **{name: rows[2]["created"]}) == expected
    assert found(filled, created__year="2026") == [row["id"] for row in rows if row["created"][:4] == "2026"]


@pytest.mark.parametrize("sign", ["", "-"])
def test_it_orders_by_moment(filled: Client, sign: str) -> None:
    moments = [row["created"] for row in filled.rows("/hooks", ordering=f"{sign}created")]
    assert moments == sorted(moments, reverse=bool(sign))
