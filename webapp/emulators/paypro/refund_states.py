"""Refunds and their moves: picked up, paid, canceled, sent back by the bank."""

from __future__ import annotations

from webapp.emulators.kit import clock
from webapp.emulators.kit.messages import Refusal

from . import payment_states, things
from .acting import Act
from .things import Thing

PICKED_UP_AFTER = 60 * clock.SECOND
REFUNDED_AFTER = clock.DAY
CANCELABLE = ("open", "pending", "processing")
VOID = ("canceled", "failed")
"""States in which a refund takes nothing of what is left of its payment."""


def process(act: Act, refund: Thing) -> None:
    _must_be(refund, "open", "pending")
    refund.state = "processing"
    refund.plan("refund", act.now + REFUNDED_AFTER)
    act.save(refund, "processing")


def refund(act: Act, made: Thing) -> None:
    _must_be(made, *CANCELABLE)
    made.state, made.body["refunded_at"] = "refunded", act.spoken_now()
    made.plan(None, None)
    act.save(made, "refunded")
    _sum_up(act, made)


def cancel(act: Act, made: Thing) -> None:
    _must_be(made, *CANCELABLE)
    made.state = "canceled"
    made.plan(None, None)
    act.save(made, "canceled")


def fail(act: Act, made: Thing) -> None:
    """The bank has sent it back."""
    _must_be(made, *CANCELABLE, "refunded")
    made.state, made.body["refunded_at"] = "failed", None
    made.plan(None, None)
    act.save(made, "failed")
    _sum_up(act, made)


def _sum_up(act: Act, made: Thing) -> None:
    """The payment tells what has been paid back; its state stays, its period's does not."""
    payment = act.get(made.account, "payment", made.body["payment"])
    refunds = things.owned(act.db, "refund", "payment", payment.id)
    payment.body["refunded_amount"] = sum(one.body["amount"] for one in refunds if one.state == "refunded")
    act.save(payment)
    if payment.body["refunded_amount"] >= payment.body["amount"]:
        payment_states.follow(act, payment, "refunded")


def _must_be(made: Thing, *states: str) -> None:
    if made.state not in states:
        raise Refusal("invalid_state", message=f"The refund is {made.state}.")
