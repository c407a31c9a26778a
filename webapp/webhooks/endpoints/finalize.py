"""The only writer of what became of a change of a webhook: whoever finds the row still open has the last word."""

from __future__ import annotations

import json
import random
from datetime import timedelta

from sqlalchemy import ColumnElement, exists, update
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.database import writing
from webapp.models.base import now
from webapp.models.delivery import Receiver
from webapp.models.hook_change import OPEN_STATES, ChangeState, HookAction, HookChange
from webapp.webhooks.rotation_state import advance, end_without_old

from .attempt import ChangeResult
from .prepared import forget_prepared
from .write import described, object_id

LONGEST_WAIT = 60.0
"""What a Retry-After may ask for at most, seconds."""

_BACKOFF = (5, 15, 60, 300, 900)
_ACTIONS = {
    ChangeState.SUCCEEDED: (audit.Action.HOOK_SUCCEEDED, "ok"),
    ChangeState.REFUSED: (audit.Action.HOOK_REFUSED, "failed"),
    ChangeState.CLOSED: (audit.Action.HOOK_CLOSED, "ok"),
    ChangeState.UNKNOWN: (audit.Action.HOOK_UNKNOWN, "unknown"),
}


def settle(change: HookChange, finding: ChangeResult, *, reason: str | None = None) -> HookChange:
    """Writes the finding and its audit entry in one transaction, unless somebody else already has.

    A secret that came into force stays sealed until it is shown, if it was not; any other is forgotten. A rotation that
    waited for the change goes on. Returns the row as it now is.
    """
    with writing() as session:
        if finding.state is ChangeState.UNKNOWN:
            _stay_unknown(session, change, finding)
        else:
            _close(session, change, finding, reason)
        return session.get_one(HookChange, change.id, populate_existing=True)


def _close(session: Session, change: HookChange, finding: ChangeResult, reason: str | None) -> None:
    values: dict[str, object] = {
        "state": finding.state,
        "outcome_code": finding.code,
        "error_class": finding.error_class,
        "detail": finding.detail,
        "refused_fields": json.dumps(finding.fields) if finding.fields else None,
        "settled": now(),
        "next_check": now() + timedelta(minutes=1),
    }
    if finding.hook_id:
        values["hook_id"] = finding.hook_id
    if finding.state is not ChangeState.SUCCEEDED or change.secret_shown is not None:
        values["secret_sealed"] = None
    still_holds = [] if finding.state is ChangeState.SUCCEEDED else [HookChange.attempt == change.attempt]
    if not _change(session, change, values, *still_holds):
        return
    settled = session.get_one(HookChange, change.id, populate_existing=True)
    _record(settled, finding.state, finding.code, reason)
    if finding.state is ChangeState.SUCCEEDED and settled.action in (HookAction.SECRET, HookAction.DELETE):
        _forget_earlier_secrets(session, settled)
        forget_prepared(session, settled.account, settled.hook_id)
    if finding.state is ChangeState.SUCCEEDED and settled.brings_secret:
        _forget_what_the_desk_keeps(session, settled)
    if settled.rotation_id is not None and finding.state is ChangeState.SUCCEEDED:
        advance(session, settled)
    elif settled.rotation_id is not None and finding.code == "gone":
        end_without_old(session, settled)


def _forget_earlier_secrets(session: Session, change: HookChange) -> None:
    """Secrets of the webhook that nobody has seen, and that are not in force any more."""
    session.execute(
        update(HookChange)
        .where(HookChange.account == change.account, HookChange.hook_id == change.hook_id, HookChange.id < change.id)
        .values(secret_sealed=None)
        .execution_options(synchronize_session=False)
    )


def _forget_what_the_desk_keeps(session: Session, change: HookChange) -> None:
    """The secret of the desk's own receiver: nobody has to be shown it, and the receiver has it sealed."""
    own = exists().where(
        Receiver.account == change.account,
        Receiver.stopped.is_(None),
        Receiver.secret_fingerprint == change.secret_fingerprint,
    )
    session.execute(
        update(HookChange)
        .where(HookChange.id == change.id, own)
        .values(secret_sealed=None)
        .execution_options(synchronize_session=False)
    )


def _stay_unknown(session: Session, change: HookChange, finding: ChangeResult) -> None:
    """Unless somebody else has taken it up meanwhile: they are asking now, and their lease must not be cut short."""
    moment = now()
    asked = min(finding.retry_after or 0.0, LONGEST_WAIT)
    pause = _BACKOFF[min(change.checks, len(_BACKOFF) - 1)] * random.uniform(1.0, 1.2)  # noqa: S311 - only jitter
    values: dict[str, object] = {
        "state": ChangeState.UNKNOWN,
        "outcome_code": finding.code,
        "error_class": finding.error_class,
        "checks": change.checks + 1,
        "lease_until": moment + timedelta(seconds=asked),
        "next_check": moment + timedelta(seconds=max(pause, asked)),
    }
    was_pending = change.state == ChangeState.PENDING
    if _change(session, change, values, HookChange.lease_until == change.lease_until) and was_pending:
        _record(change, ChangeState.UNKNOWN, finding.code)


def _change(session: Session, change: HookChange, values: dict[str, object], *also: ColumnElement[bool]) -> bool:
    """Compare-and-set: whether the row was still open, and now has the values."""
    changed = session.execute(
        update(HookChange)
        .where(HookChange.id == change.id, HookChange.state.in_(OPEN_STATES), *also)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


def _record(change: HookChange, state: ChangeState, code: str, reason: str | None = None) -> None:
    action, outcome = _ACTIONS[state]
    audit.record(
        action,
        outcome=outcome,  # type: ignore[arg-type]
        account=change.account,
        object_type="hook",
        object_id=object_id(change),
        after=described(change) | {"outcome_code": code, "attempt": change.attempt},
        reason=reason,
    )
