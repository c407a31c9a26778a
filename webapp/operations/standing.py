"""How an operation stands at a moment: what the engine does with it next, and so who must act.

`resolve` acts by it and the pages speak by it: what is said to happen by itself is what happens.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from webapp.models.operation import UNDECIDED, Operation, State

RESEND_WITHIN = timedelta(minutes=15)
"""Sending again is automatic only so long after the first sending; later a person decides."""


class Standing(StrEnum):
    """Of an open operation: who moves next. The others are its states.

    `being_sent`: a process has it in hand for the first time. `sent_again`: a look that does not find it sends the
    same once more. `compared`: it met a 409, so it is only looked at until that is certain. `for_person`: it is looked
    at, and sent or closed only by a person: of finance, or an admin.
    """

    AWAITING_APPROVAL = "awaiting_approval"
    BEING_SENT = "being_sent"
    SENT_AGAIN = "sent_again"
    COMPARED = "compared"
    FOR_PERSON = "for_person"
    ATTENTION = "attention"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    CLOSED = "closed"


def standing(row: Operation, moment: datetime) -> Standing:
    """How it stands; a process that was killed while sending leaves an operation that nobody has in hand."""
    if row.state not in UNDECIDED:
        return Standing(row.state)
    if row.state == State.PENDING and row.lease_until > moment:
        return Standing.BEING_SENT
    return next_move(row, moment)


def next_move(row: Operation, moment: datetime) -> Standing:
    """What follows for an undecided operation that a look has not found at the provider."""
    if row.refusal is not None:
        return Standing.COMPARED
    return Standing.SENT_AGAIN if row.is_sent_again and moment <= resent_until(row) else Standing.FOR_PERSON


def resent_until(row: Operation) -> datetime:
    """Until when it is sent again without a person: by its first sending, which an approval may put off."""
    return (row.first_sent or row.created) + RESEND_WITHIN


def needs_person(row: Operation, moment: datetime) -> bool:
    """Whether nobody but a person can bring it further."""
    return standing(row, moment) in (Standing.ATTENTION, Standing.FOR_PERSON)
