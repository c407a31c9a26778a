"""What happened to an order, from the provider and from the audit log, by day and newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from flask_babel import gettext

from ...accounts import Account
from ...audit import Action, Told
from ...formatting import long_day, money, status_label, when
from ...intent_words import intent_href, intent_words
from ...models.intent import Intent, IntentKind, IntentState
from ...order_reading import OrderReading

_TONES = {"captured": ("ok", "circle-check"), "approved": ("wait", "clock"), "denied": ("bad", "circle-x")}
_ICONS = {"personal_data": "eye", "capture": "cash", "refund": "receipt-refund"}
_TOLD_BY_PROVIDER = (Action.CAPTURE_SUCCEEDED, Action.REFUND_SUCCEEDED)


class Event(NamedTuple):
    """Something that happened, as the timeline component wants it."""

    moment: datetime
    title: str
    text: str = ""
    actor: str = ""
    href: str | None = None
    icon: str = "point"
    tone: str = "idle"


Day = tuple[str, list[Event]]


def timeline(account: Account, reading: OrderReading, intents: Sequence[Intent], told: Sequence[Told]) -> list[Day]:
    """Days of the account's zone with their events. What is still open stands at the very top."""
    events = [*_of_order(reading, intents), *_of_refunds(reading, intents), *reversed(_of_staff(told))]
    events = sorted(events, key=lambda event: event.moment)[::-1]  # what came later in the list came later in life
    days = [
        (long_day(day), list(of_day))
        for day, of_day in groupby(events, key=lambda event: event.moment.astimezone(account.zone).date())
    ]
    still_open = [_of_intent(intent) for intent in intents if intent.is_open]
    return [(gettext("Not settled yet"), still_open), *days] if still_open else days


def _of_order(reading: OrderReading, intents: Sequence[Intent]) -> list[Event]:
    """Its creation and its last change of status; captured with a name where the desk did it."""
    order = reading.order
    events = [Event(order.created, gettext("Order created"), icon="shopping-cart")]
    if order.status != "pending" and order.status_changed:
        tone, icon = _TONES.get(order.status, ("idle", "point"))
        ours = [
            intent
            for intent in intents
            if intent.kind == IntentKind.CAPTURE
            and intent.state == IntentState.SUCCEEDED
            and order.status == "captured"
        ]
        actor = ours[-1].requester.name if ours else ""
        events.append(Event(order.status_changed, status_label(order.status), actor=actor, icon=icon, tone=tone))
    return events


def _of_refunds(reading: OrderReading, intents: Sequence[Intent]) -> list[Event]:
    """Each refund at the provider; with a name where the desk made it."""
    ours = {intent.refund_id: intent for intent in intents}
    events = []
    for refund in reading.refunds or ():
        intent = ours.get(refund.refund_id)
        events.append(
            Event(
                refund.created,
                gettext("Refunded %(amount)s", amount=money(refund.money(reading.order.currency))),
                text=refund.description or "",
                actor=intent.requester.name if intent else "",
                href=intent_href(intent) if intent else None,
                icon="receipt-refund",
                tone="ok",
            )
        )
    return events


def _of_intent(intent: Intent) -> Event:
    return Event(
        intent.created,
        intent_words(intent),
        text=gettext("Since %(moment)s", moment=when(intent.created)),
        actor=intent.requester.name,
        href=intent_href(intent),
        icon="hourglass-high",
        tone="unknown",
    )


def _of_staff(told: Sequence[Told]) -> list[Event]:
    """What people did, and what came of it. A success the provider tells itself, unless it was long in doubt."""
    doubted = {_family(each) for each in told if each.entry.outcome == "unknown"}
    return [
        Event(
            each.moment,
            each.label,
            text=each.amount or "",
            actor=each.actor,
            icon=_ICONS.get(_family(each), "shield-lock"),
            tone="idle" if each.tone == "ok" else each.tone,
        )
        for each in told
        if each.entry.event not in _TOLD_BY_PROVIDER or _family(each) in doubted
    ]


def _family(told: Told) -> str:
    return told.entry.event.partition(".")[0]
