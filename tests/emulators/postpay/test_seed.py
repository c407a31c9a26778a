"""Made-up data: the same each time, and with everything a desk must cope with."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from webapp.emulators.postpay.server import Sandbox

from .client import Client
from .conftest import END

TO_TRY = {"order-declines": "decline", "order-expires": "expire", "order-times-out": "time_out"}
NEWEST = END.isoformat().replace("+00:00", "Z")


@pytest.fixture(scope="module")
def rows(filled: Client) -> list[dict[str, Any]]:
    return filled.rows("/orders")


@pytest.fixture(scope="module")
def states(filled: Client, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [filled.state(f"/orders/{quote(row['order_id'], safe='')}") for row in rows]


@pytest.fixture(scope="module")
def transactions(filled: Client) -> list[dict[str, Any]]:
    return filled.rows("/transactions")


def everything(client: Client) -> list[Any]:
    rows = client.rows("/orders")
    details = [client.get(f"/orders/{quote(row['order_id'], safe='')}").json() for row in rows]
    return [rows, details, client.rows("/transactions"), client.rows("/hooks"), client.control("GET", "/refunds")]


def test_the_same_seed_and_end_give_the_same_data() -> None:
    made = []
    for seed in (3, 3, 4):
        with Sandbox(orders=40, seed=seed, end=END) as sandbox:
            made.append(everything(Client(sandbox)))
    assert made[0] == made[1]
    assert made[0] != made[2]


def test_two_merchants_have_different_data() -> None:
    pairs = [("id_first", "sk_test_first"), ("id_second", "sk_test_second")]
    with Sandbox(orders=30, end=END, credentials=pairs) as sandbox:
        first, second = (Client(sandbox, pair).rows("/orders") for pair in pairs)
        assert len(first) == len(second) == 30
        assert [row["total_amount"] for row in first] != [row["total_amount"] for row in second]


@pytest.mark.parametrize("count", [1, 2, 3, 25])
def test_a_few_orders_are_well_formed_too(count: int) -> None:
    with Sandbox(orders=count, end=END) as sandbox:
        client = Client(sandbox)
        rows = client.rows("/orders")
        assert len(rows) == count
        assert "order-01" in {row["order_id"] for row in rows}


def test_the_newest_order_is_at_the_end_and_the_oldest_three_years_before(rows: list[dict[str, Any]]) -> None:
    assert rows[0]["created"] == NEWEST
    age = END - datetime.fromisoformat(rows[-1]["created"])
    assert timedelta(days=900) < age < timedelta(days=3 * 366)
    assert all(row["created"] <= row["status_changed"] <= NEWEST for row in rows)


def test_the_sample_order_is_the_newest_captured(filled: Client, rows: list[dict[str, Any]]) -> None:
    assert next(row for row in rows if row["status"] == "captured")["order_id"] == "order-01"
    state = filled.state("/orders/order-01")
    assert (state["total_amount"], state["refunded"], state["remaining"]) == (81480, 10000, 71480)
    assert [row["refund_id"] for row in state["refunds"]] == ["refund-00"]
    assert state["items"][0]["name"] == "Wild Flower Eau de Parfum (50ml)"


def test_statuses_and_currencies_are_spread_as_in_life(rows: list[dict[str, Any]]) -> None:
    statuses = Counter(row["status"] for row in rows)
    assert set(statuses) == {"captured", "approved", "pending", "denied"}
    assert statuses["captured"] > 280
    assert 16 <= statuses["approved"] <= 44
    currencies = Counter(row["currency"] for row in rows)
    assert set(currencies) == {"AED", "SAR", "KWD", "BHD", "JPY"}
    assert currencies["AED"] > 260


def test_amounts_are_realistic(rows: list[dict[str, Any]]) -> None:
    amounts = sorted(row["total_amount"] for row in rows if row["currency"] == "AED")
    usual = [amount for amount in amounts if 5_000 <= amount <= 250_000]
    assert len(usual) > 0.7 * len(amounts)
    assert amounts[-1] > 500_000


def test_approved_orders_are_mostly_recent_and_some_fail(states: list[dict[str, Any]]) -> None:
    approved = [state for state in states if state["status"] == "approved"]
    outcomes = Counter(state["on_capture"] for state in approved)
    assert set(outcomes) == {"accept", "decline", "expire", "time_out"}
    week = (END - timedelta(days=7)).isoformat()
    assert sum(state["created"] > week for state in approved) > len(approved) / 2
    assert all(state["created"] < week for state in approved if state["on_capture"] == "expire")


@pytest.mark.parametrize("end", [END, END + timedelta(hours=7, minutes=13), END + timedelta(days=200)])
def test_the_orders_to_try_each_bad_end_of_a_capture_have_names(end: datetime) -> None:
    with Sandbox(orders=500, seed=1, end=end) as sandbox:
        client = Client(sandbox)
        states = {order_id: client.state(f"/orders/{order_id}") for order_id in TO_TRY}
    assert {order_id: state["on_capture"] for order_id, state in states.items()} == TO_TRY
    assert {state["status"] for state in states.values()} == {"approved"}


def test_refunds_come_in_all_sizes_and_never_exceed(states: list[dict[str, Any]]) -> None:
    counts = Counter(len(state["refunds"]) for state in states)
    assert counts[130] == 1
    assert counts[1] > 5
    assert any(2 <= count <= 5 for count in counts)
    refunded = [state for state in states if state["refunds"]]
    assert all(state["status"] == "captured" and state["remaining"] >= 0 for state in refunded)
    assert any(state["remaining"] == 0 for state in refunded)
    for state in refunded:
        for refund in state["refunds"]:
            assert refund["full"] == (refund["amount"] == state["total_amount"])
            assert state["status_changed"] <= refund["created"] <= NEWEST


def test_texts_are_varied_and_some_are_hostile(states: list[dict[str, Any]]) -> None:
    text = repr(states)
    for part in ("<script>", "javascript:", "محمد", "van der Westhuizen", "=HYPERLINK", "O'Brien"):
        assert part in text, part
    for name in ("shipping", "billing_address", "customer"):
        assert any(state[name] is None for state in states), name
    assert any(state.get("num_instalments") for state in states)
    assert any(state.get("metadata") for state in states)
    assert {len(state["items"]) for state in states} == {1, 2, 3, 4, 5}


def test_odd_ids_can_be_opened(filled: Client, rows: list[dict[str, Any]]) -> None:
    ids = {row["order_id"] for row in rows}
    odd = {order_id for order_id in ids if set(order_id) & set(" /%#&") or not order_id.isascii()}
    assert len(odd) >= 7
    for order_id in odd:
        assert filled.get(f"/orders/{quote(order_id, safe='')}").json()["order_id"] == order_id


def test_transactions_have_all_types_and_add_up(
    states: list[dict[str, Any]], transactions: list[dict[str, Any]]
) -> None:
    assert {row["type"] for row in transactions} == {"order", "refund", "instalment", "regularization"}
    for state in states:
        own = [row for row in state["transactions"] if row["type"] != "regularization"]
        assert all(row["currency"] == state["currency"] for row in own)
        back = -sum(row["amount"] for row in own if row["type"] == "refund")
        assert back == state["refunded"]
        if any(row["type"] == "order" for row in own):
            assert sum(row["amount"] for row in own) + back == state["total_amount"]
    assert any(row["order"] is None for row in transactions)
    assert any(row["order"] for row in transactions if row["type"] == "regularization")


def test_payouts_pay_a_week_of_one_currency_at_one_moment(transactions: list[dict[str, Any]]) -> None:
    payouts = defaultdict(list)
    for row in transactions:
        payouts[row["paid"]].append(row)
    unpaid = payouts.pop(None)
    assert all(row["created"] > (END - timedelta(days=10)).isoformat() for row in unpaid)
    assert max(len(rows) for rows in payouts.values()) > 3
    for paid, rows in payouts.items():
        assert len({row["currency"] for row in rows}) == 1
        created = sorted(datetime.fromisoformat(row["created"]) for row in rows)
        assert created[-1] - created[0] <= timedelta(days=7)
        assert datetime.fromisoformat(paid) - created[-1] >= timedelta(days=2)
        assert datetime.fromisoformat(paid).weekday() == 1


def test_hooks_are_in_all_states(filled: Client) -> None:
    hooks = filled.rows("/hooks")
    assert {hook["active"] for hook in hooks} == {True, False}
    assert {hook["last_response"]["status"] for hook in hooks} == {"success", "failure", "unused"}
    assert {hook["last_response"]["code"] for hook in hooks} >= {200, 500, None}
