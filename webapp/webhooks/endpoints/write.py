"""Writes a change of a webhook down, durably and with its audit entry, before anything is sent (transaction A)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy import select

from webapp import audit
from webapp.access.form_tokens import ChangeToken
from webapp.core import sealing
from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.hook_change import OPEN_STATES, ChangeState, HookAction, HookChange
from webapp.models.rotation import Rotation
from webapp.operations.engine import write

from .changes import CHANGES, open_change_of, open_rotation_of, version_of
from .errors import HookBusy, InRotation, NotNow, SecretNotShown, StaleHookForm
from .prepared import new_secret, read_prepared

NEW = "new"
"""As the object of a token: the webhook that is to be made."""

Fact = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall be: `url`, `events` and `active` as they are to be, or as they are where the action leaves them.

    `rotation`: of which it is a step, as it stood when that was decided; it must stand there still.
    `before`: the facts that the change replaces, for the audit log. `secret`: None lets the desk make one, or names by
    `prepared` (a fingerprint) the one that was shown in advance.
    """

    action: HookAction
    hook_id: str | None
    url: str
    events: tuple[str, ...]
    active: bool
    rotation: Rotation | None = None
    before: Mapping[str, Fact] = field(default_factory=dict)
    secret: SecretStr | None = None
    prepared: str | None = None

    def is_of(self, change: HookChange) -> bool:
        """Whether this is what was wished when the change was written down."""
        same = (change.action, change.url, set(change.event_list), change.active)
        return same == (self.action, self.url, set(self.events), self.active)


def write_change(
    wish: Wish, *, account: Account, token: ChangeToken, requester_id: int, settings: Settings
) -> tuple[HookChange, bool]:
    """Checks once more under the lock, and commits the change with its audit entry. Nothing is sent here.

    Returns the change and whether it is new: only who wrote it sends it. Raises HookBusy, InRotation, StaleHookForm,
    NothingPrepared, and NotNow for a step of a rotation.
    """

    def make(moment: datetime) -> HookChange:
        _check(wish, account, token)
        change = _new_row(wish, requester_id, moment)
        if wish.prepared is not None:
            secret, shown = read_prepared(db.session, account, wish.hook_id or "", wish.prepared, settings)
            change.secret_shown, change.secret_shown_by = shown.shown, shown.shown_by
        elif change.brings_secret:
            secret = wish.secret or new_secret()
        else:
            return change
        change.secret_sealed = sealing.seal(settings, secret)
        change.secret_fingerprint = sealing.fingerprint(settings, secret)
        return change

    return write(
        CHANGES,
        token.hash,
        account=account,
        busy=lambda: open_change_of(account, wish.hook_id, wish.url),
        make=make,
        deadline=settings.provider_deadline,
        before=dict(wish.before) or None,
    )


def _check(wish: Wish, account: Account, token: ChangeToken) -> None:
    """What must still be true at the moment of writing."""
    if wish.rotation is not None:
        _check_rotation(wish, wish.rotation)
        return
    if wish.hook_id and (rotation := open_rotation_of(account, wish.hook_id)):
        raise InRotation(rotation)
    if version_of(account, wish.hook_id) != token.version:
        raise StaleHookForm


def _check_rotation(wish: Wish, rotation: Rotation) -> None:
    """A rotation stands where the step began, nothing else of it is open, and the step has its reasons still."""
    seen = (rotation.step, rotation.changed, rotation.undoing)
    current = db.session.get_one(Rotation, rotation.id, populate_existing=True)
    if (current.step, current.changed, current.undoing) != seen:
        raise StaleHookForm
    others = select(HookChange).where(HookChange.rotation_id == rotation.id, HookChange.state.in_(OPEN_STATES))
    if busy := db.session.scalar(others.limit(1)):
        raise HookBusy(busy)
    to_old = wish.hook_id == rotation.hook_id
    goes_on = wish.action == HookAction.ACTIVATE if not to_old else wish.action in (HookAction.PAUSE, HookAction.DELETE)
    if goes_on and not _is_secret_shown(rotation):
        raise SecretNotShown
    if to_old and wish.action == HookAction.DELETE and not current.is_quiet_over(now()):
        raise NotNow


def _is_secret_shown(rotation: Rotation) -> bool:
    """Whether somebody has seen the secret that is in force on the new webhook."""
    brought = select(HookChange.secret_shown).where(
        HookChange.rotation_id == rotation.id,
        HookChange.action.in_((HookAction.CREATE, HookAction.SECRET)),
        HookChange.state == ChangeState.SUCCEEDED,
    )
    return db.session.scalar(brought.order_by(HookChange.id.desc()).limit(1)) is not None


def _new_row(wish: Wish, requester_id: int, moment: datetime) -> HookChange:
    return HookChange(
        action=wish.action,
        hook_id=wish.hook_id,
        rotation_id=wish.rotation.id if wish.rotation else None,
        url=wish.url,
        events=",".join(wish.events),
        active=wish.active,
        requested_by=requester_id,
        by_desk=audit.who().actor_id is None,
        attempt=1,
        checks=0,
        created=moment,
        last_sent=moment,
    )
