"""Subscriptions and instalment plans: periods as the clock moves, pauses, ends; and how one begins at a checkout."""

from __future__ import annotations

from typing import Any

import pytest

from webapp.emulators.kit import clock
from webapp.emulators.paypro.agreements import later

from .client import DAY, PERIOD, WRONG_STATE, Client, error_of, invalid

MONTH = 31 * DAY
KINDS = ("subscription", "installment_plan")


def periods(client: Client, agreement: dict[str, Any]) -> list[dict[str, Any]]:
    kind = agreement["type"]
    return client.rows(f"/{kind}s/{agreement['id']}/{kind}_periods", limit=50)


@pytest.mark.parametrize("kind", KINDS)
def test_periods_come_with_the_clock(client: Client, kind: str) -> None:
    made = client.agreement(kind, number_of_periods=5, first_period={"amount": 4000})
    assert (made["state"], made[f"{kind}_type"]) == ("active", "direct_debit")
    (first,) = periods(client, made)
    assert (first["period_number"], first["amount"], first["state"]) == (1, 4000, "pending")
    (payment,) = first["payments"]["data"]
    assert (payment["state"], payment[kind], payment["mandate"]) == ("processing", made["id"], made["mandate"])
    client.pass_time(seconds=2 * MONTH + DAY)
    third, second, first = periods(client, made)
    assert [(one["period_number"], one["amount"]) for one in (third, second)] == [(3, 1500), (2, 1500)]
    assert (first["state"], second["state"]) == ("paid", "paid")
    assert client.read(f"/{kind}_periods/{first['id']}") == first
    assert client.read(f"/{kind}_periods/{first['id']}/payments")["data"][0]["id"] == payment["id"]
    assert client.events(first["id"]) == [f"{kind}_period.{name}" for name in ("created", "pending", "paid")]


def test_a_plan_ends_with_its_last_period(client: Client) -> None:
    made = client.agreement("installment_plan", number_of_periods=2)
    client.pass_time(seconds=3 * MONTH)
    assert len(periods(client, made)) == 2
    assert client.read(f"/installment_plans/{made['id']}")["state"] == "completed"
    assert error_of(client.request("DELETE", f"/installment_plans/{made['id']}")) == WRONG_STATE


@pytest.mark.parametrize("kind", KINDS)
def test_pause_resume_and_cancel(client: Client, kind: str) -> None:
    made = client.agreement(kind)
    address = f"/{kind}s/{made['id']}"
    assert error_of(client.post(f"{address}/resume")) == WRONG_STATE
    assert client.made(f"{address}/pause", status=200)["state"] == "paused"
    assert error_of(client.post(f"{address}/pause")) == WRONG_STATE
    client.pass_time(seconds=3 * MONTH)
    assert len(periods(client, made)) == 1
    assert client.made(f"{address}/resume", status=200)["state"] == "active"
    assert len(periods(client, made)) == 1
    client.pass_time(seconds=MONTH)
    assert len(periods(client, made)) == 2
    assert client.request("DELETE", address).json()["state"] == "canceled"
    client.pass_time(seconds=2 * MONTH)
    assert len(periods(client, made)) == 2
    for method, path in (("DELETE", address), ("POST", f"{address}/resume"), ("POST", f"{address}/pause")):
        assert error_of(client.request(method, path)) == WRONG_STATE
    told = [name.rpartition(".")[2] for name in client.events(made["id"])]
    assert told == ["created", "updated", "paused", "resumed", "canceled"]


def test_it_starts_and_ends_on_its_days(client: Client) -> None:
    now = clock.parse_moment(client.control("GET", "")["clock"])
    start, end = ((clock.spoken(now + days * clock.DAY) or "")[:10] for days in (10, 55))
    made = client.agreement(start_at=start, cancel_at=end)
    assert (made["state"], periods(client, made)) == ("pending", [])
    client.pass_time(seconds=11 * DAY)
    assert client.read(f"/subscriptions/{made['id']}")["state"] == "active"
    client.pass_time(seconds=3 * MONTH)
    assert client.read(f"/subscriptions/{made['id']}")["state"] == "canceled"
    assert len(periods(client, made)) == 2


def test_a_manual_one_waits_for_its_periods(client: Client) -> None:
    made = client.agreement(scheduling="manual")
    client.pass_time(seconds=2 * MONTH)
    assert len(periods(client, made)) == 1
    address = f"/subscriptions/{made['id']}/subscription_periods"
    added = client.made(address, {"amount": 777, "description": "Extra"})
    assert (added["period_number"], added["payments"]["data"][0]["description"]) == (2, "Extra")
    assert error_of(client.post(address, {"amount": "777"})) == invalid("amount")
    client.made(f"/subscriptions/{made['id']}/pause", status=200)
    assert error_of(client.post(address, {"amount": 777})) == WRONG_STATE


@pytest.mark.parametrize(("fate", "state"), [("fail", "reversed"), ("charge_back", "reversed"), ("pay", "paid")])
def test_a_period_goes_the_way_of_its_payment(client: Client, fate: str, state: str) -> None:
    mandate = client.mandate(fate=fate)
    made = client.agreement(mandate=mandate["id"], customer=mandate["customer"])
    client.pass_time(seconds=8 * DAY)
    (period,) = periods(client, made)
    assert period["state"] == state


def test_a_period_is_refunded_with_its_payment(client: Client) -> None:
    made = client.agreement()
    client.pass_time(seconds=3 * DAY)
    (period,) = periods(client, made)
    client.refund(f"/payments/{period['payments']['data'][0]['id']}", period["amount"])
    client.pass_time(seconds=2 * DAY)
    assert client.read(f"/subscription_periods/{period['id']}")["state"] == "refunded"


@pytest.mark.parametrize("kind", KINDS)
def test_one_with_pay_methods_begins_when_its_first_payment_is_paid(client: Client, kind: str) -> None:
    customer = client.made("/customers", {})["id"]
    made = client.agreement(kind, customer=customer, mandate=None, pay_methods=["ideal"])
    assert (made["state"], made["mandate"]) == ("pending", None)
    client.session.post(made["_links"]["checkout"], {"decision": "pay", "method": "ideal"}, allow_redirects=False)
    begun = client.read(f"/{kind}s/{made['id']}")
    assert begun["state"] == "active"
    assert "checkout" not in begun["_links"]
    assert client.read(f"/mandates/{begun['mandate']}")["state"] == "approved"
    (period,) = periods(client, made)
    assert (period["state"], period["payments"]["data"][0]["pay_method"]["id"]) == ("paid", "ideal")
    client.pass_time(seconds=MONTH)
    assert periods(client, made)[0]["payments"]["data"][0]["pay_method"]["id"] == "direct-debit"
    assert client.rows(f"/customers/{customer}/mandates")[0]["id"] == begun["mandate"]


def test_canceling_may_cancel_what_was_not_paid_yet(client: Client) -> None:
    made = client.agreement(cancel_periods_on_cancellation=True)
    client.request("DELETE", f"/subscriptions/{made['id']}")
    assert [period["state"] for period in periods(client, made)] == ["canceled"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("customer", "CUNONE"), ("customer", None), ("description", ""), ("currency", "USD"), ("mandate", "MDNONE"),
        ("period", None), ("period", {}), ("period", {**PERIOD, "interval": "hour"}), ("period", []),
        ("period", {**PERIOD, "multiplier": 0}), ("period", {**PERIOD, "multiplier": 10**9}),
        ("period", {**PERIOD, "amount": 0}), ("period", {**PERIOD, "vat": 101}), ("period", {**PERIOD, "vat": "NaN"}),
        ("first_period", {"vat": 21}), ("start_at", "soon"), ("start_at", "2026-02-30"), ("cancel_at", 5),
        ("pay_methods", ["paypal"]), ("mandate", ""), ("payment_details", {"return_url": "x"}), ("scheduling", "x"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(client: Client, field: str, value: Any) -> None:
    mandate = client.mandate()
    body = {"customer": mandate["customer"], "mandate": mandate["id"], "description": "Club", "currency": "EUR"}
    assert error_of(client.post("/subscriptions", {**body, "period": PERIOD, field: value})) == invalid(field)


def test_a_mandate_of_somebody_else_or_beside_pay_methods_is_refused(client: Client) -> None:
    body = {"customer": client.made("/customers", {})["id"], "description": "d", "currency": "EUR", "period": PERIOD}
    mandate = client.mandate()
    assert error_of(client.post("/subscriptions", {**body, "mandate": mandate["id"]})) == invalid("mandate")
    both = {**body, "customer": mandate["customer"], "mandate": mandate["id"], "pay_methods": ["ideal"]}
    assert error_of(client.post("/subscriptions", both)) == invalid("mandate")


def test_amounts_of_periods_may_be_text_as_in_the_examples(client: Client) -> None:
    period = client.agreement(period={**PERIOD, "amount": "1000", "vat": "21"})["period"]
    assert (period["amount"], period["vat"]) == (1000, 21.0)


def test_edits_count_from_the_next_period(client: Client) -> None:
    made = client.agreement()
    address = f"/subscriptions/{made['id']}"
    changed = client.request("PATCH", address, json={"description": "New", "period": {**PERIOD, "amount": 2000}}).json()
    assert (changed["description"], changed["period"]["amount"], changed["state"]) == ("New", 2000, "active")
    assert error_of(client.request("PATCH", address, json={"first_period": {"amount": 50}})) == invalid("first_period")
    client.pass_time(seconds=MONTH)
    assert [period["amount"] for period in periods(client, made)] == [2000, 1500]


@pytest.mark.parametrize(
    ("start", "interval", "times", "end"),
    [
        ("2026-01-31", "month", 1, "2026-02-28"), ("2026-01-31", "month", 2, "2026-03-31"),
        ("2024-02-29", "year", 1, "2025-02-28"), ("2026-12-31", "day", 1, "2027-01-01"),
        ("2026-11-30", "week", 2, "2026-12-14"), ("2026-11-30", "month", 14, "2028-01-30"),
    ],
)  # fmt: skip
def test_intervals_keep_to_the_calendar(start: str, interval: str, times: int, end: str) -> None:
    assert clock.spoken(later(clock.parse_moment(start), interval, times)) == f"{end}T00:00:00Z"
