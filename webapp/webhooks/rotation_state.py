"""Where a rotation stands after one of its changes has succeeded: a table, and the row that follows it."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from flask import current_app
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.database import writing
from webapp.models.base import now
from webapp.models.hook_change import HookAction, HookChange
from webapp.models.rotation import ENDED, Rotation, RotationStep, Standing


class Done(NamedTuple):
    """What was done, and to which of the two webhooks."""

    action: HookAction
    to_new: bool


AFTER: dict[tuple[RotationStep, Done], RotationStep] = {
    (RotationStep.MAKE, Done(HookAction.CREATE, True)): RotationStep.INSTALL,
    (RotationStep.INSTALL, Done(HookAction.ACTIVATE, True)): RotationStep.WATCH,
    (RotationStep.WATCH, Done(HookAction.PAUSE, True)): RotationStep.INSTALL,
    (RotationStep.WATCH, Done(HookAction.PAUSE, False)): RotationStep.QUIET,
    (RotationStep.QUIET, Done(HookAction.ACTIVATE, False)): RotationStep.WATCH,
    (RotationStep.QUIET, Done(HookAction.DELETE, False)): RotationStep.DONE,
    (RotationStep.INSTALL, Done(HookAction.DELETE, True)): RotationStep.UNDONE,
    (RotationStep.WATCH, Done(HookAction.DELETE, True)): RotationStep.UNDONE,
}
"""Whatever is not here leaves the step as it is: another secret for the new webhook, while it is paused."""


def advance(session: Session, change: HookChange) -> None:
    """Moves the change's rotation on. Call inside of `writing()`, once, when the change has just succeeded."""
    rotation = session.get_one(Rotation, change.rotation_id, populate_existing=True, with_for_update=True)
    if change.action == HookAction.CREATE:
        rotation.new_hook_id = change.hook_id
    done = Done(HookAction(change.action), change.hook_id == rotation.new_hook_id)
    following = AFTER.get((RotationStep(rotation.step), done))
    if following is not None:
        move(rotation, following)


def end_without_old(session: Session, change: HookChange) -> None:
    """The old webhook could not be paused because it is gone: the new one has taken over already. As `advance`."""
    rotation = session.get_one(Rotation, change.rotation_id, populate_existing=True, with_for_update=True)
    if (rotation.step, change.action, change.hook_id) == (RotationStep.WATCH, HookAction.PAUSE, rotation.hook_id):
        move(rotation, RotationStep.DONE)


def move(rotation: Rotation, step: RotationStep) -> None:
    """Writes the step and its audit entry. Call inside of `writing()`."""
    moment = now()
    rotation.step, rotation.changed = step, moment
    rotation.was_active = rotation.was_active or step is RotationStep.WATCH
    rotation.quiet_until = moment + _quiet_time() if step is RotationStep.QUIET else None
    rotation.trouble = rotation.trouble_since = rotation.watched = None
    rotation.ended = moment if step in ENDED else None
    _record(rotation, audit.Action.ROTATION_ENDED if step in ENDED else audit.Action.ROTATION_STEP)


def note(rotation: Rotation, standing: Standing) -> None:
    """Writes down how the new webhook does while the old one is paused: trouble stops the clock of the quiet time.

    When it is over the quiet time begins anew, for in the one before something may have been missed. What has moved on
    meanwhile is left alone.
    """
    with writing(lock=f"hooks:{rotation.account}") as session:
        current = session.get_one(Rotation, rotation.id, populate_existing=True, with_for_update=True)
        if current.step != RotationStep.QUIET:
            return
        current.watched = now()
        if standing.is_trouble and current.trouble != standing:
            current.trouble, current.quiet_until = standing, None
            current.trouble_since = current.trouble_since or current.watched
            _record(current, audit.Action.ROTATION_HALTED, standing)
        elif current.trouble and not standing.is_trouble:
            current.trouble = current.trouble_since = None
            current.quiet_until = current.watched + _quiet_time()
            _record(current, audit.Action.ROTATION_RESUMED)


def _record(rotation: Rotation, action: audit.Action, cause: str | None = None) -> None:
    after = {
        "hook_id": rotation.hook_id,
        "new_hook_id": rotation.new_hook_id,
        "step": rotation.step,
        "quiet_until": rotation.quiet_until.isoformat(timespec="seconds") if rotation.quiet_until else None,
    }
    audit.record(
        action,
        outcome="failed" if action is audit.Action.ROTATION_HALTED else "ok",
        account=rotation.account,
        object_type="hook",
        object_id=rotation.hook_id,
        after=after | ({"cause": cause} if cause else {}),
    )


def _quiet_time() -> timedelta:
    return timedelta(hours=current_app.extensions["settings"].rotation_quiet_hours)
