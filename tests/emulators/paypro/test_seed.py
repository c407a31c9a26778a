"""Made-up data: the same for the same seed, and of everything something."""

from __future__ import annotations

from pathlib import Path

from webapp.emulators.paypro.server import Sandbox

from .client import Client
from .conftest import END
from .test_lists import LISTS


def test_the_same_seed_and_end_give_the_same(filled: Client) -> None:
    with Sandbox(payments=200, seed=7, end=END) as again, Sandbox(payments=200, seed=8, end=END) as other:
        for name in LISTS:
            rows = [row["id"] for row in filled.read(f"/{name}", limit=100)["data"]]
            assert [row["id"] for row in Client(again).read(f"/{name}", limit=100)["data"]] == rows
            assert [row["id"] for row in Client(other).read(f"/{name}", limit=100)["data"]] != rows


def test_there_is_something_of_everything(filled: Client) -> None:
    payments = filled.rows("/payments", limit=100)
    assert {row["state"] for row in payments} >= {"paid", "completed", "open", "canceled", "failed", "expired"}
    assert {(row["pay_method"] or {"id": None})["id"] for row in payments} > {"ideal", "bancontact", "creditcard"}
    refunds = filled.rows("/refunds", limit=100)
    assert {row["state"] for row in refunds} >= {"refunded", "canceled"}
    assert {row["state"] for row in filled.rows("/subscriptions", limit=100)} >= {"active"}
    assert {row["event_type"] for row in filled.rows("/events", limit=100)} >= {"payment.created", "payment.paid"}
    assert max(row["created_at"] for row in payments) <= "2026-11-20T12:00:00Z"


def test_sums_are_right_and_owners_exist(filled: Client) -> None:
    payments = {row["id"]: row for row in filled.rows("/payments", limit=100)}
    customers = {row["id"] for row in filled.rows("/customers", limit=100)}
    refunded = dict.fromkeys(payments, 0)
    for refund in filled.rows("/refunds", limit=100):
        refunded[refund["payment"]] += refund["amount"] if refund["state"] == "refunded" else 0
        assert refund["created_at"] >= payments[refund["payment"]]["created_at"]
    for one in payments.values():
        assert one["refunded_amount"] == refunded[one["id"]] <= one["amount"]
        assert one["customer"] is None or one["customer"] in customers
        assert (one["paid_at"] is not None) == (one["state"] in ("paid", "completed"))


def test_one_payment_has_more_refunds_than_a_page_holds(filled: Client) -> None:
    owners = [refund["payment"] for refund in filled.rows("/refunds", limit=100)]
    busiest = max(set(owners), key=owners.count)
    assert len(filled.rows(f"/payments/{busiest}/refunds", limit=100)) > 100


def test_its_agreements_go_on_with_the_clock() -> None:
    with Sandbox(payments=100, seed=7, end=END) as sandbox:
        client = Client(sandbox)
        before = client.control("GET", "")["things"]["subscription_period"]
        client.pass_time(seconds=40 * 86_400)
        assert client.control("GET", "")["things"]["subscription_period"] > before
        assert not [row for row in client.rows("/payments", limit=100) if row["state"] in ("open", "initialized")]


def test_a_file_keeps_data_and_clock_over_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "paypro.sqlite3"
    with Sandbox(payments=20, db=file) as sandbox:
        client = Client(sandbox)
        client.pass_time(seconds=90 * 86_400)
        made = client.made("/customers", {"first_name": "Kees"})
    with Sandbox(payments=20, db=file) as sandbox:
        client = Client(sandbox)
        assert client.read("/customers", limit=1)["data"] == [
            {**made, "_links": {"self": f"{client.base_url}/customers/{made['id']}"}}
        ]
        assert client.made("/customers", {})["created_at"] >= made["created_at"]


def test_a_reset_forgets_everything_and_begins_anew() -> None:
    with Sandbox(payments=5) as sandbox:
        client = Client(sandbox)
        client.pass_time(seconds=86_400)
        assert client.control("POST", "/reset", {})["things"] == {}
        shown = client.control("POST", "/reset", {"payments": 10, "seed": 7, "end": "2026-11-20T12:00:00Z"})
        assert shown["things"]["payment"] == 10
        assert shown["clock"].startswith("2026-11-20T12:00")
