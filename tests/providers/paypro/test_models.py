"""Strict where money hangs on it, tolerant where it decorates, silent about people."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from webapp.providers.paypro.models import Customer, Event, Payment, Refund, Subscription, Webhook

MADE = {"created_at": "2023-06-30T12:40:10Z"}
PAYMENT = {**MADE, "id": "PPH25H07JYWLR7PA82", "type": "payment", "amount": 1000, "currency": "EUR", "state": "paid"}
REFUND = {**PAYMENT, "id": "PRNAUYTZ727UED", "type": "refund", "payment": "PPSKN6FAN8KNE1", "state": "processing"}


@pytest.mark.parametrize(
    ("field", "value"),
    [*((name, None) for name in ("id", "amount", "currency", "state", "created_at")),
     ("amount", "1000"), ("amount", 10.0), ("amount", True), ("id", ""), ("id", "a\x00"), ("state", ""),
     ("state", ["paid"]), ("created_at", "2023-06-30"), ("currency", {})],
)  # fmt: skip
def test_what_money_hangs_on_must_be_readable(field: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        Payment.model_validate({**PAYMENT, field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [("description", []), ("pay_method", "ideal"), ("paid_at", "soon"), ("refunded_amount", "0"), ("customer", {})],
)
def test_what_decorates_may_be_odd(field: str, value: Any) -> None:
    read = Payment.model_validate({**PAYMENT, field: value})
    assert read.unreadable == {field}


def test_an_unknown_state_is_shown_offers_nothing_and_counts_as_taken() -> None:
    payment = Payment.model_validate({**PAYMENT, "state": "under_review"})
    assert (payment.state, payment.may_be_canceled, payment.may_be_refunded) == ("under_review", False, False)
    refund = Refund.model_validate({**REFUND, "state": "held"})
    assert (refund.may_be_canceled, refund.takes) == (False, True)


@pytest.mark.parametrize(("amount", "vat", "shown"), [("1000", "21", "21"), (1000, 21.0, "21.0"), (1000, None, None)])
def test_amounts_of_periods_are_read_as_number_and_as_text(amount: Any, vat: Any, shown: str | None) -> None:
    period = {"amount": amount, "vat": vat, "multiplier": 1, "interval": "month"}
    read = Subscription.model_validate({**MADE, "id": "PS1", "state": "active", "currency": "EUR", "period": period})
    assert (read.period.amount, read.period.vat) == (1000, shown)


def test_logs_hold_nobody_and_no_secret() -> None:
    names = ("email", "first_name", "last_name", "address", "postal", "city", "company_name", "phone_number")
    customer = Customer.model_validate({**MADE, "id": "CU1", **dict.fromkeys(names, "private")})
    hook = {**MADE, "id": "WH1", "url": "https://private.example/", "active": True, "secret": "private"}
    event = Event.model_validate({**MADE, "id": "EV1", "event_type": "x" * 40, "payload": {"email": "private"}})
    refund = Refund.model_validate({**REFUND, "description": "private", "reason": "private"})
    for one in (customer, Webhook.model_validate(hook), event, refund):
        assert "private" not in repr(one)
