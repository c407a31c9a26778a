"""Making and editing subscriptions and instalment plans."""

from __future__ import annotations

from typing import Any

from webapp.emulators.kit import clock
from webapp.emulators.kit.fields import boolean
from webapp.emulators.kit.messages import Answer, Refusal
from webapp.emulators.kit.validation import Field, choice, key_value_pairs, required, text, whole

from . import agreements, fields, payment_states, things
from .acting import Act, acting
from .errors import wrong
from .payments import usable_mandate
from .reading import Work, spoken
from .things import Thing
from .world import Call

MOST_PERIODS = 1000
COMMON: dict[str, Field] = {
    "customer": required(text(blank=False)),
    "description": required(fields.description),
    "currency": fields.currency,
    "mandate": Field(text()),
    "pay_methods": Field(fields.methods(*fields.RECURRING)),
    "payment_details": Field(fields.payment_details),
    "period": required(fields.period),
    "first_period": Field(fields.first_period),
    "metadata": Field(key_value_pairs),
    "cancel_periods_on_cancellation": Field(boolean),
}
CREATION: dict[str, dict[str, Field]] = {
    "subscription": {
        **COMMON,
        "start_at": fields.date,
        "cancel_at": fields.date,
        "scheduling": Field(choice("manual", "automatic")),
    },
    "installment_plan": {**COMMON, "number_of_periods": required(whole(1))},
}
EDIT: dict[str, dict[str, Field]] = {
    "subscription": {
        "description": Field(fields.description, nullable=False),
        "period": Field(fields.period, nullable=False),
        "first_period": Field(fields.first_period),
        "mandate": Field(text(), nullable=False),
        "cancel_at": fields.date,
    },
    "installment_plan": {
        "description": Field(fields.description, nullable=False),
        "mandate": Field(text(), nullable=False),
    },
}
NEXT_PERIOD = {"amount": required(fields.amount), "description": Field(fields.description, nullable=False)}


def create(kind: str) -> Work:
    """201. With a mandate it begins at once, or on its day; with pay methods once its first payment is paid."""

    def work(call: Call) -> Answer:
        given = call.given(CREATION[kind])
        if given.get("number_of_periods", 1) > MOST_PERIODS:
            raise wrong("number_of_periods", f"must be less than or equal to {MOST_PERIODS}")
        with acting(call.world) as act:
            _check_parties(act, call, given)
            agreement = act.add(call.account, kind, _body(kind, given), {"number": 0})
            act.tell(f"{kind}.created", agreement)
            if given.get("mandate"):
                _begin_in_time(act, agreement)
            else:
                _ask(act, agreement, given)
            return spoken(call, act, act.get(call.account, kind, agreement.id), 201)

    return work


def _check_parties(act: Act, call: Call, given: dict[str, Any]) -> None:
    if not things.find(act.db, call.account, "customer", given["customer"]):
        raise wrong("customer", "does not exist")
    if given.get("mandate") and given.get("pay_methods"):
        raise wrong("mandate", "cannot be used together with pay_methods")
    if given.get("mandate"):
        usable_mandate(act, call, given["mandate"], given["customer"])
    elif not given.get("pay_methods"):
        raise wrong("mandate", "or pay_methods is required")


def _body(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    plan = kind == "installment_plan"
    return {
        "description": given["description"],
        "currency": given["currency"],
        f"{kind}_type": "direct_debit",
        "state": "pending",
        **({} if plan else {name: given.get(name) for name in ("start_at", "cancel_at")}),
        "customer": given["customer"],
        "mandate": given.get("mandate"),
        **({} if plan else {"scheduling": given.get("scheduling") or "automatic"}),
        "period": given["period"],
        "first_period": given.get("first_period"),
        **({"number_of_periods": given["number_of_periods"]} if plan else {}),
        "payment_details": {"return_url": None, "cancel_url": None, **(given.get("payment_details") or {})},
        "metadata": given.get("metadata") or {},
        "cancel_periods_on_cancellation": bool(given.get("cancel_periods_on_cancellation")),
    }


def _begin_in_time(act: Act, agreement: Thing) -> None:
    start_at = agreement.body.get("start_at")
    moment = clock.parse_moment(start_at) if start_at else act.now
    if moment <= act.now:
        agreements.begin(act, agreement)
        return
    agreement.plan("start", moment)
    act.save(agreement)


def _ask(act: Act, agreement: Thing, given: dict[str, Any]) -> None:
    """The payment on whose page the customer agrees; it is the first period's too."""
    first = agreement.body["first_period"] or agreement.body["period"]
    values = {
        "amount": first["amount"],
        "description": agreement.body["description"],
        "customer": agreement.body["customer"],
        agreement.kind: agreement.id,
        **agreement.body["payment_details"],
    }
    hidden = {"pay_methods": given["pay_methods"], "setup_mandate": True}
    payment = payment_states.create(act, agreement.account, values, hidden)
    agreement.hidden["authorization"] = payment.id
    act.save(agreement)


def edit(kind: str) -> Work:
    """Changes what is given; the first period only before there is one."""

    def work(call: Call) -> Answer:
        with call.world.store.read() as db:
            things.get(db, call.account, kind, call.ids[0])
        given = call.given(EDIT[kind])
        with acting(call.world) as act:
            agreement = act.get(call.account, kind, call.ids[0])
            if agreement.state in agreements.ENDED:
                raise Refusal("invalid_state", message=f"It is {agreement.state}.")
            if "first_period" in given and agreement.hidden["number"]:
                raise wrong("first_period", "cannot be changed once it has started")
            if given.get("mandate"):
                usable_mandate(act, call, given["mandate"], agreement.body["customer"])
            agreement.body |= given
            act.save(agreement, "updated")
            _plan_anew(act, agreement)
            return spoken(call, act, agreement)

    return work


def _plan_anew(act: Act, agreement: Thing) -> None:
    if agreement.state == "active":
        agreements.plan_next(act, agreement)
    elif agreement.state == "paused":
        agreement.plan("go_on", min(agreements.ends(agreement), default=None))
        act.save(agreement)


def create_period(call: Call) -> Answer:
    """201. One more period of an active subscription, charged now; the others come as if it were not there."""
    with call.world.store.read() as db:
        things.get(db, call.account, "subscription", call.ids[0])
    given = call.given(NEXT_PERIOD)
    with acting(call.world) as act:
        subscription = act.get(call.account, "subscription", call.ids[0])
        if subscription.state != "active":
            raise Refusal("invalid_state", message=f"The subscription is {subscription.state}.")
        period = agreements.add_period(act, subscription, given["amount"], given.get("description"))
        act.save(subscription)
        return spoken(call, act, period, 201)
