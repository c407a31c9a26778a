"""Made-up mandates, subscriptions and instalment plans with the periods they have had."""

from __future__ import annotations

from typing import Any

from webapp.emulators.kit import clock

from . import seed_payments, seed_texts
from .agreements import later
from .made_up import MadeUp
from .payment_states import BODY, PERIOD_STATES, SETTLED_AFTER
from .speaking import spoken
from .things import Thing

STATES = {"active": 70, "paused": 12, "canceled": 18}
PERIODS = (("month", 1, 70), ("week", 1, 10), ("month", 3, 12), ("year", 1, 8))


def make(made: MadeUp, payments: int) -> None:
    """One for each 25 payments or so, every fifth of them an instalment plan."""
    for number in range(payments // 25):
        agreement(made, "installment_plan" if number % 5 == 4 else "subscription")


def agreement(made: MadeUp, kind: str) -> None:
    dice, plan = made.dice, kind == "installment_plan"
    created = made.end - dice.randrange(5 * clock.DAY, 400 * clock.DAY)
    customer = made.customer(created - clock.HOUR)
    agreed = {"state": "approved", "customer": customer.id, "pay_method": "direct-debit"}
    mandate = made.add("mandate", created - clock.HOUR // 2, agreed)
    interval, multiplier, _ = dice.choices(PERIODS, [share for *_, share in PERIODS])[0]
    amount = dice.choice((995, 1495, 2500, 4900, 12500))
    values: dict[str, Any] = {
        "description": dice.choice(seed_texts.PLANS if plan else seed_texts.SUBSCRIPTIONS),
        "currency": "EUR",
        f"{kind}_type": "direct_debit",
        "state": dice.choices(tuple(STATES), tuple(STATES.values()))[0],
        **({} if plan else {"start_at": None, "cancel_at": None}),
        "customer": customer.id,
        "mandate": mandate.id,
        **({} if plan else {"scheduling": "automatic"}),
        "period": {"amount": amount, "vat": 21.0, "multiplier": multiplier, "interval": interval},
        "first_period": {"amount": amount * 2, "vat": 21.0} if dice.random() < 0.2 else None,
        **({"number_of_periods": dice.choice((3, 5, 10, 12))} if plan else {}),
        "payment_details": {"return_url": None, "cancel_url": None},
        "metadata": {},
        "cancel_periods_on_cancellation": False,
    }
    one = made.add(kind, created, values, anchor=created, step=0, number=0)
    made.tell("created", created, one)
    periods(made, one, values.get("number_of_periods", 10**6))


def periods(made: MadeUp, one: Thing, most: int) -> None:
    """All that were due until now, or until it was paused or canceled; the newest may still be on its way."""
    period, due = one.body["period"], one.created
    stop = made.end if one.state == "active" else one.created + (made.end - one.created) * 2 // 3
    while due <= stop and one.hidden["number"] < most:
        one.hidden["number"] += 1
        one.hidden["step"] += 1
        add_period(made, one, due)
        due = later(one.created, period["interval"], one.hidden["step"] * period["multiplier"])
    one.hidden["next"] = due
    if one.hidden["number"] >= most and one.state != "canceled":
        one.state = "completed"
    elif one.state == "active":
        one.plan("go_on", due)


def add_period(made: MadeUp, one: Thing, due: int) -> None:
    dice, number = made.dice, one.hidden["number"]
    amount = (one.body["first_period"] if number == 1 and one.body["first_period"] else one.body["period"])["amount"]
    settled = due + SETTLED_AFTER <= made.end
    state = dice.choices(("completed", "failed"), (95, 5))[0] if settled else "processing"
    period = made.add(
        f"{one.kind}_period",
        due,
        {"amount": amount, "period_number": number, one.kind: one.id, "state": PERIOD_STATES[state]},
    )
    values = {
        "amount": amount,
        "description": one.body["description"],
        "pay_method": "direct-debit",
        "state": state,
        "customer": one.body["customer"],
        "mandate": one.body["mandate"],
        one.kind: one.id,
    }
    paid = made.add("payment", due, {**BODY, **values}, period=period.id, fate="pay")
    if not settled:
        paid.plan("settle", due + SETTLED_AFTER)
    elif state == "completed":
        paid.body["paid_at"] = spoken(due + SETTLED_AFTER)
        if dice.random() < 0.05:
            seed_payments.charge_back(made, paid)
            period.state = "reversed"
    made.tell("created", due, paid)
