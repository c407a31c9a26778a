"""How an intent stands at a moment: what the engine does with it next, and so who must act.

`resolve` acts by it and the pages speak by it: what is said to happen by itself is what happens.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_

from webapp.models.intent import Intent, IntentState

RESEND_WITHIN = timedelta(minutes=15)
"""Sending again is automatic only so long after the first sending; later a person of finance decides."""

UNDECIDED = (IntentState.PENDING, IntentState.UNKNOWN)


class Standing(StrEnum):
    """Of an open intent: who moves next. The others are its states.

    `being_sent`: a process has it in hand for the first time. `sent_again`: a look that does not find it sends the
    same once more. `compared`: it met a 409, so it is only looked at until that is certain. `for_finance`: it has been
    open for too long, so it is looked at, and sent or closed only by a person of finance.
    """

    AWAITING_APPROVAL = "awaiting_approval"
    BEING_SENT = "being_sent"
    SENT_AGAIN = "sent_again"
    COMPARED = "compared"
    FOR_FINANCE = "for_finance"
    ATTENTION = "attention"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    CLOSED = "closed"


def standing(intent: Intent, moment: datetime) -> Standing:
    """How it stands; a process that was killed while sending leaves an intent that nobody has in hand."""
    if intent.state not in UNDECIDED:
        return Standing(intent.state)
    if intent.state == IntentState.PENDING and intent.lease_until > moment:
        return Standing.BEING_SENT
    return next_move(intent, moment)


def next_move(intent: Intent, moment: datetime) -> Standing:
    """What follows for an undecided intent that a look has not found at the provider."""
    if intent.refusal is not None:
        return Standing.COMPARED
    return Standing.FOR_FINANCE if moment > resent_until(intent) else Standing.SENT_AGAIN


def resent_until(intent: Intent) -> datetime:
    """Until when it is sent again without a person."""
    return (intent.first_sent or intent.created) + RESEND_WITHIN


def needs_finance(intent: Intent, moment: datetime) -> bool:
    """Whether nobody but finance can bring it further."""
    return standing(intent, moment) in (Standing.ATTENTION, Standing.FOR_FINANCE)


def waits_for_finance(first_sent_before: ColumnElement[datetime] | datetime) -> ColumnElement[bool]:
    """The same for the database; `first_sent_before` is the moment less RESEND_WITHIN."""
    left_open = and_(Intent.state.in_(UNDECIDED), Intent.refusal.is_(None), Intent.first_sent < first_sent_before)
    return or_(Intent.state == IntentState.ATTENTION, left_open)
