"""Goes on with rotations where nobody is needed: the quiet time is watched, what is taken back goes on."""

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

from .acts import Act
from .reasons import watch
from .steps import Rotating, changes_of, take_step, undo

AFTER_A_REFUSAL = timedelta(minutes=15)
"""So long a rotation is left alone after the provider has refused its last change."""
WATCH_EVERY = timedelta(minutes=1)


def continue_rotations(work_for: Rotating, account: Account) -> int:
    """What needs nobody: what is being taken back goes on; while the old webhook is paused the new one is watched, and
    after a quiet time without trouble the old one goes.

    Returns for how many rotations it did something beside looking.
    """
    undoing = Rotation.undoing & Rotation.ended.is_(None)
    unwatched = Rotation.watched.is_(None) | (Rotation.watched <= now() - WATCH_EVERY)
    due = select(Rotation).where(
        Rotation.account == account.slug, undoing | ((Rotation.step == RotationStep.QUIET) & unwatched)
    )
    rotations = db.session.scalars(due).all()
    release()
    return sum(_go_on(replace(work_for, requester_id=rotation.started_by), rotation) for rotation in rotations)


def _go_on(work: Rotating, rotation: Rotation) -> bool:
    """Whether something was done beside looking."""
    if (rotation.undoing or rotation.is_quiet_over(now())) and not _was_just_refused(rotation):
        return _try(work, rotation)
    if not rotation.undoing:
        watch(work.client, rotation)
    return False


def _try(work: Rotating, rotation: Rotation) -> bool:
    token = _token_of_the_desk(rotation)
    try:
        if rotation.undoing:
            undo(work, rotation, token)
        else:
            take_step(work, rotation, Act.DELETE_OLD, token)
    except (HookBusy, StaleHookForm, NotNow):
        return False
    return True


def _was_just_refused(rotation: Rotation) -> bool:
    """Whether the provider has refused the last change a short while ago: it is not asked again every few seconds."""
    settled = [change for change in changes_of(rotation)[-1:] if change.state == ChangeState.REFUSED]
    return any(change.settled and now() - change.settled < AFTER_A_REFUSAL for change in settled)


def _token_of_the_desk(rotation: Rotation) -> ChangeToken:
    """The worker decides once for what was tried so far: two workers make one change."""
    tried = len(changes_of(rotation))
    return ChangeToken("rotation", 0, rotation.account, str(rotation.id), tried, rotation.step, f"desk-{tried}")
