"""Checkouts: making one, and the hosted page where a tester decides in the shopper's place."""

from __future__ import annotations

import secrets
import sqlite3
from functools import partial
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from webapp.emulators.kit import clock, page
from webapp.emulators.kit.fields import country, email
from webapp.emulators.kit.json_body import read_json
from webapp.emulators.kit.messages import Answer, Refusal, Request
from webapp.emulators.kit.store import insert
from webapp.emulators.kit.validation import (
    Field,
    choice,
    day,
    key_value_pairs,
    moment,
    record,
    required,
    rows,
    text,
    url,
    validate,
    whole,
)

from . import checkout_page, deliveries, fields, orders
from .fields import identifier, integer, optional_url
from .world import Call, World

LIFETIME = clock.HOUR
# What a decision makes of the order, and where the shopper goes with which word.
OUTCOMES = {
    "approve": ("approved", "confirmation_url", "APPROVED"),
    "deny": ("denied", "cancel_url", "DENIED"),
    "cancel": (None, "cancel_url", "CANCELLED"),
}

ADDRESS = {
    "first_name": required(text()),
    "last_name": required(text()),
    "phone": Field(text()),
    "alt_phone": Field(text()),
    "line1": required(text()),
    "line2": Field(text()),
    "city": required(text()),
    "state": Field(text()),
    "country": required(country),
    "postal_code": Field(text()),
}
SHIPPING = {
    "id": Field(text()),
    "name": required(text()),
    "amount": required(whole(0)),
    "address": required(record(ADDRESS)),
}
CUSTOMER = {
    "id": Field(text()),
    "email": required(email),
    "first_name": Field(text()),
    "last_name": Field(text()),
    "gender": Field(choice("male", "female", "other", blank=True)),
    "account": Field(choice("new", "existing", "guest", blank=True)),
    "date_of_birth": Field(day),
    "date_joined": Field(moment),
    "default_address": Field(record(ADDRESS)),
}
ITEM = {
    "reference": required(text()),
    "name": required(text()),
    "description": Field(text()),
    "url": Field(optional_url),
    "image_url": Field(optional_url),
    "unit_price": required(whole(0)),
    "qty": required(integer(1)),
}
DISCOUNT = {"code": required(text()), "name": Field(text()), "amount": required(whole(0))}
MERCHANT = {
    "confirmation_url": required(url("http", "https")),
    "cancel_url": required(url("http", "https")),
}
# The documents require shipping, but shops that sell vouchers send none or null, and are served.
CHECKOUT = {
    "order_id": required(identifier),
    "total_amount": required(whole(1)),
    "tax_amount": required(whole(0)),
    "currency": required(fields.currency),
    "num_instalments": Field(integer(1)),
    "shipping": Field(record(SHIPPING)),
    "billing_address": Field(record(ADDRESS)),
    "customer": required(record(CUSTOMER)),
    "items": required(rows(record(ITEM), empty=False)),
    "discounts": Field(rows(record(DISCOUNT))),
    "merchant": required(record(MERCHANT)),
    "metadata": Field(key_value_pairs),
}


def create_checkout(call: Call) -> Answer:
    """Makes a pending order and the token of its page. 409 `conflict` for an order id seen before.

    The parts need not add up to the total: those of real shops often do not.
    """
    given = validate(read_json(call.request), CHECKOUT)
    token, created = secrets.token_hex(16), clock.now()
    with call.world.store.write() as db:
        sql = "SELECT 1 FROM orders WHERE merchant = ? AND order_id = ?"
        if db.execute(sql, (call.merchant, given["order_id"])).fetchone():
            raise Refusal("conflict", message="There is already an order with this ID.")
        order = {name: given[name] for name in ("order_id", "total_amount", "tax_amount", "currency")}
        moment = {"created": created, "status_changed": created}
        key = insert(db, "orders", {"merchant": call.merchant, "status": "pending", **order, **moment})
        insert(db, "order_details", {"order_key": key, "body": orders.details_of(given)})
        insert(db, "checkouts", {"token": token, "order_key": key, "expires": created + LIFETIME, **given["merchant"]})
        made = orders.detail(db, db.execute("SELECT * FROM orders WHERE key = ?", (key,)).fetchone())
    deliveries.announce(call.world, call.merchant, "order", made)
    body = {
        "token": token,
        "expires": clock.spoken(created + LIFETIME),
        "redirect_url": f"{call.base_url}/checkout/{token}",
        "reference": secrets.token_hex(16),
    }
    return Answer.of(body, 201)


def answer_page(world: World, request: Request) -> Answer:
    return page.answer(request, partial(_show, world), partial(_decide, world))


def _show(world: World, token: str) -> Answer:
    with world.store.read() as db:
        checkout = _find(db, token)
        if refusal := _unusable(checkout):
            return refusal
        order = db.execute("SELECT * FROM orders WHERE key = ?", (checkout["order_key"],)).fetchone()  # type: ignore[index]
        return checkout_page.show(orders.detail(db, order), checkout)  # type: ignore[arg-type]


def _decide(world: World, token: str, body: bytes) -> Answer:
    decision = page.sent(body, "decision")
    with world.store.write() as db:
        checkout = _find(db, token)
        if refusal := _unusable(checkout):
            return refusal
        if decision not in OUTCOMES:
            return page.message("Choose to approve, deny or cancel.", 400)
        status, address, word = OUTCOMES[decision]
        db.execute("UPDATE checkouts SET outcome = ? WHERE token = ?", (word, token))
        key = checkout["order_key"]  # type: ignore[index]
        if status:
            orders.set_status(db, key, status)
        order = db.execute("SELECT * FROM orders WHERE key = ?", (key,)).fetchone()
        detail = orders.detail(db, order)
    if status:
        deliveries.announce(world, order["merchant"], "order", detail)
    return page.sent_back(merged(checkout[address], order["order_id"], word))  # type: ignore[index]


def _find(db: sqlite3.Connection, token: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute("SELECT * FROM checkouts WHERE token = ?", (token,)).fetchone()
    return row


def _unusable(checkout: sqlite3.Row | None) -> Answer | None:
    if not checkout:
        return page.message("There is no such checkout.", 404)
    if checkout["outcome"]:
        return page.message("This checkout was used already.", 410)
    if checkout["expires"] <= clock.now():
        return page.message("This checkout has expired.", 410)
    return None


def merged(address: str, order_id: str, status: str) -> str:
    """The shop's address with `order_id` and `status` in its query, whatever else was there."""
    parts = urlsplit(address)
    kept = [(name, value) for name, value in parse_qsl(parts.query, True) if name not in ("order_id", "status")]
    query = urlencode([*kept, ("order_id", order_id), ("status", status)])
    return page.ascii_address(urlunsplit(parts._replace(query=query)))
