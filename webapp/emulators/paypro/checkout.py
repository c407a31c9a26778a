"""The checkout page, where a tester decides in the customer's place: pays, cancels, or lets the payment expire."""

from __future__ import annotations

import sqlite3
from functools import partial
from html import escape

from webapp.emulators.kit import page
from webapp.emulators.kit.messages import Answer, Request

from . import agreements, payment_states, things
from .acting import acting
from .speaking import METHODS, PAYABLE, spoken
from .things import Thing
from .world import World

WORDS = {
    "pay": "Pay",
    "fail": "Pay, then it fails",
    "charge_back": "Pay, then it is charged back",
    "cancel": "Cancel",
    "expire": "Let it expire",
}
WHERE_TO = {"cancel": "cancel_url", "expire": "cancel_url"}


def answer_page(world: World, request: Request) -> Answer:
    return page.answer(request, partial(_look, world), partial(_decide, world))


def _look(world: World, token: str) -> Answer:
    with world.store.read() as db:
        payment = _find(db, token)
        return _unusable(payment) or _show(payment)  # type: ignore[arg-type]


def _decide(world: World, token: str, body: bytes) -> Answer:
    decision, method = page.sent(body, "decision"), page.sent(body, "method")
    with acting(world) as act:
        payment = _find(act.db, token)
        if refusal := _unusable(payment):
            return refusal
        assert payment is not None  # noqa: S101 - it is usable
        if decision not in WORDS:
            return page.message("Choose to pay, to cancel or to let it expire.", 400)
        if decision in payment_states.FATES and method not in _methods(payment):
            return page.message("Choose one of the pay methods.", 400)
        if decision == "cancel":
            payment_states.cancel(act, payment)
        elif decision == "expire":
            payment_states.expire(act, payment)
        else:
            payment.hidden["fate"] = decision
            payment_states.take(act, payment, method)
            agreements.authorize(act, payment)
        address = payment.body[WHERE_TO.get(decision, "return_url")]
    if not address:
        return page.message(f"The payment is {payment.state}.", 200)
    return page.sent_back(page.ascii_address(address))


def _find(db: sqlite3.Connection, token: str) -> Thing | None:
    row = db.execute("SELECT * FROM things WHERE token = ?", (token,)).fetchone()
    return things.read(row) if row else None


def _unusable(payment: Thing | None) -> Answer | None:
    if not payment:
        return page.message("There is no such payment.", 404)
    if payment.state not in PAYABLE:
        return page.message(f"This payment is {payment.state}.", 410)
    return None


def _methods(payment: Thing) -> list[str]:
    allowed: list[str] = payment.hidden.get("pay_methods") or []
    return allowed or list(METHODS)


def _show(payment: Thing) -> Answer:
    cents = payment.body["amount"]
    likely = payment.body["pay_method"] or "ideal"
    choices = "".join(
        f'<option value="{name}"{" selected" if name == likely else ""}>{METHODS[name]}</option>'
        for name in _methods(payment)
    )
    buttons = "".join(
        f'<button{" class=chosen" if name == "pay" else ""} name="decision" value="{name}">{words}</button>\n'
        for name, words in WORDS.items()
    )
    body = f"""
<h1>Pay EUR {cents // 100}.{cents % 100:02d}</h1>
<p><bdi>{escape(payment.body["description"])}</bdi></p>
<p>Payment {payment.id}. This is a sandbox: no money moves. You decide in the customer's place, until
{escape(spoken(payment.due) or "you do")}.</p>
<form method="post">
<p><label>Pay method <select name="method">{choices}</select></label></p>
<p>{buttons}</p>
</form>"""
    addresses = [payment.body[name] for name in ("return_url", "cancel_url") if payment.body[name]]
    return page.page("PayPro checkout", body, 200, page.origins(*addresses))
