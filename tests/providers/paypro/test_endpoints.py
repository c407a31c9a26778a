"""Every method against the emulator, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.emulators.paypro.client import DAY, HOLDER, IBAN
from tests.emulators.paypro.client import Client as Provider
from webapp.emulators.paypro.server import Sandbox
from webapp.money import Money
from webapp.providers.http.errors import (
    AnswerLost,
    Invalid,
    InvalidStatus,
    NotFound,
    Throttled,
    Unauthorized,
    UnreadableAnswer,
)
from webapp.providers.paypro.client import BadIdentifier, PayProClient
from webapp.providers.paypro.refund_body import encode_refund, sent_amount

from .conftest import MakePayPro

MARK = "bo-" + "0123456789abcdef" * 2


def body(cents: int, **fields: Any) -> bytes:
    return encode_refund(amount=Money(cents, "EUR"), reason=f"Retour {MARK}", **fields)


def test_a_payment_is_read_and_canceled(client: PayProClient, provider: Provider) -> None:
    made = provider.made("/payments", {"amount": 1250, "currency": "EUR", "description": "Fietstas"})
    payment = client.get_payment(payment_id=made["id"])
    assert (payment.id, payment.money, payment.state) == (made["id"], Money(1250, "EUR"), "initialized")
    assert payment.may_be_canceled
    assert client.list_payments(limit=1).rows == (payment,)
    canceled = client.cancel_payment(payment_id=payment.id)
    assert (canceled.state, canceled.may_be_canceled, canceled.may_be_refunded) == ("canceled", False, False)
    with pytest.raises(InvalidStatus):
        client.cancel_payment(payment_id=payment.id)


def test_a_refund_is_made_found_and_canceled(client: PayProClient, provider: Provider) -> None:
    payment_id = provider.paid(5000, "bancontact")[10:]
    made = client.create_refund(payment_id=payment_id, body=body(2000, iban=IBAN, holder=HOLDER))
    assert (made.payment, made.money, made.state, made.takes) == (payment_id, Money(2000, "EUR"), "open", True)
    assert (made.reason or "").endswith(MARK)
    assert client.get_refund(refund_id=made.id) == made
    assert client.list_refunds(limit=1).rows == (made,)
    assert client.list_payment_refunds(payment_id=payment_id).rows == (made,)
    canceled = client.cancel_refund(refund_id=made.id)
    assert (canceled.state, canceled.takes, canceled.may_be_canceled) == ("canceled", False, False)
    with pytest.raises(InvalidStatus):
        client.cancel_refund(refund_id=made.id)


def test_neither_account_nor_holder_is_logged(client: PayProClient, provider: Provider) -> None:
    payment_id = provider.paid(5000, "creditcard")[10:]
    with capture_logs() as logs:
        client.create_refund(payment_id=payment_id, body=body(10, iban=IBAN, holder=HOLDER))
        with pytest.raises(Invalid) as refused:
            client.create_refund(payment_id=payment_id, body=body(9000, iban=IBAN, holder=HOLDER))
    assert [line["status"] for line in logs] == [201, 422]
    for private in (IBAN, HOLDER, MARK, payment_id):
        assert private not in f"{logs} {refused.value}"


def test_what_a_refund_may_be_refused_for(client: PayProClient, provider: Provider) -> None:
    card, paid = provider.paid(1000, "creditcard")[10:], provider.paid(1000)[10:]
    with pytest.raises(Invalid) as without_account:
        client.create_refund(payment_id=card, body=body(10))
    assert list(without_account.value.fields) == ["iban"]
    with pytest.raises(Invalid) as too_much:
        client.create_refund(payment_id=paid, body=body(1001))
    assert list(too_much.value.fields) == ["amount"]
    with pytest.raises(InvalidStatus):
        client.create_refund(payment_id=provider.thing("payment", state="open")["id"], body=body(10))
    with pytest.raises(NotFound):
        client.create_refund(payment_id="PPNONE", body=body(10))


def test_a_refund_is_never_sent_twice(client: PayProClient, provider: Provider) -> None:
    payment_id = provider.paid()[10:]
    provider.control("POST", "/faults", {"kind": "drop_after", "method": "POST", "times": 1})
    with pytest.raises(AnswerLost):
        client.create_refund(payment_id=payment_id, body=body(10))
    assert [refund.amount for refund in client.list_all_refunds(payment_id=payment_id)] == [10]


def test_an_answer_about_something_else_is_not_believed(client: PayProClient, provider: Provider) -> None:
    payment_id = provider.paid()[10:]
    provider.control("POST", "/faults", {"kind": "wrong_id", "times": 1})
    with pytest.raises(UnreadableAnswer):
        client.get_payment(payment_id=payment_id)
    provider.control("POST", "/faults", {"kind": "wrong_amount", "times": 1})
    with pytest.raises(UnreadableAnswer):
        client.create_refund(payment_id=payment_id, body=body(10))


def test_chargebacks_customers_mandates_and_pay_methods(client: PayProClient, provider: Provider) -> None:
    payment_id = provider.paid(1500)[10:]
    provider.move("payment", payment_id, "charge_back")
    (chargeback,) = client.list_payment_chargebacks(payment_id=payment_id).rows
    assert (chargeback.money, chargeback.state, chargeback.payment) == (Money(1500, "EUR"), "completed", payment_id)
    assert client.get_chargeback(chargeback_id=chargeback.id) == chargeback == client.list_chargebacks().rows[0]
    customer_id = provider.made("/customers", {"email": "kees@example.nl"})["id"]
    customer = client.get_customer(customer_id=customer_id)
    assert customer.email == "kees@example.nl"
    assert customer in client.list_customers().rows
    mandate_id = provider.mandate(customer_id)["id"]
    assert client.get_mandate(mandate_id=mandate_id) in client.list_mandates().rows
    methods = client.list_pay_methods().rows
    assert "bancontact" in [method.id for method in methods]
    assert methods[0].maximum_amount == 5_000_000


@pytest.mark.parametrize(("kind", "name"), [("subscription", "subscription_id"), ("installment_plan", "plan_id")])
def test_agreements_are_paused_resumed_and_canceled(
    client: PayProClient, provider: Provider, kind: str, name: str
) -> None:
    made = provider.agreement(kind, period={"amount": "1500", "vat": "21", "multiplier": 1, "interval": "month"})
    named = {name: made["id"]}

    def call(method: str) -> Any:
        return getattr(client, method.format(kind))(**named)

    agreement = call("get_{}")
    assert (agreement.is_active, agreement.period.amount, agreement.period.interval) == (True, 1500, "month")
    assert getattr(client, f"list_{kind}s")().rows[0] == agreement
    assert call("pause_{}").is_paused
    with pytest.raises(InvalidStatus):
        call("pause_{}")
    assert call("resume_{}").is_active
    provider.pass_time(seconds=3 * DAY)
    (period,) = call("list_{}_periods").rows
    assert getattr(client, f"get_{kind}_period")(period_id=period.id) == period
    (payment,) = getattr(client, f"list_{kind}_period_payments")(period_id=period.id).rows
    assert (payment.state, payment.amount) == ("completed", 1500)
    assert call("cancel_{}").state == "canceled"
    if kind == "subscription":
        listed = client.list_customer_subscriptions(customer_id=made["customer"])
        assert [one.id for one in listed.rows] == [made["id"]]


def test_events_and_webhooks(client: PayProClient, provider: Provider) -> None:
    url = "https://winkel.example.nl/paypro"
    made = client.create_webhook(name="Shop", description="All", url=url)
    assert (made.active, len(made.secret.get_secret_value())) == (True, 32)
    assert made.secret.get_secret_value() not in repr(made)
    assert client.edit_webhook(webhook_id=made.id, active=False).active is False
    assert [one.id for one in client.list_webhooks().rows] == [made.id]
    assert client.delete_webhook(webhook_id=made.id).id == made.id
    with pytest.raises(NotFound):
        client.get_webhook(webhook_id=made.id)
    with pytest.raises(Invalid) as wrong:
        client.create_webhook(name="Shop", description="All", url="http://elsewhere.example/")
    assert list(wrong.value.fields) == ["url"]
    customer_id = provider.made("/customers", {})["id"]
    event = client.list_events(limit=1).rows[0]
    assert (event.event_type, event.payload["id"]) == ("customer.created", customer_id)
    assert client.get_event(event_id=event.id) == event


def test_a_wrong_key_and_too_many_calls(paypro: Sandbox, make_paypro: MakePayPro, provider: Provider) -> None:
    with pytest.raises(Unauthorized):
        make_paypro(paypro.base_url, key="pp_wrong").list_payments()
    provider.control("POST", "/faults", {"kind": "status", "status": 429, "retry_after": "60", "times": 1})
    with pytest.raises(Throttled) as throttled:
        make_paypro(paypro.base_url).list_payments()
    assert throttled.value.retry_after == 60


def test_what_goes_over_the_wire(client: PayProClient, provider: Provider) -> None:
    provider.control("DELETE", "/requests")
    payment_id = provider.paid()[10:]
    client.create_refund(payment_id=payment_id, body=body(10))
    (seen,) = provider.control("GET", "/requests")["requests"]
    assert seen["headers"]["content-type"] == seen["headers"]["accept"] == "application/json"
    assert (seen["method"], seen["path"], seen["query"]) == ("POST", f"/payments/{payment_id}/refunds", "")
    assert seen["body"].startswith('{"amount":10,"reason":"Retour bo-')
    for odd in ("", "..", "a\x00b", "x" * 600):
        with pytest.raises(BadIdentifier):
            client.get_payment(payment_id=odd)


@pytest.mark.parametrize("amount", [Money(0, "EUR"), Money(-1, "EUR"), Money(10, "USD")])
def test_only_a_positive_amount_in_euro_is_given_back(amount: Money) -> None:
    with pytest.raises(ValueError, match="positive amount in euro"):
        encode_refund(amount=amount, reason=MARK)


@pytest.mark.parametrize("sent", [b"{}", b"[]", b'{"amount": "10"}', b'{"amount": true}', b'{"amount": 0}'])
def test_other_bytes_are_no_refund(sent: bytes) -> None:
    with pytest.raises(ValueError, match="positive whole amount"):
        sent_amount(sent)
