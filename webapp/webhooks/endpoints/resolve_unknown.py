"""Finds out what became of open changes of webhooks: reads back, and sends again where that is asked for or safe.

A secret is sent again by itself, always the same one, for a quarter of an hour; everything else only when a person
says so. A lease taken by compare-and-set keeps two runners off the same change.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy import select, update

from webapp import audit
from webapp.core import sealing
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.hook_change import OPEN_STATES, ChangeState, HookAction, HookChange
from webapp.providers.http.errors import GatewayError
from webapp.providers.postpay.client import PostpayClient
from webapp.webhooks.rotation_evidence import still_holds

from .attempt import NO_REASON, ChangeResult, look, new_hooks, send
from .errors import NotNow
from .finalize import settle
from .standing import CANNOT_UNSEAL, TWIN, ChangeStanding, next_move
from .write import claimed_hooks, described, lease, object_id

WAIT_BEFORE_AGAIN = timedelta(seconds=30)
"""What was sent may still be on its way; a person may send again, or give up, only after this."""
TWIN_WITHIN = timedelta(hours=1)
"""A creation that was sent twice is watched so long for a second webhook."""


def check_due(account: Account, client: PostpayClient, settings: Settings, *, limit: int = 20) -> int:
    """Looks at the account's open changes that are due, and for twins of creations. Returns how many it looked at."""
    moment = now()
    due = select(HookChange).where(
        HookChange.account == account.slug, HookChange.lease_until <= moment, HookChange.next_check <= moment
    )
    changes = db.session.scalars(due.where(HookChange.state.in_(OPEN_STATES)).limit(limit)).all()
    doubled = db.session.scalars(
        due.where(
            HookChange.action == HookAction.CREATE,
            HookChange.state == ChangeState.SUCCEEDED,
            HookChange.attempt > 1,
            (HookChange.settled >= moment - TWIN_WITHIN) | (HookChange.outcome_code == TWIN),
        ).limit(limit)
    ).all()
    release()
    if client.breaker_open:
        return 0
    for change in changes:
        check(client, change, settings)
    for change in doubled:
        _look_for_twin(client, change, settings)
    return len(changes)


def check(client: PostpayClient, change: HookChange, settings: Settings, *, again: bool = False) -> HookChange:
    """Looks at one open change; a secret is sent again while it is young, anything when `again` says so.

    What a step of a rotation takes away is not sent again but given up, when nothing speaks for it any more.
    """
    leased = _lease(change, settings)
    if leased is None:
        return _reread(change)
    claimed = claimed_hooks(leased)
    found = look(client, leased, claimed, deadline=settings.provider_deadline)
    resend = again or next_move(leased, now()) is ChangeStanding.SENT_AGAIN
    if found.state is not ChangeState.UNKNOWN or found.code in ("several", "no_answer") or not resend:
        return settle(leased, found)
    try:
        secret = _secret(leased, settings)
    except sealing.CannotUnseal:
        return settle(leased, ChangeResult(ChangeState.UNKNOWN, CANNOT_UNSEAL))
    if (stopped := _without_reason(client, leased)) is not None:
        return settle(leased, stopped)
    counted = _count_attempt(leased, settings, by_hand=again)
    if counted is None:
        return _reread(change)
    stopped = _without_reason(client, counted)
    return settle(counted, stopped or send(client, counted, secret, claimed, deadline=settings.provider_deadline))


def _without_reason(client: PostpayClient, change: HookChange) -> ChangeResult | None:
    """None while what a step of a rotation takes away may go: looked at before and right before it is sent again."""
    try:
        return None if still_holds(client, change) else NO_REASON
    except GatewayError as error:
        return ChangeResult(ChangeState.UNKNOWN, "no_answer", error_class=type(error).__name__)


def check_now(client: PostpayClient, change: HookChange, settings: Settings) -> HookChange:
    """The button "Check now": looks at once, whatever the next look was planned for; leaves an entry."""
    if not change.is_open:
        return change
    with writing():
        _record(change, audit.Action.HOOK_CHECKED)
    return check(client, change, settings)


def send_again(client: PostpayClient, change: HookChange, settings: Settings) -> HookChange:
    """An admin's button: sends the same once more, a secret unchanged. Raises NotNow while it may still arrive."""
    if not may_repeat(change):
        raise NotNow
    return check(client, change, settings, again=True)


def close(change: HookChange, reason: str) -> HookChange:
    """An admin gives a change up that Postpay has not made. Raises NotNow while it may still be made.

    A secret that the desk still has is never given up: nobody would know which one is in force.
    """
    if not may_close(change):
        raise NotNow
    return settle(change, ChangeResult(ChangeState.CLOSED, "not_done"), reason=reason)


def may_repeat(change: HookChange) -> bool:
    """Whether a person may send it again now."""
    moment = now()
    is_over = change.lease_until <= moment and moment - change.last_sent >= WAIT_BEFORE_AGAIN
    return change.state == ChangeState.UNKNOWN and is_over


def may_close(change: HookChange) -> bool:
    """Whether a person may give it up now: the last look must have seen that it is not done.

    A secret only when the desk itself has lost it with its keys: then another one must be made.
    """
    if change.outcome_code == CANNOT_UNSEAL:
        return may_repeat(change)
    was_seen = change.outcome_code in ("not_seen", "several")
    return may_repeat(change) and was_seen and change.action != HookAction.SECRET


def _look_for_twin(client: PostpayClient, change: HookChange, settings: Settings) -> None:
    """A creation that was sent twice may have made two: the second one, which nobody asked for, is told of.

    Until it is paused or gone, or somebody has done something about it on the desk.
    """
    claimed = {*claimed_hooks(change), change.hook_id or ""}
    try:
        found = new_hooks(client, change, claimed, settings.provider_deadline)
    except GatewayError:
        return
    twins = [hook for hook in found if hook.active]
    with writing() as session:
        row = session.get_one(HookChange, change.id, populate_existing=True)
        row.next_check = now() + timedelta(minutes=1)
        if twins and row.outcome_code != TWIN:
            row.outcome_code = TWIN
            _record(row, audit.Action.HOOK_UNKNOWN, outcome_code=TWIN, new_hook_id=twins[0].id)
        elif not twins and row.outcome_code == TWIN:
            row.outcome_code = "done"


def _secret(change: HookChange, settings: Settings) -> SecretStr | None:
    """The very secret that was sent before. Raises CannotUnseal."""
    return sealing.unseal(settings, change.secret_sealed) if change.secret_sealed else None


def _lease(change: HookChange, settings: Settings) -> HookChange | None:
    """Takes the change for ourselves for as long as looking and sending may take; None when it is not free."""
    with writing() as session:
        taken = session.execute(
            update(HookChange)
            .where(HookChange.id == change.id, HookChange.state.in_(OPEN_STATES), HookChange.lease_until <= now())
            .values(lease_until=lease(settings.provider_deadline, 3))
            .execution_options(synchronize_session=False)
        )
        if taken.rowcount != 1:  # type: ignore[attr-defined]
            return None
        return session.get_one(HookChange, change.id, populate_existing=True)


def _count_attempt(change: HookChange, settings: Settings, *, by_hand: bool) -> HookChange | None:
    """Writes down that it is about to be sent again; None when the lease is not ours any more."""
    moment = now()
    ours = (HookChange.id == change.id, HookChange.lease_until == change.lease_until)
    with writing() as session:
        counted = session.execute(
            update(HookChange)
            .where(*ours, HookChange.state.in_(OPEN_STATES))
            .values(attempt=HookChange.attempt + 1, last_sent=moment, lease_until=lease(settings.provider_deadline))
            .execution_options(synchronize_session=False)
        )
        if counted.rowcount != 1:  # type: ignore[attr-defined]
            return None
        if by_hand:
            _record(change, audit.Action.HOOK_RESENT)
        return session.get_one(HookChange, change.id, populate_existing=True)


def _reread(change: HookChange) -> HookChange:
    change = db.session.get_one(HookChange, change.id, populate_existing=True)
    release()
    return change


def _record(change: HookChange, action: audit.Action, **more: str) -> None:
    audit.record(
        action,
        outcome="unknown" if action is audit.Action.HOOK_UNKNOWN else "ok",
        account=change.account,
        object_type="hook",
        object_id=object_id(change),
        after=described(change) | {"attempt": change.attempt} | more,
    )
