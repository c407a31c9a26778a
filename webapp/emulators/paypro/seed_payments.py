"""Made-up payments with what became of them: paid, failed, given back in part, charged back."""

from __future__ import annotations

from typing import Any

from webapp.emulators.kit import clock, hostile_texts

from . import seed_texts
from .made_up import MadeUp
from .payment_states import BODY, CHARGEBACK_REASONS, COMPLETED_AFTER, REFUNDABLE
from .speaking import spoken
from .things import Thing

METHODS = {
    "ideal": 55,
    "bancontact": 14,
    "creditcard": 11,
    "direct-debit": 9,
    "paypal": 5,
    "klarna-paynow": 3,
    "bank-transfer": 3,
}
STATES = {"completed": 74, "paid": 8, "expired": 7, "canceled": 5, "failed": 4, "open": 1, "initialized": 1}
RECENT = ("paid", "open", "initialized")
"""States that do not last, so their payments are of the last hours."""
MANY_REFUNDS = 130
REFUND_STATES = {"refunded": 80, "canceled": 8, "failed": 2, "processing": 6, "pending": 2, "open": 2}


def make(made: MadeUp, count: int) -> None:
    customers = [made.customer(made.end - made.dice.randrange(700 * clock.DAY)) for _ in range(max(1, count // 5))]
    payments = [payment(made, customers) for _ in range(count)]
    done = [one for one in payments if one.state in REFUNDABLE]
    for one in done:
        what_came_after(made, one)
    if len(done) > 10:
        many = max(done[: len(done) // 2], key=lambda one: one.body["amount"])
        for _ in range(MANY_REFUNDS):
            refund(made, many, max(1, many.body["amount"] // 300), "canceled")
    webhooks(made)


def payment(made: MadeUp, customers: list[Thing]) -> Thing:
    dice = made.dice
    state = dice.choices(tuple(STATES), tuple(STATES.values()))[0]
    created = made.end - dice.randrange(clock.HOUR // 2) if state in RECENT else made.some_time()
    method = None if state == "initialized" else dice.choices(tuple(METHODS), tuple(METHODS.values()))[0]
    hostile = dice.random() < 0.02
    words = dice.choice(hostile_texts.HOSTILE if hostile else seed_texts.WARES)
    values: dict[str, Any] = {
        "amount": dice.choice((dice.randrange(250, 9000), dice.randrange(1000, 60000), dice.randrange(50, 400) * 100)),
        "description": words.replace("{n}", str(dice.randrange(1000, 99999))),
        "pay_method": method,
        "state": state,
        "return_url": "https://winkel.example.nl/bedankt",
        "cancel_url": "https://winkel.example.nl/mandje" if dice.random() < 0.7 else None,
        "metadata": {"order": dice.randrange(10**6)} if dice.random() < 0.4 else {},
        "customer": dice.choice(customers).id if dice.random() < 0.7 or state in REFUNDABLE else None,
        "locale": dice.choice(("nl", "nl", "nl", "fr", "en", None)),
    }
    one = made.add("payment", created, {**BODY, **values})
    if state in ("open", "initialized"):
        one.hidden["token"] = f"{dice.getrandbits(128):032x}"
        one.plan("expire", made.end + clock.HOUR)
    tell(made, one)
    return one


def tell(made: MadeUp, one: Thing) -> None:
    """Created as it was then, and what became of it."""
    state, paid = one.state, min(one.created + 90 * clock.SECOND, made.end)
    if state not in ("open", "initialized"):
        one.state = "open"
    made.tell("created", one.created, one)
    one.state = state
    if state in REFUNDABLE:
        one.body["paid_at"] = spoken(paid)
        made.tell("paid", paid, one)
    elif state in ("canceled", "failed", "expired"):
        made.tell(state, paid, one)
    if state == "paid":
        one.plan("complete", one.created + COMPLETED_AFTER)


def what_came_after(made: MadeUp, one: Thing) -> None:
    """Most payments stay as they are, some are given back in part or whole, few charged back."""
    dice, amount = made.dice, one.body["amount"]
    kind = dice.random()
    if one.body["pay_method"] in ("direct-debit", "creditcard") and kind < 0.06:
        charge_back(made, one)
    elif kind < 0.10:
        refund(made, one, amount)
    elif kind < 0.20:
        for _ in range(dice.choice((1, 1, 2, 3))):
            refund(made, one, max(1, amount * dice.randrange(5, 30) // 100))


def refund(made: MadeUp, one: Thing, amount: int, state: str | None = None) -> None:
    dice = made.dice
    created = made.after(one.created, clock.HOUR, 40 * clock.DAY)
    state = state or dice.choices(tuple(REFUND_STATES), tuple(REFUND_STATES.values()))[0]
    if state in ("processing", "pending", "open"):
        created = max(one.created, made.end - dice.randrange(clock.HOUR))
    refunded = made.after(created, clock.HOUR, clock.DAY)
    body = {
        "amount": amount,
        "description": one.body["description"],
        "reason": dice.choice(hostile_texts.HOSTILE if dice.random() < 0.02 else seed_texts.REFUND_REASONS),
        "currency": "EUR",
        "payment": one.id,
        "state": state,
        "refunded_at": spoken(refunded) if state == "refunded" else None,
    }
    made_refund = made.add("refund", created, body)
    if state in ("processing", "open"):
        made_refund.plan("process" if state == "open" else "refund", made.end + clock.HOUR)
    if state == "refunded":
        one.body["refunded_amount"] += amount
    made.tell("created", created, made_refund)


def charge_back(made: MadeUp, one: Thing) -> None:
    moment = made.after(one.created, 2 * clock.DAY, 50 * clock.DAY)
    body = {
        "amount": one.body["amount"],
        "description": one.body["description"],
        "reason": made.dice.choice((*CHARGEBACK_REASONS, None)),
        "currency": "EUR",
        "payment": one.id,
        "state": "completed",
        "charged_back_at": spoken(moment),
    }
    made.tell("created", moment, made.add("chargeback", moment, body))


def webhooks(made: MadeUp) -> None:
    """Used, paused and hostile ones."""
    hooks = (
        ("Webshop", "Orders in the shop", "https://winkel.example.nl/paypro", True, None),
        ("Boekhouding", "Payments and refunds", "https://erp.example.nl/hooks?bron=paypro", True, ["payment.paid"]),
        (hostile_texts.HOSTILE[0], hostile_texts.HOSTILE[1], "https://oud.example.nl/hooks", False, None),
    )
    for number, (name, description, url, active, types) in enumerate(hooks):
        body = {
            "name": name,
            "description": description,
            "url": url,
            "active": active,
            "secret": f"{made.dice.getrandbits(128):032x}",
            "enabled_event_types": types,
        }
        made.add("webhook", made.end - (number + 1) * 97 * clock.DAY, body)
