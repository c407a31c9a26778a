"""Replaces the secret of a webhook without a gap: a second webhook at the same address takes over from it.

Every step is one change with its own outcome on disk; between two steps everything may stop, for a minute or a week,
and the next step is found in the database. Until the old webhook is deleted each step has one that takes it back.
A step forward needs the shop's word: that it was shown the new secret, and how it answered what was signed with it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from webapp import audit
from webapp.access.form_tokens import ChangeToken
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.hook_change import OPEN_STATES, ChangeState, HookAction, HookChange
from webapp.models.rotation import Rotation, RotationStep
from webapp.providers.http.errors import NotFound
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.models import Hook
from webapp.webhooks.endpoints.change import change_hook
from webapp.webhooks.endpoints.changes import open_change_of, open_rotation_of, version_of
from webapp.webhooks.endpoints.errors import HookBusy, InRotation, NotNow, StaleHookForm
from webapp.webhooks.endpoints.write import Wish
from webapp.webhooks.rotation_evidence import leads_where_it_did
from webapp.webhooks.rotation_state import move

from .acts import DEEDS, Act, Deed
from .reasons import check_reason


class OldIsGone(NotNow):
    """Somebody has deleted the old webhook, or it leads elsewhere: there is nothing to go back to."""


@dataclass(frozen=True, slots=True)
class Rotating:
    """With what a rotation is worked on: the account's client, and whose decision it is."""

    client: PostpayClient
    account: Account
    requester_id: int
    settings: Settings


def start_rotation(work: Rotating, hook: Hook, token: ChangeToken) -> Rotation:
    """Writes the rotation of an active webhook down and makes its second webhook, paused.

    The same form sent again returns the same rotation. Raises InRotation, HookBusy, StaleHookForm, NotNow.
    """
    rotation, new = _write_rotation(work, hook, token)
    if new:
        take_step(work, rotation, Act.MAKE, token)
    return reread(rotation)


def take_step(work: Rotating, rotation: Rotation, act: Act, token: ChangeToken, *, anyway: bool = False) -> HookChange:
    """Has the change of an act made; when it succeeds, the rotation goes on.

    `anyway`: the old webhook is paused though the new one has delivered nothing yet. Raises NotNow (its kinds among
    them), StaleHookForm, HookBusy, and GatewayError when nothing was sent.
    """
    deed = DEEDS[act]
    if rotation.step != deed.step or rotation.undoing:
        raise NotNow
    check_reason(work.client, rotation, act, anyway=anyway)
    return _change(work, rotation, deed, replace(token, kind=f"rotation-{act}"))


def undo(work: Rotating, rotation: Rotation, token: ChangeToken) -> Rotation:
    """Takes everything back that was done: the old webhook delivers, the new one goes. Goes on where it was stopped.

    Stops where the outcome of a change is not known yet. Raises NotNow when it has ended, or when the old webhook is
    gone (OldIsGone: it goes on as if nobody had asked), HookBusy, StaleHookForm, and GatewayError.
    """
    if not rotation.is_open:
        raise NotNow
    old = _old_hook(work, rotation)
    rotation = _decide_undo(rotation)
    if not old.active:
        back = Deed(RotationStep(rotation.step), HookAction.ACTIVATE, False)
        if _change(work, rotation, back, replace(token, kind="undo-activate")).state != ChangeState.SUCCEEDED:
            return reread(rotation)
        rotation = reread(rotation)
    if rotation.new_hook_id is None:
        return _end_without_new(rotation)
    away = Deed(RotationStep(rotation.step), HookAction.DELETE, True)
    _change(work, rotation, away, replace(token, kind="undo-delete"))
    return reread(rotation)


def changes_of(rotation: Rotation) -> list[HookChange]:
    """Every change of a rotation, oldest first."""
    found = select(HookChange).where(HookChange.rotation_id == rotation.id).order_by(HookChange.id)
    changes = list(db.session.scalars(found.execution_options(populate_existing=True)))
    release()
    return changes


def reread(rotation: Rotation) -> Rotation:
    """The row as it is now."""
    current = db.session.get_one(Rotation, rotation.id, populate_existing=True)
    release()
    return current


def _write_rotation(work: Rotating, hook: Hook, token: ChangeToken) -> tuple[Rotation, bool]:
    """The row with its audit entry, and whether it is new."""
    account = work.account
    try:
        with writing(lock=f"hooks:{account.slug}") as session:
            same = session.scalar(select(Rotation).where(Rotation.start_token_hash == token.hash))
            if same is not None:
                return same, False
            _check_start(account, hook, token)
            rotation = Rotation(
                account=account.slug,
                hook_id=hook.id,
                url=hook.url,
                events=",".join(sorted(hook.events)),
                step=RotationStep.MAKE,
                undoing=False,
                was_active=False,
                start_token_hash=token.hash,
                started_by=work.requester_id,
                started=now(),
                changed=now(),
            )
            session.add(rotation)
            session.flush()
            audit.record(
                audit.Action.ROTATION_STARTED,
                account=account.slug,
                object_type="hook",
                object_id=hook.id,
                after={"hook_id": hook.id, "step": RotationStep.MAKE},
            )
    except IntegrityError:
        winner = open_rotation_of(account, hook.id)
        if winner is None:
            raise
        raise InRotation(winner) from None
    return rotation, True


def _check_start(account: Account, hook: Hook, token: ChangeToken) -> None:
    if there := open_rotation_of(account, hook.id):
        raise InRotation(there)
    if busy := open_change_of(account, hook.id):
        raise HookBusy(busy)
    if version_of(account, hook.id) != token.version:
        raise StaleHookForm
    if not hook.active:
        raise NotNow


def _change(work: Rotating, rotation: Rotation, deed: Deed, token: ChangeToken) -> HookChange:
    hook_id = rotation.new_hook_id if deed.to_new else rotation.hook_id
    is_new = deed.action == HookAction.CREATE
    wish = Wish(
        deed.action,
        None if is_new else hook_id,
        rotation.url,
        rotation.event_list,
        deed.action == HookAction.ACTIVATE,
        rotation=rotation,
    )
    return change_hook(
        wish,
        client=work.client,
        account=work.account,
        token=token,
        requester_id=work.requester_id,
        settings=work.settings,
    )


def _old_hook(work: Rotating, rotation: Rotation) -> Hook:
    """The old webhook; without it the new one must stay, and what was decided before is void."""
    release()
    with suppress(NotFound):
        old = work.client.get_hook(hook_id=rotation.hook_id)
        if leads_where_it_did(old, rotation):
            return old
    if rotation.undoing:
        with writing() as session:
            session.get_one(Rotation, rotation.id, populate_existing=True).undoing = False
    raise OldIsGone


def _decide_undo(rotation: Rotation) -> Rotation:
    """Writes down that it is being taken back, so that this goes on wherever it is stopped."""
    if rotation.undoing:
        return rotation
    with writing() as session:
        current = session.get_one(Rotation, rotation.id, populate_existing=True)
        if not current.is_open:
            raise NotNow
        current.undoing = True
        audit.record(
            audit.Action.ROTATION_STEP,
            account=current.account,
            object_type="hook",
            object_id=current.hook_id,
            after={"hook_id": current.hook_id, "step": current.step, "cause": "taken back"},
        )
    return reread(rotation)


def _end_without_new(rotation: Rotation) -> Rotation:
    """There is no second webhook to delete, unless its creation is still in doubt."""
    doubt = select(HookChange).where(HookChange.rotation_id == rotation.id, HookChange.state.in_(OPEN_STATES))
    busy = db.session.scalar(doubt.limit(1))
    release()
    if busy is not None:
        raise HookBusy(busy)
    with writing() as session:
        current = session.get_one(Rotation, rotation.id, populate_existing=True)
        if current.is_open and current.new_hook_id is None:
            move(current, RotationStep.UNDONE)
    return reread(rotation)
