"""Subscriptions and instalment plans alike: begun, charged period by period, paused, resumed, canceled."""

from __future__ import annotations

from calendar import monthrange

from webapp.emulators.kit import clock
from webapp.emulators.kit.messages import Refusal

from . import payment_states, things
from .acting import Act
from .things import Thing

MONTHS = {"month": 1, "year": 12}
DAYS = {"day": 1, "week": 7}
USABLE = ("pending", "approved")
"""States of a mandate with which money may be taken."""
ENDED = ("canceled", "completed")


def later(anchor: int, interval: str, times: int) -> int:
    """So many intervals after a moment. Of a month too short for its day it is the last one."""
    if interval in DAYS:
        return anchor + times * DAYS[interval] * clock.DAY
    moment = clock.as_datetime(anchor)
    year, month = divmod(moment.year * 12 + moment.month - 1 + times * MONTHS[interval], 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return clock.micros(moment.replace(year=year, month=month + 1, day=day))


def begin(act: Act, agreement: Thing, paid: Thing | None = None) -> None:
    """The first period, and from then on one after the other. `paid` is the payment that already was for the first."""
    agreement.state = "active"
    agreement.hidden |= {"anchor": act.now, "step": 0, "number": 0}
    act.save(agreement, "updated")
    charge(act, agreement, paid)


def charge(act: Act, agreement: Thing, paid: Thing | None = None) -> None:
    """The period that is due, and when the next one is."""
    first = agreement.body["first_period"] if not agreement.hidden["number"] else None
    add_period(act, agreement, (first or agreement.body["period"])["amount"], paid=paid)
    hidden, period = agreement.hidden, agreement.body["period"]
    if first and first.get("interval"):
        hidden["anchor"] = later(hidden["anchor"], first["interval"], first.get("multiplier") or 1)
        hidden["next"] = hidden["anchor"]
    else:
        hidden["step"] += 1
        hidden["next"] = later(hidden["anchor"], period["interval"], hidden["step"] * period["multiplier"])
    plan_next(act, agreement)


def add_period(
    act: Act, agreement: Thing, amount: int, description: str | None = None, paid: Thing | None = None
) -> Thing:
    """One more period with its payment, whether or not it is its time."""
    agreement.hidden["number"] += 1
    owner = {agreement.kind: agreement.id}
    body = {"amount": amount, "period_number": agreement.hidden["number"], **owner, "state": "open"}
    made = act.add(agreement.account, f"{agreement.kind}_period", body)
    act.tell(f"{made.kind}.created", made)
    if paid:
        paid.hidden["period"] = made.id
        act.save(paid)
        payment_states.follow(act, paid)
    elif mandate := things.find(act.db, agreement.account, "mandate", agreement.body["mandate"]):
        values = {"amount": amount, "description": description or agreement.body["description"], **owner}
        payment_states.debit(act, agreement.account, values, mandate, made.id)
    return act.get(agreement.account, made.kind, made.id)


def plan_next(act: Act, agreement: Thing) -> None:
    """Whichever comes first: the next period or the end. A plan is completed once it has all its periods."""
    if agreement.hidden["number"] >= agreement.body.get("number_of_periods", agreement.hidden["number"] + 1):
        agreement.state = "completed"
        agreement.plan(None, None)
        act.save(agreement, "completed")
        return
    due = [] if agreement.body.get("scheduling") == "manual" else [agreement.hidden["next"]]
    agreement.plan("go_on", min([*due, *ends(agreement)], default=None))
    act.save(agreement)


def start(act: Act, agreement: Thing) -> None:
    begin(act, agreement)


def go_on(act: Act, agreement: Thing) -> None:
    """The next period, or the end where its day has come. Paused ones only wait for that day."""
    if any(end <= act.now for end in ends(agreement)):
        cancel(act, agreement)
    elif agreement.state == "active":
        charge(act, agreement)


def pause(act: Act, agreement: Thing) -> None:
    _must_be(agreement, "active")
    agreement.state = "paused"
    agreement.plan("go_on", min(ends(agreement), default=None))
    act.save(agreement, "paused")


def resume(act: Act, agreement: Thing) -> None:
    """Periods that fell into the pause are not made up for."""
    _must_be(agreement, "paused")
    agreement.state = "active"
    hidden, period = agreement.hidden, agreement.body["period"]
    while hidden["next"] < act.now:
        hidden["step"] += 1
        hidden["next"] = later(hidden["anchor"], period["interval"], hidden["step"] * period["multiplier"])
    act.save(agreement, "resumed")
    plan_next(act, agreement)


def cancel(act: Act, agreement: Thing) -> None:
    """Final. What is on its way to the bank stays there; where wished, periods not paid yet are canceled too."""
    if agreement.state in ENDED:
        raise Refusal("invalid_state", message=f"It is {agreement.state}.")
    agreement.state = "canceled"
    agreement.plan(None, None)
    act.save(agreement, "canceled")
    if agreement.body.get("cancel_periods_on_cancellation"):
        for period in things.owned(act.db, f"{agreement.kind}_period", agreement.kind, agreement.id):
            if period.state in ("open", "pending"):
                period.state = "canceled"
                act.save(period, "canceled")


def authorize(act: Act, payment: Thing) -> None:
    """A payment that was to give a mandate has been paid; the agreement that waited for it begins."""
    if payment.state != "paid" or not payment.hidden.get("setup_mandate"):
        return
    body = {"state": "approved", "customer": payment.body["customer"], "pay_method": "direct-debit"}
    mandate = act.add(payment.account, "mandate", body)
    act.save(mandate, "created", "approved")
    payment.body["mandate"], payment.hidden["setup_mandate"] = mandate.id, False
    act.save(payment)
    for kind in ("subscription", "installment_plan"):
        agreement = things.find(act.db, payment.account, kind, payment.body[kind])
        if agreement and agreement.state == "pending":
            agreement.body["mandate"] = mandate.id
            begin(act, agreement, payment)


def ends(agreement: Thing) -> list[int]:
    """The moment at which it is to end, if any."""
    cancel_at = agreement.body.get("cancel_at")
    return [clock.parse_moment(cancel_at)] if cancel_at else []


def _must_be(agreement: Thing, state: str) -> None:
    if agreement.state != state:
        raise Refusal("invalid_state", message=f"It is {agreement.state}.")
