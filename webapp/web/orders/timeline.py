"""What happened to an order, from the provider and from the audit log, by day and newest first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from flask_babel import gettext, ngettext

from webapp.core.accounts import Account
from webapp.models.delivery import Delivery
from webapp.models.intent import Intent, IntentState
from webapp.money import Money, total
from webapp.payments.snapshot import CAPTURED, OrderSnapshot
from webapp.presentation.audit.entries import DescribedEntry
from webapp.presentation.delivery_words import OUTCOMES, event_words, outcome_words
from webapp.presentation.formatting import long_day, money, status_label
from webapp.presentation.intent_words import intent_href
from webapp.presentation.refund_line_words import lines_words, names_of
from webapp.presentation.refund_reasons import refund_description
from webapp.providers.postpay.models import Order, Refund

from .intent_stories import Stories, TimelineEvent, intent_of, open_entry, settled_entry, stories
from .staff_words import person, staff_words

_TONES = {"captured": ("ok", "circle-check"), "approved": ("wait", "clock"), "denied": ("bad", "circle-x")}
_ICONS = {"personal_data": "eye", "capture": "cash", "refund": "receipt-refund"}
MOST_REFUNDS = 20
"""So many refunds are shown at once, the newest; the rest are folded."""


Day = tuple[str, list[TimelineEvent]]

Delivered = tuple[Delivery, str | None]
"""What Postpay told the desk about the order by itself, and where it is shown to those who may see it."""


class Timeline(NamedTuple):
    """The days with their events, newest first; then `earlier` refunds that are folded, and how they are called."""

    days: list[Day]
    earlier: list[Day]
    earlier_words: str


def timeline(
    account: Account,
    reading: OrderSnapshot,
    intents: Sequence[Intent],
    told: Sequence[DescribedEntry],
    deliveries: Sequence[Delivered] = (),
) -> Timeline:
    """Days of the account's zone with their events. What is still open stands at the very top."""
    refunds = sorted(reading.refunds or reading.other_refunds, key=lambda refund: refund.created)
    earlier, newest = refunds[:-MOST_REFUNDS], refunds[-MOST_REFUNDS:]
    currency = reading.order.currency
    steps = stories(intents, told)
    events = [
        *_of_order(reading, steps),
        *_of_refunds(newest, reading.order, intents, steps),
        *_of_settled(intents, reading, steps),
        *_of_deliveries(deliveries),
        *reversed(_of_staff(told, intents)),
    ]
    days = _by_day(account, events)
    if still_open := [open_entry(intent, steps) for intent in intents if intent.blocks]:
        days.insert(0, (gettext("Not settled yet"), still_open))
    words = _earlier_words([refund.money(currency) for refund in earlier], currency)
    return Timeline(days, _by_day(account, _of_refunds(earlier, reading.order, intents, steps)), words)


def _by_day(account: Account, events: list[TimelineEvent]) -> list[Day]:
    newest_first = sorted(events, key=lambda event: event.moment)[
        ::-1
    ]  # what came later in the list came later in life
    return [
        (long_day(day), list(of_day))
        for day, of_day in groupby(newest_first, key=lambda event: event.moment.astimezone(account.zone).date())
    ]


def _earlier_words(amounts: list[Money], currency: str) -> str:
    return ngettext(
        "%(num)s earlier refund, %(amount)s",
        "%(num)s earlier refunds, %(amount)s",
        len(amounts),
        amount=money(total(amounts, currency)),
    )


def _of_order(reading: OrderSnapshot, steps: Stories) -> list[TimelineEvent]:
    """Its creation and its last change of status; captured with a name where the desk did it."""
    order = reading.order
    events = [TimelineEvent(order.created, gettext("Order created"), icon="shopping-cart")]
    if order.status != "pending" and order.status_changed:
        tone, icon = _TONES.get(order.status, ("idle", "point"))
        change = TimelineEvent(order.status_changed, status_label(order.status), icon=icon, tone=tone)
        if ours := reading.capture if order.status == CAPTURED else None:
            story = steps.get(ours.id, ())
            change = change._replace(who=person(ours.requester.name), href=intent_href(ours), steps=story)
        events.append(change)
    return events


def _of_settled(intents: Sequence[Intent], reading: OrderSnapshot, steps: Stories) -> list[TimelineEvent]:
    """What the desk did, or did not, and what the provider tells of the order does not show."""
    shown = {refund.refund_id for refund in reading.refunds or ()}
    told = {one.id for one in intents if one.state == IntentState.SUCCEEDED and one.refund_id in shown}
    if reading.capture and reading.order.status == CAPTURED and reading.order.status_changed:
        told.add(reading.capture.id)
    behind = {one.id for one in reading.unlisted}
    if reading.capture and reading.is_behind:
        behind.add(reading.capture.id)
    untold = [one for one in intents if not one.blocks and one.id not in told]
    return [settled_entry(one, steps, is_behind=one.id in behind) for one in untold]


def _of_refunds(
    refunds: Sequence[Refund], order: Order, intents: Sequence[Intent], steps: Stories
) -> list[TimelineEvent]:
    """Each refund at the provider, with its ID; with a name and the items where the desk made it."""
    ours = {intent.refund_id: intent for intent in intents}
    events = []
    for refund in refunds:
        intent = ours.get(refund.refund_id)
        events.append(
            TimelineEvent(
                refund.created,
                gettext("Refunded %(amount)s", amount=money(refund.money(order.currency))),
                text=_what_for(refund, order, intent),
                who=person(intent.requester.name) if intent else "",
                href=intent_href(intent) if intent else None,
                reference=refund.refund_id,
                icon="receipt-refund",
                tone="ok",
                steps=steps.get(intent.id, ()) if intent else (),
            )
        )
    return events


def _what_for(refund: Refund, order: Order, intent: Intent | None) -> str:
    """What was told to the provider; where the desk knows the lines of the order, those by their names."""
    if intent is None or not intent.lines:
        return refund.description or ""
    words = lines_words(intent.line_refunds, names_of(order))
    return f"{words} · {refund_description(intent.reason or '', intent.note or '')}"


def _of_deliveries(deliveries: Sequence[Delivered]) -> list[TimelineEvent]:
    return [
        TimelineEvent(
            delivery.received,
            gettext("Postpay told the desk: %(event)s", event=event_words(delivery.event)),
            text=outcome_words(delivery),
            href=href,
            icon="webhook",
            tone="bad" if OUTCOMES[delivery.outcome][1] == "bad" else "idle",
        )
        for delivery, href in deliveries
    ]


def _of_staff(told: Sequence[DescribedEntry], intents: Sequence[Intent]) -> list[TimelineEvent]:
    """What people did besides: a refund or a capture has an entry of its own, whatever the log says of it."""
    known = {intent.id for intent in intents}
    events = []
    for each in told:
        if intent_of(each) in known:
            continue
        words = staff_words(each)
        events.append(
            TimelineEvent(
                each.moment,
                words.title,
                text=each.amount or "",
                who=words.who,
                icon=_ICONS.get(each.entry.event.partition(".")[0], "shield-lock"),
                tone="idle" if each.tone == "ok" else each.tone,
            )
        )
    return events
