"""Payments and their moves: made, paid, settled, completed, failed, charged back, canceled, expired."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from webapp.emulators.kit import clock
from webapp.emulators.kit.messages import Refusal

from . import things
from .acting import Act
from .speaking import PAYABLE
from .things import Thing

LIFETIME = clock.HOUR
SETTLED_AFTER = 2 * clock.DAY
COMPLETED_AFTER = clock.DAY
CHARGED_BACK_AFTER = 5 * clock.DAY
SLOW = ("direct-debit", "bank-transfer")
"""Pay methods whose money comes days after the customer said yes."""
REFUNDABLE = ("paid", "completed")
FATES = ("pay", "fail", "charge_back")
"""What becomes of a slow payment."""
CHARGEBACK_REASONS = ("MD06", "AM04", "MD01", "AC04", "SL01")
PERIOD_STATES = {
    "open": "open",
    "processing": "pending",
    "paid": "paid",
    "completed": "paid",
    "failed": "reversed",
    "canceled": "canceled",
    "expired": "canceled",
}
BODY: dict[str, Any] = {
    "amount": 0,
    "description": "",
    "currency": "EUR",
    "pay_method": None,
    "state": "initialized",
    "refunded_amount": 0,
    "return_url": None,
    "cancel_url": None,
    "metadata": {},
    "paid_at": None,
    "customer": None,
    "mandate": None,
    "subscription": None,
    "installment_plan": None,
    "locale": None,
}


def create(act: Act, account: int, values: Mapping[str, Any], hidden: Mapping[str, Any]) -> Thing:
    """A payment that waits for its customer, `open` where only one pay method is left to choose."""
    methods: Sequence[str] = hidden.get("pay_methods") or ()
    method = methods[0] if len(methods) == 1 else None
    body = {**BODY, **values, "pay_method": method, "state": "open" if method else "initialized"}
    payment = act.add(account, "payment", body, {**hidden, "token": secrets.token_hex(16)})
    payment.plan("expire", act.now + LIFETIME)
    act.save(payment, "created")
    return payment


def debit(act: Act, account: int, values: Mapping[str, Any], mandate: Thing, period: str | None = None) -> Thing:
    """A payment from an approved account: nobody is asked, and the money comes when the bank has it."""
    method = mandate.body["pay_method"]
    body = {**BODY, **values, "customer": mandate.body["customer"], "mandate": mandate.id, "pay_method": method}
    hidden = {"fate": mandate.hidden.get("fate", "pay"), "period": period}
    payment = act.add(account, "payment", {**body, "state": "open"}, hidden)
    act.tell("payment.created", payment)
    take(act, payment, method)
    return payment


def take(act: Act, payment: Thing, method: str) -> None:
    """The customer has said yes, by this method."""
    payment.body["pay_method"] = method
    act.tell("payment.started", payment)
    if method not in SLOW:
        settle(act, payment)
        return
    payment.state = "processing"
    payment.plan("settle", act.now + SETTLED_AFTER)
    act.save(payment, "processing")
    follow(act, payment)


def settle(act: Act, payment: Thing) -> None:
    """What the bank answers, as the payment's fate says; a slow one has waited for it."""
    if payment.hidden.get("fate") == "fail":
        fail(act, payment)
    else:
        pay(act, payment)


def pay(act: Act, payment: Thing) -> None:
    _must_be(payment, *PAYABLE, "processing")
    if not payment.body["pay_method"]:
        payment.body["pay_method"] = "ideal"
    payment.state, payment.body["paid_at"] = "paid", act.spoken_now()
    if not payment.body["customer"]:
        payment.body["customer"] = _unknown_customer(act, payment.account).id
    if payment.hidden.get("fate") == "charge_back":
        payment.plan("charge_back", act.now + CHARGED_BACK_AFTER)
    else:
        payment.plan("complete", act.now + COMPLETED_AFTER)
    act.save(payment, "paid")
    follow(act, payment)


def complete(act: Act, payment: Thing) -> None:
    _must_be(payment, "paid")
    payment.state = "completed"
    payment.plan(None, None)
    act.save(payment, "completed")


def fail(act: Act, payment: Thing) -> None:
    _must_be(payment, "processing", *PAYABLE)
    _end(act, payment, "failed")


def expire(act: Act, payment: Thing) -> None:
    _must_be(payment, *PAYABLE)
    _end(act, payment, "expired")


def cancel(act: Act, payment: Thing) -> None:
    _must_be(payment, *PAYABLE)
    _end(act, payment, "canceled")


def charge_back(act: Act, payment: Thing) -> Thing:
    """The customer's bank takes the whole back; the payment stays paid, its period is reversed."""
    _must_be(payment, *REFUNDABLE)
    body = {
        "amount": payment.body["amount"],
        "description": payment.body["description"],
        "reason": secrets.choice(CHARGEBACK_REASONS),
        "currency": "EUR",
        "payment": payment.id,
        "state": "completed",
        "charged_back_at": act.spoken_now(),
    }
    made = act.add(payment.account, "chargeback", body)
    act.tell("chargeback.created", made)
    payment.plan(None, None)
    act.save(payment)
    follow(act, payment, "reversed")
    return made


def follow(act: Act, payment: Thing, state: str | None = None) -> None:
    """The period that a payment is for goes the way of its payment."""
    if not payment.hidden.get("period"):
        return
    kind = "subscription_period" if payment.body["subscription"] else "installment_plan_period"
    period = things.find(act.db, payment.account, kind, payment.hidden["period"])
    wanted = state or PERIOD_STATES.get(payment.state)
    if not period or not wanted or period.state in (wanted, "canceled"):
        return
    period.state = wanted
    act.save(period, wanted)


def _end(act: Act, payment: Thing, state: str) -> None:
    payment.state = state
    payment.plan(None, None)
    act.save(payment, state)
    follow(act, payment)


def _must_be(payment: Thing, *states: str) -> None:
    if payment.state not in states:
        raise Refusal("invalid_state", message=f"The payment is {payment.state}.")


def _unknown_customer(act: Act, account: int) -> Thing:
    """Somebody who paid without having been named."""
    from_nobody = act.add(account, "customer", dict.fromkeys(CUSTOMER))
    act.tell("customer.created", from_nobody)
    return from_nobody


CUSTOMER = (
    "email", "first_name", "last_name", "address", "postal", "city", "country", "vat_number", "company_name",
    "phone_number",
)  # fmt: skip
