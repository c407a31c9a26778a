"""What happened to an order, from the provider and from the audit log, by day and newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from flask_babel import gettext, ngettext
from markupsafe import Markup

from webapp.core.accounts import Account
from webapp.models.delivery import Delivery
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.money import Money, total
from webapp.payments.snapshot import OrderSnapshot
from webapp.presentation.audit.entries import DescribedEntry
from webapp.presentation.delivery_words import OUTCOMES, event_words, outcome_words
from webapp.presentation.formatting import long_day, money, status_label, when
from webapp.presentation.intent_words import intent_href, intent_words
from webapp.providers.postpay.models import Refund

from .staff_words import by, staff_words, told_by_provider

_TONES = {"captured": ("ok", "circle-check"), "approved": ("wait", "clock"), "denied": ("bad", "circle-x")}
_ICONS = {"personal_data": "eye", "capture": "cash", "refund": "receipt-refund"}
MOST_REFUNDS = 20
"""So many refunds are shown at once, the newest; the rest are folded."""


class TimelineEvent(NamedTuple):
    """Something that happened, as the timeline component wants it. `who` says who did it, or asked for it."""

    moment: datetime
    title: str
    text: str = ""
    who: Markup | str = ""
    href: str | None = None
    reference: str = ""
    icon: str = "point"
    tone: str = "idle"


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
    refunds = sorted(reading.refunds or (), key=lambda refund: refund.created)
    earlier, newest = refunds[:-MOST_REFUNDS], refunds[-MOST_REFUNDS:]
    currency = reading.order.currency
    events = [
        *_of_order(reading, intents),
        *_of_refunds(newest, currency, intents),
        *_of_deliveries(deliveries),
        *reversed(_of_staff(told, intents)),
    ]
    days = _by_day(account, events)
    if still_open := [_of_intent(intent) for intent in intents if intent.is_open]:
        days.insert(0, (gettext("Not settled yet"), still_open))
    words = _earlier_words([refund.money(currency) for refund in earlier], currency)
    return Timeline(days, _by_day(account, _of_refunds(earlier, currency, intents)), words)


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


def _of_order(reading: OrderSnapshot, intents: Sequence[Intent]) -> list[TimelineEvent]:
    """Its creation and its last change of status; captured with a name where the desk did it."""
    order = reading.order
    events = [TimelineEvent(order.created, gettext("Order created"), icon="shopping-cart")]
    if order.status != "pending" and order.status_changed:
        tone, icon = _TONES.get(order.status, ("idle", "point"))
        ours = [
            intent
            for intent in intents
            if intent.kind == IntentKind.CAPTURE
            and intent.state == IntentState.SUCCEEDED
            and order.status == "captured"
        ]
        change = TimelineEvent(order.status_changed, status_label(order.status), icon=icon, tone=tone)
        if ours:
            change = change._replace(who=by(ours[-1].requester.name), href=intent_href(ours[-1]))
        events.append(change)
    return events


def _of_refunds(refunds: Sequence[Refund], currency: str, intents: Sequence[Intent]) -> list[TimelineEvent]:
    """Each refund at the provider, with its ID; with a name where the desk made it."""
    ours = {intent.refund_id: intent for intent in intents}
    events = []
    for refund in refunds:
        intent = ours.get(refund.refund_id)
        events.append(
            TimelineEvent(
                refund.created,
                gettext("Refunded %(amount)s", amount=money(refund.money(currency))),
                text=refund.description or "",
                who=by(intent.requester.name) if intent else "",
                href=intent_href(intent) if intent else None,
                reference=refund.refund_id,
                icon="receipt-refund",
                tone="ok",
            )
        )
    return events


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


def _of_intent(intent: Intent) -> TimelineEvent:
    return TimelineEvent(
        intent.created,
        intent_words(intent),
        text=gettext("Since %(moment)s", moment=when(intent.created)),
        who=by(intent.requester.name),
        href=intent_href(intent),
        icon="hourglass-high",
        tone="unknown",
    )


def _of_staff(told: Sequence[DescribedEntry], intents: Sequence[Intent]) -> list[TimelineEvent]:
    """What people did, and what came of it. A success the provider tells itself, unless it was long in doubt."""
    doubted = {_family(each) for each in told if each.entry.outcome == "unknown"}
    by_id = {intent.id: intent for intent in intents}
    events = []
    for each in told:
        if told_by_provider(each) and _family(each) not in doubted:
            continue
        words = staff_words(each, by_id)
        events.append(
            TimelineEvent(
                each.moment,
                words.title,
                text=each.amount or "",
                who=words.who,
                href=intent_href(words.intent) if words.intent else None,
                icon=_ICONS.get(_family(each), "shield-lock"),
                tone="idle" if each.tone == "ok" else each.tone,
            )
        )
    return events


def _family(told: DescribedEntry) -> str:
    return told.entry.event.partition(".")[0]
