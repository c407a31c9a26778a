"""How a change of a webhook stands at a moment: what the engine does with it next, and so who must act."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from webapp.models.hook_change import ChangeState, HookAction, HookChange

RESEND_WITHIN = timedelta(minutes=15)
"""A secret is sent again by itself only so long after it was written down."""

TWIN = "twin"
CANNOT_UNSEAL = "cannot_unseal"


class ChangeStanding(StrEnum):
    """Of an open change: who moves next. The others are its states.

    `sent_again`: a secret, which can only be proved by sending it again. `for_admin`: it is looked at, and sent or
    given up only by an admin.
    """

    BEING_SENT = "being_sent"
    SENT_AGAIN = "sent_again"
    FOR_ADMIN = "for_admin"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    CLOSED = "closed"


def standing(change: HookChange, moment: datetime) -> ChangeStanding:
    """How it stands; a process that was killed while sending leaves a change that nobody has in hand."""
    if not change.is_open:
        return ChangeStanding(change.state)
    if change.state == ChangeState.PENDING and change.lease_until > moment:
        return ChangeStanding.BEING_SENT
    return next_move(change, moment)


def next_move(change: HookChange, moment: datetime) -> ChangeStanding:
    """What follows for an open change that a look does not settle."""
    is_lost = change.outcome_code == CANNOT_UNSEAL
    if change.action == HookAction.SECRET and moment <= resent_until(change) and not is_lost:
        return ChangeStanding.SENT_AGAIN
    return ChangeStanding.FOR_ADMIN


def resent_until(change: HookChange) -> datetime:
    """Until when a secret is sent again without a person."""
    return change.created + RESEND_WITHIN
