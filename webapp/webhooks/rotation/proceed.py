"""Goes on with rotations where nobody is needed: what is quiet long enough is deleted, what is taken back goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from webapp.access.form_tokens import ChangeToken
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.hook_change import ChangeState
from webapp.models.rotation import Rotation, RotationStep
from webapp.webhooks.endpoints.errors import HookBusy, NotNow, StaleHookForm

from .steps import Act, Rotating, changes_of, take_step, undo

AFTER_A_REFUSAL = timedelta(minutes=15)
"""So long a rotation is left alone after the provider has refused its last change."""


def continue_rotations(work_for: Rotating, account: Account) -> int:
    """What needs nobody: old webhooks go when their quiet time is over, and what is being taken back is taken back.

    Returns how many rotations it worked on.
    """
    due = select(Rotation).where(
        Rotation.account == account.slug,
        (Rotation.undoing & Rotation.ended.is_(None))
        | ((Rotation.step == RotationStep.QUIET) & (Rotation.quiet_until <= now())),
    )
    rotations = db.session.scalars(due).all()
    release()
    for rotation in rotations:
        if _was_just_refused(rotation):
            continue
        work = replace(work_for, requester_id=rotation.started_by)
        token = _token_of_the_desk(rotation)
        try:
            if rotation.undoing:
                undo(work, rotation, token)
            else:
                take_step(work, rotation, Act.DELETE_OLD, token)
        except (HookBusy, StaleHookForm, NotNow):
            continue
    return len(rotations)


def _was_just_refused(rotation: Rotation) -> bool:
    """Whether the provider has refused the last change a short while ago: it is not asked again every few seconds."""
    settled = [change for change in changes_of(rotation)[-1:] if change.state == ChangeState.REFUSED]
    return any(change.settled and now() - change.settled < AFTER_A_REFUSAL for change in settled)


def _token_of_the_desk(rotation: Rotation) -> ChangeToken:
    """The worker decides once for what was tried so far: two workers make one change."""
    tried = len(changes_of(rotation))
    return ChangeToken("rotation", 0, rotation.account, str(rotation.id), tried, rotation.step, f"desk-{tried}")
