"""Writes a change of a webhook down, durably and with its audit entry, before anything is sent (transaction A)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import SecretStr
from sqlalchemy import func, select, union
from sqlalchemy.exc import IntegrityError

from webapp import audit
from webapp.access.form_tokens import ChangeToken
from webapp.core import sealing
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.hook_change import OPEN_STATES, ChangeState, HookAction, HookChange
from webapp.models.rotation import ENDED, Rotation
from webapp.webhooks.address import without_tokens

from .errors import HookBusy, HookFormReused, InRotation, NotNow, SecretNotShown, StaleHookForm
from .prepared import new_secret, read_prepared

LEASE_MARGIN = timedelta(seconds=5)
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


def earlier_change(token: ChangeToken, wish: Wish) -> HookChange | None:
    """What came of this form when it was sent before. Raises HookFormReused when it now says something else."""
    change = _change_of_form(token)
    release()
    if change is None:
        return None
    same = (change.action, change.url, set(change.event_list), change.active)
    if same != (wish.action, wish.url, set(wish.events), wish.active):
        raise HookFormReused(change)
    return change


def version_of(account: Account, hook_id: str | None) -> int:
    """How many changes of a webhook, or how many creations, were ever written down: what a form has seen."""
    which = HookChange.hook_id == hook_id if hook_id else HookChange.action == HookAction.CREATE
    counted = select(func.count()).where(HookChange.account == account.slug, which)
    return db.session.scalar(counted) or 0


def open_change_of(account: Account, hook_id: str) -> HookChange | None:
    """The change of a webhook whose outcome is not known yet, if there is one."""
    return db.session.scalar(
        select(HookChange).where(
            HookChange.account == account.slug, HookChange.hook_id == hook_id, HookChange.state.in_(OPEN_STATES)
        )
    )


def open_rotation_of(account: Account, hook_id: str) -> Rotation | None:
    """The open rotation in which a webhook is the old or the new one."""
    mine = (Rotation.hook_id == hook_id) | (Rotation.new_hook_id == hook_id)
    statement = select(Rotation).where(Rotation.account == account.slug, Rotation.step.not_in(ENDED), mine)
    return db.session.scalar(statement.limit(1))


def claimed_hooks(change: HookChange) -> Collection[str]:
    """What other creations made, and rotations replace: none of these webhooks is the one that this creation makes."""
    others = select(HookChange.hook_id).where(
        HookChange.account == change.account,
        HookChange.id != change.id,
        HookChange.action == HookAction.CREATE,
        HookChange.hook_id.is_not(None),
    )
    rotated = select(Rotation.hook_id).where(Rotation.account == change.account)
    ids = {hook_id for hook_id in db.session.scalars(union(others, rotated)) if hook_id}
    release()
    return ids


def write_change(
    wish: Wish, *, account: Account, token: ChangeToken, requester_id: int, settings: Settings
) -> tuple[HookChange, SecretStr | None, bool]:
    """Checks once more under the lock, and commits the change with its audit entry. Nothing is sent here.

    Returns the change, its secret if it brings one, and whether it is new: only who wrote it sends it. Raises HookBusy,
    InRotation, StaleHookForm, NothingPrepared, and NotNow for a step of a rotation.
    """
    secret = None
    if wish.action in (HookAction.CREATE, HookAction.SECRET) and wish.prepared is None:
        secret = wish.secret or new_secret()
    try:
        with writing(lock=f"hooks:{account.slug}") as session:
            if same := _change_of_form(token):
                return same, None, False
            _check(wish, account, token)
            shown = None
            if wish.prepared is not None:
                secret, shown = read_prepared(session, account, wish.hook_id or "", wish.prepared, settings)
            change = _new_row(wish, account, token, requester_id, secret, settings)
            if shown is not None:
                change.secret_shown, change.secret_shown_by = shown.shown, shown.shown_by
            session.add(change)
            session.flush()
            audit.record(
                audit.Action.HOOK_INTENT,
                account=account.slug,
                object_type="hook",
                object_id=object_id(change),
                before=dict(wish.before) or None,
                after=described(change),
            )
    except IntegrityError:
        return _winner(wish, account, token), None, False
    return change, secret, True


def object_id(change: HookChange) -> str:
    """As the audit log names the webhook; one that is being made by the number of its creation."""
    return change.hook_id or f"new-{change.id}"


def described(change: HookChange) -> dict[str, Fact]:
    """What the audit log says of a change: of a secret its fingerprint, of an address nothing that could be a key."""
    facts: dict[str, Fact] = {"change_id": change.id, "what": change.action, "hook_id": change.hook_id}
    if change.action in (HookAction.CREATE, HookAction.EDIT):
        facts |= {"url": without_tokens(change.url), "events": change.events}
    if change.action in (HookAction.CREATE, HookAction.ACTIVATE, HookAction.PAUSE):
        facts["active"] = change.active
    if change.secret_fingerprint:
        facts["secret_fingerprint"] = change.secret_fingerprint
    return facts


def lease(deadline: float, calls: int = 2) -> datetime:
    """Until when nobody else takes a change up that is being sent now."""
    return now() + calls * timedelta(seconds=deadline) + LEASE_MARGIN


def _check(wish: Wish, account: Account, token: ChangeToken) -> None:
    """What must still be true at the moment of writing."""
    busy = open_change_of(account, wish.hook_id) if wish.hook_id else _open_creation_at(account, wish.url)
    if busy:
        raise HookBusy(busy)
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


def _open_creation_at(account: Account, url: str) -> HookChange | None:
    return db.session.scalar(
        select(HookChange).where(
            HookChange.account == account.slug,
            HookChange.url == url,
            HookChange.action == HookAction.CREATE,
            HookChange.state.in_(OPEN_STATES),
        )
    )


def _new_row(
    wish: Wish, account: Account, token: ChangeToken, requester_id: int, secret: SecretStr | None, settings: Settings
) -> HookChange:
    """The row, leased to us from this moment on."""
    moment = now()
    lease_until = lease(settings.provider_deadline)
    return HookChange(
        account=account.slug,
        action=wish.action,
        hook_id=wish.hook_id,
        rotation_id=wish.rotation.id if wish.rotation else None,
        url=wish.url,
        events=",".join(wish.events),
        active=wish.active,
        secret_sealed=sealing.seal(settings, secret) if secret else None,
        secret_fingerprint=sealing.fingerprint(settings, secret) if secret else None,
        submit_token_hash=token.hash,
        requested_by=requester_id,
        by_desk=audit.who().actor_id is None,
        attempt=1,
        checks=0,
        lease_until=lease_until,
        next_check=lease_until,
        created=moment,
        last_sent=moment,
    )


def _change_of_form(token: ChangeToken) -> HookChange | None:
    return db.session.scalar(select(HookChange).where(HookChange.submit_token_hash == token.hash))


def _winner(wish: Wish, account: Account, token: ChangeToken) -> HookChange:
    """After a lost race: the same form's change, or whose change was first."""
    if same := _change_of_form(token):
        return same
    busy = open_change_of(account, wish.hook_id) if wish.hook_id else _open_creation_at(account, wish.url)
    if busy is None:
        raise RuntimeError("a change could not be written, though nothing stands in its way")
    raise HookBusy(busy)
