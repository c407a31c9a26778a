"""Changes of webhooks as operations: their table, what answers prove of each, and what is written of them."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select, union, update
from sqlalchemy.orm import Session

from webapp.core import sealing
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.delivery import Receiver
from webapp.models.hook_change import CANNOT_UNSEAL, OPEN_STATES, ChangeState, HookAction, HookChange
from webapp.models.rotation import ENDED, Rotation
from webapp.operations.classify import AttemptResult, Conclusion, Table, refused
from webapp.operations.kind import Facts, Kind
from webapp.providers.contract import Answer
from webapp.providers.http.errors import Refused
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.hook_mover import HookMover
from webapp.webhooks.address import same_address, without_tokens
from webapp.webhooks.rotation_evidence import still_holds
from webapp.webhooks.rotation_state import advance, end_without_old

from .errors import HookBusy, HookFormReused, NotChanged
from .prepared import forget_prepared

WAIT_BEFORE_AGAIN = timedelta(seconds=30)
"""What was sent may still be on its way; a person may send again, or give up, only after this."""
NOT_DONE = "not_done"

_PROVED = refused(Answer.REFUSED, Answer.FORBIDDEN, Answer.NOT_SENT, Answer.UNAUTHORIZED, Answer.CONFLICT)
_GONE = refused(Answer.GONE)
_NO_MORE = {Answer.GONE: Conclusion(ChangeState.SUCCEEDED, "done")}
_WAS_NO_MORE = {Answer.GONE: Conclusion(ChangeState.SUCCEEDED, "already_gone")}
ANSWERS = dict.fromkeys(HookAction, Table(first=_PROVED, always=_GONE)) | {
    HookAction.SECRET: Table(first=_PROVED, always=_GONE | refused(Answer.REFUSED, Answer.FORBIDDEN)),
    HookAction.DELETE: Table(first=_PROVED | _WAS_NO_MORE, always=_NO_MORE),
}


def may_repeat(change: HookChange, moment: datetime) -> bool:
    """Whether a person may send it again now."""
    is_over = change.lease_until <= moment and moment - change.last_sent >= WAIT_BEFORE_AGAIN
    return change.state == ChangeState.UNKNOWN and is_over


def may_close(change: HookChange, moment: datetime) -> bool:
    """Whether a person may give it up now: the last look must have seen that it is not done.

    A secret, of which nobody would know which one is in force, only when the desk itself has lost it with its keys:
    then another one must be made.
    """
    if change.outcome_code == CANNOT_UNSEAL:
        return may_repeat(change, moment)
    was_seen = change.outcome_code in ("not_seen", "several")
    return may_repeat(change, moment) and was_seen and change.action != HookAction.SECRET


def object_id(change: HookChange) -> str:
    """As the audit log names the webhook; one that is being made by the number of its creation."""
    return change.hook_id or f"new-{change.id}"


def described(change: HookChange) -> Facts:
    """What the audit log says of a change: of a secret its fingerprint, of an address nothing that could be a key."""
    facts: dict[str, str | int | bool | None] = {
        "change_id": change.id,
        "what": change.action,
        "hook_id": change.hook_id,
    }
    if change.action in (HookAction.CREATE, HookAction.EDIT):
        facts |= {"url": without_tokens(change.url), "events": change.events}
    if change.action in (HookAction.CREATE, HookAction.ACTIVATE, HookAction.PAUSE):
        facts["active"] = change.active
    if change.secret_fingerprint:
        facts["secret_fingerprint"] = change.secret_fingerprint
    return facts


def _closing(change: HookChange, result: AttemptResult) -> dict[str, Any]:
    """A secret that came into force stays sealed until it is shown, if it was not; any other is forgotten."""
    fields = result.error.fields if isinstance(result.error, Refused) else {}
    values: dict[str, Any] = {"next_check": now() + timedelta(minutes=1)}
    values["refused_fields"] = json.dumps(fields) if fields else None
    if result.found.provider_id:
        values["hook_id"] = result.found.provider_id
    if result.verdict.outcome is not ChangeState.SUCCEEDED or change.secret_shown is not None:
        values["secret_sealed"] = None
    return values


def _settled(session: Session, change: HookChange) -> None:
    """What was known of secrets before is forgotten, and a rotation that waited for the change goes on."""
    if change.state == ChangeState.SUCCEEDED:
        if change.action in (HookAction.SECRET, HookAction.DELETE):
            _forget_earlier_secrets(session, change)
            forget_prepared(session, change.account, change.hook_id)
        if change.brings_secret:
            _forget_what_the_desk_keeps(session, change)
        if change.rotation_id is not None:
            advance(session, change)
    elif change.rotation_id is not None and change.outcome_code == "gone":
        end_without_old(session, change)


def _forget_earlier_secrets(session: Session, change: HookChange) -> None:
    """Secrets of the webhook that nobody has seen, and that are not in force any more."""
    of_hook = (HookChange.account == change.account, HookChange.hook_id == change.hook_id, HookChange.id < change.id)
    forgotten = update(HookChange).where(*of_hook).values(secret_sealed=None)
    session.execute(forgotten.execution_options(synchronize_session=False))


def _forget_what_the_desk_keeps(session: Session, change: HookChange) -> None:
    """The secret of the desk's own receiver: nobody has to be shown it, and the receiver has it sealed."""
    own = exists().where(
        Receiver.account == change.account,
        Receiver.stopped.is_(None),
        Receiver.secret_fingerprint == change.secret_fingerprint,
    )
    forgotten = update(HookChange).where(HookChange.id == change.id, own).values(secret_sealed=None)
    session.execute(forgotten.execution_options(synchronize_session="fetch"))


CHANGES = Kind(
    table=HookChange,
    lock="hooks",
    name=lambda change: "hook",
    subject=lambda change: ("hook", object_id(change)),
    facts=described,
    answers=lambda change: ANSWERS[HookAction(change.action)],
    not_started=NotChanged,
    busy=HookBusy,
    reused=HookFormReused,
    may_send_again=may_repeat,
    may_close=may_close,
    calls=2,
    counts_misses=False,
    sending=lambda moment: {"last_sent": moment},
    closing=_closing,
    settled=_settled,
)


def hook_mover(client: PostpayClient, settings: Settings) -> HookMover:
    """What sends changes of webhooks, and looks for them."""

    def secret_of(change: HookChange) -> Any:
        return sealing.unseal(settings, change.secret_sealed) if change.secret_sealed else None

    return HookMover(client, secret_of, claimed_hooks, still_holds, same_address)


def claimed_hooks(change: HookChange) -> Collection[str]:
    """What creations made, and rotations replace: none of these webhooks is the one that this creation makes."""
    made = select(HookChange.hook_id).where(
        HookChange.account == change.account,
        HookChange.action == HookAction.CREATE,
        HookChange.hook_id.is_not(None),
    )
    rotated = select(Rotation.hook_id).where(Rotation.account == change.account)
    ids = {hook_id for hook_id in db.session.scalars(union(made, rotated)) if hook_id}
    release()
    return ids


def version_of(account: Account, hook_id: str | None) -> int:
    """How many changes of a webhook, or how many creations, were ever written down: what a form has seen."""
    which = HookChange.hook_id == hook_id if hook_id else HookChange.action == HookAction.CREATE
    counted = select(func.count()).where(HookChange.account == account.slug, which)
    return db.session.scalar(counted) or 0


def open_change_of(account: Account, hook_id: str | None, url: str | None = None) -> HookChange | None:
    """The change of a webhook, or the creation at an address, whose outcome is not known yet, if there is one."""
    which = [HookChange.hook_id == hook_id]
    if hook_id is None:
        which = [HookChange.url == url, HookChange.action == HookAction.CREATE]
    statement = select(HookChange).where(HookChange.account == account.slug, HookChange.state.in_(OPEN_STATES), *which)
    return db.session.scalar(statement.limit(1))


def open_rotation_of(account: Account, hook_id: str) -> Rotation | None:
    """The open rotation in which a webhook is the old or the new one."""
    mine = (Rotation.hook_id == hook_id) | (Rotation.new_hook_id == hook_id)
    statement = select(Rotation).where(Rotation.account == account.slug, Rotation.step.not_in(ENDED), mine)
    return db.session.scalar(statement.limit(1))
