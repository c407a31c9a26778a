"""Payments: made, read, canceled, taken by mandate, settled, failed and charged back; refunds; the limits of both."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .client import DAY, HOLDER, IBAN, NOT_FOUND, WRONG_STATE, Client, error_of, invalid

ORDER = {"amount": 1000, "currency": "EUR", "description": "Test Payment"}


def test_a_payment_is_made_and_read(client: Client) -> None:
    extra = {"return_url": "https://w.example/ok", "pay_methods": ["ideal"], "issuer": "INGBNL2A", "metadata": {"a": 1}}
    made = client.made("/payments", {**ORDER, **extra})
    assert (made["type"], made["state"], made["refunded_amount"]) == ("payment", "open", 0)
    assert made["pay_method"] == {"id": "ideal", "type": "pay_method", "name": "iDEAL"}
    assert (made["metadata"], made["return_url"], made["cancel_url"]) == ({"a": 1}, "https://w.example/ok", None)
    assert set(made["_links"]) == {"self", "checkout"}
    assert client.read(f"/payments/{made['id']}") == made
    assert client.events(made["id"]) == ["payment.created"]


def test_without_one_pay_method_it_is_not_open_yet(client: Client) -> None:
    assert client.made("/payments", ORDER)["state"] == "initialized"
    assert client.made("/payments", {**ORDER, "pay_methods": ["ideal", "bancontact"]})["pay_method"] is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("amount", value) for value in (0, 9, -5, 5_000_001, "1000", 10.5, True, None, [], {}, 2**70)),
        *(("currency", value) for value in ("USD", "eur", None, 1)),
        *(("description", value) for value in ("", "  ", None, [], "x" * 501, "a\x00b")),
        *(("return_url", value) for value in ("nowhere", "javascript:alert(1)", 5, "http://[")),
        *(("pay_methods", value) for value in ("ideal", ["cash"], [1], {"a": 1}, [["ideal"]])),
        *(("metadata", value) for value in ("text", 7, [1])),
        *(("customer", value) for value in ("CUNONE", "x" * 9999)),
        *(("mandate", value) for value in ("MDNONE",)),
        ("issuer", "NOBANK"),
        ("locale", "es"),
        ("setup_mandate", "perhaps"),
    ],
)
def test_a_wrong_field_is_named(client: Client, field: str, value: Any) -> None:
    assert error_of(client.post("/payments", {**ORDER, field: value})) == invalid(field)


def test_a_mandate_takes_the_money_at_once_and_stands_alone(client: Client) -> None:
    mandate = client.mandate()
    both = {**ORDER, "mandate": mandate["id"], "customer": mandate["customer"]}
    assert error_of(client.post("/payments", both)) == invalid("mandate")
    assert error_of(client.post("/payments", {**ORDER, "setup_mandate": True})) == invalid("customer")
    made = client.made("/payments", {**ORDER, "mandate": mandate["id"]})
    assert (made["state"], made["customer"]) == ("processing", mandate["customer"])
    client.pass_time(seconds=2 * DAY)
    assert client.read(f"/payments/{made['id']}")["state"] == "paid"
    client.pass_time(seconds=DAY)
    assert client.read(f"/payments/{made['id']}")["state"] == "completed"
    told = ["created", "started", "processing", "paid", "completed"]
    assert client.events(made["id"]) == [f"payment.{name}" for name in told]


@pytest.mark.parametrize("state", ["canceled", "expired"])
def test_a_mandate_that_has_ended_takes_nothing(client: Client, state: str) -> None:
    mandate = client.mandate()
    client.control("PUT", f"/things/mandate/{mandate['id']}", {"state": state})
    assert error_of(client.post("/payments", {**ORDER, "mandate": mandate["id"]})) == invalid("mandate")


def test_a_direct_debit_fails_or_is_charged_back(client: Client) -> None:
    failing, returning = (
        client.made("/payments", {**ORDER, "mandate": client.mandate(fate=fate)["id"]})["id"]
        for fate in ("fail", "charge_back")
    )
    client.pass_time(seconds=2 * DAY)
    assert client.read(f"/payments/{failing}")["state"] == "failed"
    client.pass_time(seconds=5 * DAY)
    (back,) = client.read(f"/payments/{returning}/chargebacks")["data"]
    assert (back["amount"], back["state"], back["payment"]) == (1000, "completed", returning)
    assert client.read(f"/chargebacks/{back['id']}") == back
    assert client.read(f"/payments/{returning}")["state"] == "paid"
    assert error_of(client.refund(f"/payments/{failing}", 10)) == WRONG_STATE


def test_only_what_is_not_paid_yet_is_canceled(client: Client) -> None:
    made = client.made("/payments", ORDER)
    canceled = client.request("DELETE", f"/payments/{made['id']}")
    assert (canceled.status_code, canceled.json()["state"]) == (200, "canceled")
    assert "checkout" not in canceled.json()["_links"]
    for state in ("processing", "paid", "completed", "canceled", "failed", "expired"):
        address = f"/payments/{client.thing('payment', state=state)['id']}"
        assert error_of(client.request("DELETE", address)) == WRONG_STATE
        assert client.read(address)["state"] == state


def test_an_unpaid_payment_expires(client: Client) -> None:
    made = client.made("/payments", ORDER)
    client.pass_time(seconds=3601)
    assert client.read(f"/payments/{made['id']}")["state"] == "expired"


def test_a_refund_goes_its_way(client: Client) -> None:
    address = client.paid(5000)
    made = client.refund(address, 2000, reason="Retour", description="Terug").json()
    assert (made["type"], made["state"], made["amount"], made["reason"]) == ("refund", "open", 2000, "Retour")
    assert (made["description"], made["payment"]) == ("Terug", address.rpartition("/")[2])
    client.pass_time(seconds=60)
    assert client.read(f"/refunds/{made['id']}")["state"] == "processing"
    assert client.read(address)["refunded_amount"] == 0
    client.pass_time(seconds=DAY)
    done = client.read(f"/refunds/{made['id']}")
    assert done["state"] == "refunded"
    assert done["refunded_at"]
    assert client.read(address)["refunded_amount"] == 2000
    assert error_of(client.request("DELETE", f"/refunds/{made['id']}")) == WRONG_STATE
    client.move("refund", made["id"], "fail")
    assert client.read(address)["refunded_amount"] == 0
    assert client.refund(address, 5000).status_code == 201


def test_never_more_than_the_payment_and_a_canceled_one_gives_room_again(client: Client) -> None:
    address = client.paid(5000)
    first = client.refund(address, 3000).json()["id"]
    assert error_of(client.refund(address, 2001)) == invalid("amount")
    assert client.refund(address, 2000).status_code == 201
    assert client.request("DELETE", f"/refunds/{first}").json()["state"] == "canceled"
    assert client.refund(address, 3000).status_code == 201
    assert error_of(client.refund(address, 1)) == invalid("amount")
    assert [row["amount"] for row in client.read(f"{address}/refunds")["data"]] == [3000, 2000, 3000]


@pytest.mark.parametrize("amount", [0, -1, None, "10", 1.5, True, 2**70])
def test_a_wrong_amount_is_refused(client: Client, amount: Any) -> None:
    assert error_of(client.refund(client.paid(), amount)) == invalid("amount")


@pytest.mark.parametrize("method", ["bancontact", "creditcard"])
def test_some_pay_methods_want_an_account(client: Client, method: str) -> None:
    address = client.paid(method=method)
    assert error_of(client.refund(address, 10)) == invalid("iban")
    assert error_of(client.refund(address, 10, iban=IBAN)) == invalid("account_holder_name")
    wrong = IBAN.replace("NL02", "NL03")
    assert error_of(client.refund(address, 10, iban=wrong, account_holder_name=HOLDER)) == invalid("iban")
    made = client.refund(address, 10, iban="nl02 abna 0123 4567 89", account_holder_name=HOLDER)
    assert made.status_code == 201
    assert IBAN not in made.text
    assert "iban" not in client.get(f"/refunds/{made.json()['id']}").text


@pytest.mark.parametrize("state", ["initialized", "open", "processing", "canceled", "failed", "expired", "odd"])
def test_only_paid_payments_are_refunded(client: Client, state: str) -> None:
    made = client.thing("payment", state=state)
    assert error_of(client.refund(f"/payments/{made['id']}", 10)) == WRONG_STATE


def test_many_at_once_never_exceed_the_payment(client: Client) -> None:
    address = client.paid(1000)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.refund(address, 300).status_code, range(8)))
    assert sorted(answers) == [201] * 3 + [422] * 5


def test_accounts_see_nothing_of_each_other(client: Client) -> None:
    address = client.paid()
    other = Client.__new__(Client)
    other.__dict__ |= {**client.__dict__, "key": "pp_second"}
    assert error_of(other.get(address)) == NOT_FOUND
    assert error_of(other.refund(address, 1)) == NOT_FOUND
    assert other.read("/payments")["data"] == []
