"""Making payments and refunds."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from webapp.emulators.kit.fields import boolean
from webapp.emulators.kit.messages import Answer, Refusal
from webapp.emulators.kit.validation import Field, choice, key_value_pairs, required, text, whole

from . import agreements, fields, payment_states, refund_states, things
from .acting import Act, acting
from .errors import wrong
from .reading import spoken
from .speaking import METHODS
from .things import Thing
from .world import Call

BANK_DETAILS_FOR = ("bancontact", "creditcard")
"""Pay methods of which nobody knows where the money came from."""
RACE = 0.05
"""Seconds between counting what is left and adding a refund, where the limit is not atomic."""
PAYMENT = {
    "amount": required(fields.amount),
    "currency": fields.currency,
    "description": required(fields.description),
    "return_url": Field(fields.address),
    "cancel_url": Field(fields.address),
    "pay_methods": Field(fields.methods(*METHODS)),
    "issuer": fields.issuer,
    "metadata": Field(key_value_pairs),
    "customer": Field(text()),
    "mandate": Field(text()),
    "setup_mandate": Field(boolean),
    "locale": Field(choice("de", "en", "fr", "nl")),
}
REFUND = {
    "amount": required(whole(1)),
    "description": Field(fields.note),
    "reason": Field(fields.note),
    "account_holder_name": Field(fields.name),
    "iban": Field(fields.iban),
}
SHOWN = ("amount", "description", "currency", "return_url", "cancel_url", "customer", "locale")


def create_payment(call: Call) -> Answer:
    """201. With a mandate the money is taken at once; else the customer pays on the checkout page."""
    given = call.given(PAYMENT)
    values: dict[str, Any] = {name: given.get(name) for name in SHOWN} | {"metadata": given.get("metadata") or {}}
    with acting(call.world) as act:
        if given.get("customer") and not things.find(act.db, call.account, "customer", given["customer"]):
            raise wrong("customer", "does not exist")
        if given.get("setup_mandate") and not given.get("customer"):
            raise wrong("customer", "is required to set up a mandate")
        if given.get("mandate"):
            payment = payment_states.debit(act, call.account, values, _mandate(act, call, given))
        else:
            hidden = {name: given.get(name) for name in ("pay_methods", "issuer", "setup_mandate")}
            payment = payment_states.create(act, call.account, values, hidden)
        return spoken(call, act, payment, 201)


def _mandate(act: Act, call: Call, given: dict[str, Any]) -> Thing:
    if given.get("pay_methods") or given.get("customer"):
        raise wrong("mandate", "cannot be used together with pay_methods or customer")
    return usable_mandate(act, call, given["mandate"])


def usable_mandate(act: Act, call: Call, mandate_id: str, customer: str | None = None) -> Thing:
    """A mandate of the account, and of the customer where one is named, with which money may be taken."""
    mandate = things.find(act.db, call.account, "mandate", mandate_id)
    if not mandate or customer not in (None, mandate.body["customer"]):
        raise wrong("mandate", "does not exist")
    if mandate.state not in agreements.USABLE:
        raise wrong("mandate", f"is {mandate.state}")
    return mandate


def create_refund(call: Call) -> Answer:
    """404, then the fields, then the payment's state, its bank details, and what is left of it."""
    with call.world.store.read() as db:
        things.get(db, call.account, "payment", call.ids[0])
    given = call.given(REFUND)
    racy = call.world.quirks.refund_cap == "racy"
    if racy:
        with call.world.store.read() as db:
            _check_refund(call, db, given)
        time.sleep(RACE)
    with acting(call.world) as act:
        payment = act.get(call.account, "payment", call.ids[0])
        if not racy:
            _check_refund(call, act.db, given)
        return spoken(call, act, _add_refund(call, act, payment, given), 201)


def _check_refund(call: Call, db: sqlite3.Connection, given: dict[str, Any]) -> None:
    payment = things.get(db, call.account, "payment", call.ids[0])
    if payment.state not in payment_states.REFUNDABLE:
        raise Refusal("invalid_state", message=f"The payment is {payment.state}.")
    for name in ("iban", "account_holder_name"):
        if payment.body["pay_method"] in BANK_DETAILS_FOR and not given.get(name):
            raise wrong(name, "is required for this pay method")
    if given["amount"] > payment.body["amount"] - _taken(call, db, payment):
        raise wrong("amount", "exceeds what is left of the payment")


def _taken(call: Call, db: sqlite3.Connection, payment: Thing) -> int:
    only_done = call.world.quirks.refund_cap == "refunded"
    refunds = things.owned(db, "refund", "payment", payment.id)
    counted = [
        one for one in refunds if (one.state == "refunded" if only_done else one.state not in refund_states.VOID)
    ]
    return sum(one.body["amount"] for one in counted)


def _add_refund(call: Call, act: Act, payment: Thing, given: dict[str, Any]) -> Thing:
    reason: str | None = given.get("reason")
    longest = call.world.quirks.reason_length
    if reason is not None and longest is not None:
        reason = reason[:longest] or None
    body = {
        "amount": given["amount"],
        "description": given.get("description") or payment.body["description"],
        "reason": reason,
        "currency": payment.body["currency"],
        "payment": payment.id,
        "state": "open",
        "refunded_at": None,
    }
    hidden = {name: given.get(name) for name in ("iban", "account_holder_name")}
    refund = act.add(call.account, "refund", body, hidden)
    refund.plan("process", act.now + refund_states.PICKED_UP_AFTER)
    act.save(refund, "created")
    return refund


def cancel_refund(call: Call) -> Answer:
    """200 while it is possible; where it races with the paying out, that wins, whatever is answered."""
    race = call.world.quirks.cancel_race
    with acting(call.world) as act:
        refund = act.get(call.account, "refund", call.ids[0])
        if race is None:
            refund_states.cancel(act, refund)
            return spoken(call, act, refund)
        refund_states.refund(act, refund)
        if race == "answered":
            refund.state, refund.body["refunded_at"] = "canceled", None
            return spoken(call, act, refund)
    raise Refusal("invalid_state", message="The refund is refunded.")
