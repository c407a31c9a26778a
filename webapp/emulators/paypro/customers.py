"""Customers, and the mandates by which money is taken from their accounts."""

from __future__ import annotations

from webapp.emulators.kit import clock
from webapp.emulators.kit.messages import Answer
from webapp.emulators.kit.validation import choice, required, text

from . import fields, things
from .acting import acting
from .errors import wrong
from .payment_states import CUSTOMER
from .reading import spoken
from .world import Call

APPROVED_AFTER = 60 * clock.SECOND
MANDATE = {
    "customer": required(text(blank=False)),
    "pay_method": required(choice("direct-debit")),
    "iban": required(fields.iban),
    "account_holder_name": required(text(blank=False, longest=255)),
}


def create_customer(call: Call) -> Answer:
    """201. Nothing is required."""
    given = call.given(fields.CUSTOMER_FIELDS)
    with acting(call.world) as act:
        customer = act.add(call.account, "customer", {name: given.get(name) for name in CUSTOMER})
        act.tell("customer.created", customer)
        return spoken(call, act, customer, 201)


def edit_customer(call: Call) -> Answer:
    """Changes what is given and leaves the rest."""
    with call.world.store.read() as db:
        things.get(db, call.account, "customer", call.ids[0])
    given = call.given(fields.CUSTOMER_FIELDS)
    with acting(call.world) as act:
        customer = act.get(call.account, "customer", call.ids[0])
        customer.body |= given
        act.save(customer, "updated")
        return spoken(call, act, customer)


def create_mandate(call: Call) -> Answer:
    """201. The number of the account is never given back."""
    given = call.given(MANDATE)
    with acting(call.world) as act:
        if not things.find(act.db, call.account, "customer", given["customer"]):
            raise wrong("customer", "does not exist")
        body = {"state": "pending", "customer": given["customer"], "pay_method": given["pay_method"]}
        hidden = {name: given[name] for name in ("iban", "account_holder_name")}
        mandate = act.add(call.account, "mandate", body, hidden)
        mandate.plan("approve", act.now + APPROVED_AFTER)
        act.save(mandate, "created")
        return spoken(call, act, mandate, 201)
