"""What happened to an order, from the provider and from the audit log, by day and newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from flask_babel import gettext

from ...accounts import Account
from ...audit import Action
from ...formatting import long_day, money, status_label, when
from ...intent_words import intent_href, intent_words
from ...models.audit_entry import AuditEntry
from ...models.intent import Intent
from ...order_reading import OrderReading

_TONES = {"captured": ("ok", "circle-check"), "approved": ("wait", "clock"), "denied": ("bad", "circle-x")}
_OUTCOME_TONES = {"ok": "idle", "denied": "bad", "failed": "bad", "unknown": "unknown"}


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


def timeline(
    account: Account, reading: OrderReading, intents: Sequence[Intent], entries: Iterable[AuditEntry]
) -> list[Day]:
    """Days of the account's zone with their events. What is still open stands at the very top."""
    by_refund = {intent.refund_id: intent for intent in intents if intent.refund_id}
    events = [*_of_order(reading), *_of_refunds(reading, by_refund), *_of_staff(entries)]
    events.sort(key=lambda event: event.moment, reverse=True)
    days = [
        (long_day(day), list(of_day))
        for day, of_day in groupby(events, key=lambda event: event.moment.astimezone(account.zone).date())
    ]
    still_open = [_of_intent(intent) for intent in intents if intent.is_open]
    return [(gettext("Not settled yet"), still_open), *days] if still_open else days


def _of_order(reading: OrderReading) -> list[Event]:
    order = reading.order
    events = [Event(order.created, gettext("Order created"), icon="shopping-cart")]
    if order.status != "pending" and order.status_changed:
        tone, icon = _TONES.get(order.status, ("idle", "point"))
        events.append(Event(order.status_changed, status_label(order.status), icon=icon, tone=tone))
    return events


def _of_refunds(reading: OrderReading, ours: dict[str, Intent]) -> list[Event]:
    """Each refund at the provider; with a name where the desk made it."""
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


def _of_staff(entries: Iterable[AuditEntry]) -> list[Event]:
    return [
        Event(
            datetime.fromisoformat(entry.ts),
            action_words(entry.event),
            actor=entry.actor_label,
            icon=_icon(entry.event),
            tone=_OUTCOME_TONES.get(entry.outcome, "idle"),
        )
        for entry in entries
    ]


def action_words(event: str) -> str:
    """What a person did, in words."""
    words = {
        Action.PERSONAL_DATA_OPENED: gettext("Personal data opened"),
    }
    return words.get(event, event)  # type: ignore[call-overload,no-any-return]


def _icon(event: str) -> str:
    family = event.partition(".")[0]
    return {"personal_data": "eye", "capture": "cash", "refund": "receipt-refund"}.get(family, "user")
