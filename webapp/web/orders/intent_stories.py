"""The refunds and captures of the desk in an order's timeline: one entry each, which tells what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from webapp.audit import Action
from webapp.audit.recording import facts_of
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.presentation.audit.entries import DescribedEntry
from webapp.presentation.formatting import clock, money, when, zone
from webapp.presentation.intent_words import intent_href, needs_finance, outcome_title

from .staff_words import person

_STEPS = {
    Action.CAPTURE_UNKNOWN: lazy_gettext("Outcome not known"),
    Action.REFUND_UNKNOWN: lazy_gettext("Outcome not known"),
    Action.CAPTURE_ATTENTION: lazy_gettext("Needs finance"),
    Action.REFUND_ATTENTION: lazy_gettext("Needs finance"),
    Action.CAPTURE_RESENT: lazy_gettext("Sent again"),
    Action.REFUND_RESENT: lazy_gettext("Sent again"),
    Action.REFUND_APPROVED: lazy_gettext("Approved"),
    Action.REFUND_CLOSE_ASKED: lazy_gettext("Approval to close asked for"),
    Action.REFUND_CLOSE_REFUSED: lazy_gettext("Close not approved"),
}
_ENDS = {
    IntentState.SUCCEEDED: lazy_gettext("Confirmed"),
    IntentState.REFUSED: lazy_gettext("Known not to be done"),
    IntentState.CLOSED: lazy_gettext("Closed by finance"),
}
_BY_PEOPLE = (
    Action.CAPTURE_RESENT, Action.REFUND_RESENT, Action.REFUND_APPROVED, Action.REFUND_CLOSE_ASKED,
    Action.REFUND_CLOSE_REFUSED,
)  # fmt: skip


class Step(NamedTuple):
    """Something that happened to an intent, and who did it if a person did. `clock`: with the day where it changes."""

    moment: datetime
    clock: str
    words: str
    who: Markup | str = ""


class TimelineEvent(NamedTuple):
    """Something that happened, as the timeline component wants it. `who` is the person behind it."""

    moment: datetime
    title: str
    text: str = ""
    who: Markup | str = ""
    href: str | None = None
    reference: str = ""
    icon: str = "point"
    tone: str = "idle"
    steps: tuple[Step, ...] = ()


Happened = tuple[datetime, str, Markup | str]

Stories = Mapping[int, tuple[Step, ...]]
"""By the intents' ids."""


def intent_of(told: DescribedEntry) -> int | None:
    """The intent that an entry of the log is about."""
    number = facts_of(told.entry.after).get("intent_id")
    return number if isinstance(number, int) else None


def stories(intents: Sequence[Intent], told: Sequence[DescribedEntry]) -> Stories:
    """How each intent came to its outcome; empty where that was known at once. `told`: newest first."""
    middle: dict[int | None, list[Happened]] = {}
    for each in reversed(told):
        if words := _STEPS.get(each.entry.event):  # type: ignore[call-overload]
            who = person(each.actor) if each.entry.event in _BY_PEOPLE else ""
            middle.setdefault(intent_of(each), []).append((each.moment, str(words), who))
    return {
        one.id: _timed([(one.created, gettext("Started"), ""), *middle[one.id], *_end(one)])
        for one in intents
        if one.id in middle
    }


def _end(intent: Intent) -> list[Happened]:
    words = _ENDS.get(IntentState(intent.state))
    return [(intent.settled, str(words), "")] if words and intent.settled else []


def _timed(happened: Sequence[Happened]) -> tuple[Step, ...]:
    """Each with its hour, and with its day where that is another one than before."""
    steps, day = [], None
    for moment, words, who in happened:
        local = moment.astimezone(zone()).date()
        steps.append(Step(moment, clock(moment) if local == day or day is None else when(moment), words, who))
        day = local
    return tuple(steps)


def open_entry(intent: Intent, steps: Stories) -> TimelineEvent:
    """One that is not settled yet."""
    return TimelineEvent(
        intent.created,
        outcome_title(intent),
        text=gettext("Needs finance") if needs_finance(intent) else "",
        who=person(intent.requester.name),
        href=intent_href(intent),
        icon="hourglass-high",
        tone="wait" if intent.state == IntentState.AWAITING_APPROVAL else "unknown",
        steps=steps.get(intent.id, ()),
    )


def settled_entry(intent: Intent, steps: Stories, *, is_behind: bool) -> TimelineEvent:
    """One that the provider did not tell of: refused, closed, or done; `is_behind`: it should have told of it."""
    is_done = intent.state == IntentState.SUCCEEDED
    return TimelineEvent(
        intent.settled or intent.created,
        outcome_title(intent),
        text=gettext("Not listed at Postpay yet") if is_behind else "" if is_done else money(intent.amount),
        who=person(intent.requester.name),
        href=intent_href(intent),
        icon="receipt-refund" if intent.kind == IntentKind.REFUND else "cash",
        tone="ok" if is_done else "bad" if intent.state == IntentState.REFUSED else "idle",
        steps=steps.get(intent.id, ()),
    )
