"""Things as they are read: with type, moments, what stands inside them, and links."""

from __future__ import annotations

import sqlite3
from typing import Any

from webapp.emulators.kit import clock

from . import things
from .things import Thing

METHODS = {
    "afterpay": "AfterPay",
    "bancontact": "Bancontact",
    "bank-transfer": "Bank transfer",
    "creditcard": "Credit card",
    "direct-debit": "Direct debit",
    "ideal": "iDEAL",
    "ideal-qr": "iDEAL QR",
    "klarna-paynow": "Klarna Pay now",
    "paypal": "PayPal",
}
ISSUERS = (
    "SNSBNL2A", "ASNBNL21", "ABNANL2A", "BUNQNL2A", "KNABNL2H", "RABONL2U", "REVOLT21", "RBRBNL21", "TRIONL2U",
    "FVLBNL22", "INGBNL2A", "BITSNL2A", "NTSBDEB1", "NNBANL2G",
)  # fmt: skip
SMALLEST, LARGEST = 10, 5_000_000
"""Cents that every pay method takes."""
LINKS = {
    "payment": ("customer", "mandate"),
    "refund": ("payment",),
    "chargeback": ("payment",),
    "mandate": ("customer",),
    "subscription": ("customer", "mandate"),
    "installment_plan": ("customer", "mandate"),
    "subscription_period": ("subscription",),
    "installment_plan_period": ("installment_plan",),
}
PAYABLE = ("initialized", "open")


def speak(db: sqlite3.Connection, thing: Thing, base: str) -> dict[str, Any]:
    """The whole object, with links that begin with `base`."""
    shown = {"id": thing.id, "type": thing.kind, **thing.body, "created_at": spoken(thing.created)}
    links = {"self": f"{base}/{thing.kind}s/{thing.id}"}
    if thing.kind == "payment":
        shown["pay_method"] = method(thing.body["pay_method"])
    if token := _token(db, thing):
        links["checkout"] = f"{base}/checkout/{token}"
    for owner in LINKS.get(thing.kind, ()):
        if thing.body.get(owner):
            links[owner] = f"{base}/{owner}s/{thing.body[owner]}"
    if thing.kind.endswith("_period"):
        paid = [speak(db, payment, base) for payment in things.owned(db, "payment", "period", thing.id)]
        shown["payments"] = envelope(list(reversed(paid)), {"self": f"{links['self']}/payments"})
    return {**shown, "_links": links}


def method(name: str | None) -> dict[str, Any] | None:
    return {"id": name, "type": "pay_method", "name": METHODS.get(name, name)} if name else None


def envelope(rows: list[Any], links: dict[str, str], *, count: int | None = None) -> dict[str, Any]:
    return {"type": "list", "data": rows, "count": len(rows) if count is None else count, "_links": links}


def spoken(moment: int | None) -> str | None:
    """To the second, as this provider says every moment."""
    return clock.spoken(None if moment is None else moment // clock.SECOND * clock.SECOND)


def _token(db: sqlite3.Connection, thing: Thing) -> str | None:
    """The key of the checkout page, while there is something to pay."""
    if thing.kind == "payment" and thing.state in PAYABLE:
        token: str | None = thing.hidden.get("token")
        return token
    if thing.state == "pending" and (asked := thing.hidden.get("authorization")):
        payment = things.find(db, thing.account, "payment", asked)
        return _token(db, payment) if payment else None
    return None
