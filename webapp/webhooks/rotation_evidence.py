"""What speaks for going on with a rotation, and what against it: how the shop answered the new webhook.

It is asked of the provider anew each time, and last of all right before something is sent that cannot be undone: what
was true when somebody decided may have changed since. Where the desk itself takes the deliveries, its own records say
so as well. Nothing here writes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.delivery import GENUINE, Delivery
from webapp.models.hook_change import ChangeState, HookAction, HookChange
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.models.rotation import Rotation, Standing
from webapp.providers.http.errors import NotFound, UnreadableAnswer
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.filters import OrderQuery, TransactionQuery
from webapp.providers.postpay.models import Hook, HookEvent, OrderStatus

from .address import same_address

GRACE = timedelta(minutes=5)
"""So long a delivery may take to arrive before its absence means anything."""


class Look(NamedTuple):
    """What one look at the new webhook gave; `hook` is None where it is gone."""

    standing: Standing
    hook: Hook | None


def look_at_new(client: PostpayClient, rotation: Rotation) -> Look:
    """How the new webhook does, which is switched on. One call. Raises GatewayError."""
    hook = _hook(client, rotation.new_hook_id)
    if hook is None:
        return Look(Standing.GONE, None)
    if not delivers(hook, rotation):
        return Look(Standing.CHANGED, hook)
    if hook.is_unread:
        raise UnreadableAnswer("get_hook", "GET", "its last response", status=200)
    if hook.is_failing:
        return Look(Standing.REFUSED, hook)
    is_taken = hook.is_taken or _came_to_the_desk(rotation)
    return Look(Standing.TAKEN if is_taken else Standing.WAITING, hook)


def still_holds(client: PostpayClient, change: HookChange) -> bool:
    """Whether a change that silences or deletes a webhook of a rotation may be sent now. Raises GatewayError.

    The old one goes only while the shop takes what the new one delivers, and only as the rotation left it; the new one
    only while the old one delivers.
    """
    if change.rotation_id is None or change.action not in (HookAction.PAUSE, HookAction.DELETE):
        return True
    rotation = db.session.get_one(Rotation, change.rotation_id, populate_existing=True)
    release()
    if change.hook_id == rotation.new_hook_id:
        old = _hook(client, rotation.hook_id)
        return old is not None and delivers(old, rotation)
    if change.action == HookAction.PAUSE:
        return not look_at_new(client, rotation).standing.is_trouble
    return is_old_as_left(client, rotation) and look_at_new(client, rotation).standing is Standing.TAKEN


def is_old_as_left(client: PostpayClient, rotation: Rotation) -> bool:
    """Whether the old webhook is paused and leads where it did; one that is gone needs no care. Raises GatewayError."""
    old = _hook(client, rotation.hook_id)
    return old is None or (not old.active and leads_where_it_did(old, rotation))


def delivers(hook: Hook, rotation: Rotation) -> bool:
    """Whether a webhook tells the shop what the rotation's webhooks tell it."""
    return hook.active and leads_where_it_did(hook, rotation)


def is_silent(client: PostpayClient, rotation: Rotation) -> bool:
    """Whether something happened that should have been delivered since the rotation stands where it does.

    For a new webhook that has delivered nothing. Two calls at most. Raises GatewayError.
    """
    until = now() - GRACE
    if until <= rotation.changed:
        return False
    return _desk_knows_of_news(rotation, until) or _provider_knows_of_news(client, rotation, until)


def _desk_knows_of_news(rotation: Rotation, until: datetime) -> bool:
    """By what it received itself, and by what its people did."""
    received = select(Delivery.id).where(
        Delivery.account == rotation.account,
        Delivery.received.between(rotation.changed, until),
        Delivery.verdict.in_(GENUINE),
        Delivery.event.in_(rotation.event_list),
    )
    tells_of_all = HookEvent.TRANSACTION in rotation.event_list
    kinds = (IntentKind.CAPTURE, IntentKind.REFUND) if tells_of_all else (IntentKind.CAPTURE,)
    done = select(Intent.id).where(
        Intent.account == rotation.account,
        Intent.kind.in_(kinds),
        Intent.state == IntentState.SUCCEEDED,
        Intent.settled.between(rotation.changed, until),
    )
    found = any(db.session.scalar(one.limit(1)) is not None for one in (received, done))
    release()
    return found


def _provider_knows_of_news(client: PostpayClient, rotation: Rotation, until: datetime) -> bool:
    """By orders that were approved, and by transactions; rows that were not asked for say nothing."""
    skew = client.clock_skew or timedelta()
    since, before = rotation.changed + skew, until + skew
    if HookEvent.ORDER in rotation.event_list:
        statuses = (OrderStatus.APPROVED.value, OrderStatus.CAPTURED.value)
        orders = client.list_orders(
            OrderQuery(statuses=statuses, created_from=since, created_before=before, page_size=1)
        )
        if orders.results and not orders.unexpected:
            return True
    if HookEvent.TRANSACTION in rotation.event_list:
        moved = client.list_transactions(TransactionQuery(created_from=since, created_before=before, page_size=1))
        return bool(moved.results) and not moved.unexpected
    return False


def _came_to_the_desk(rotation: Rotation) -> bool:
    """Whether the desk has received something that the new secret signed, since the new webhook was switched on."""
    of_new = (
        HookChange.rotation_id == rotation.id,
        HookChange.hook_id == rotation.new_hook_id,
        HookChange.state == ChangeState.SUCCEEDED,
    )
    brought = select(HookChange.secret_fingerprint).where(*of_new, HookChange.secret_fingerprint.is_not(None))
    switched_on = select(func.max(HookChange.created)).where(*of_new, HookChange.action == HookAction.ACTIVATE)
    received = select(Delivery.id).where(
        Delivery.account == rotation.account,
        Delivery.secret_fingerprint == brought.order_by(HookChange.id.desc()).limit(1).scalar_subquery(),
        Delivery.received >= switched_on.scalar_subquery(),
    )
    found = db.session.scalar(received.limit(1)) is not None
    release()
    return found


def _hook(client: PostpayClient, hook_id: str | None) -> Hook | None:
    """As the provider has it now; nothing is held meanwhile."""
    release()
    try:
        return client.get_hook(hook_id=hook_id or "")
    except NotFound:
        return None


def leads_where_it_did(hook: Hook, rotation: Rotation) -> bool:
    """Whether a webhook tells the same of the same to the same address as when the rotation began."""
    return same_address(hook.url, rotation.url) and set(hook.events) == set(rotation.event_list)
