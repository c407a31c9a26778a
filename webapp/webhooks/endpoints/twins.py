"""A round of looking at an account's changes, and at creations that were sent twice: there may be two webhooks."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.hook_change import ChangeState, HookAction, HookChange
from webapp.operations.engine import record
from webapp.operations.resolve_unknown import resolve_due
from webapp.providers.http.errors import GatewayError
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.hook_mover import HookMover

from .changes import CHANGES, hook_mover

TWIN = "twin"
TWIN_WITHIN = timedelta(hours=1)
"""A creation that was sent twice is watched so long for a second webhook."""


def check_due(account: Account, client: PostpayClient, settings: Settings, *, limit: int = 20) -> int:
    """Looks at the account's open changes that are due, and for twins of creations. Returns how many it looked at."""
    moment, mover = now(), hook_mover(client, settings)
    doubled = db.session.scalars(
        select(HookChange)
        .where(
            HookChange.account == account.slug,
            HookChange.next_check <= moment,
            HookChange.action == HookAction.CREATE,
            HookChange.state == ChangeState.SUCCEEDED,
            HookChange.attempt > 1,
            (HookChange.settled >= moment - TWIN_WITHIN) | (HookChange.outcome_code == TWIN),
        )
        .limit(limit)
    ).all()
    looked = resolve_due(CHANGES, account, mover, limit=limit, deadline=settings.provider_deadline)
    for change in [] if client.breaker_open else doubled:
        _look_for_twin(mover, change, settings)
    return looked


def _look_for_twin(mover: HookMover, change: HookChange, settings: Settings) -> None:
    """A creation that was sent twice may have made two: the second one, which nobody asked for, is told of.

    Until it is paused or gone, or somebody has done something about it on the desk.
    """
    release()
    try:
        found = mover.new_hooks(change, deadline=settings.provider_deadline)
    except GatewayError:
        return
    twins = [hook for hook in found if hook.active]
    with writing() as session:
        row = session.get_one(HookChange, change.id, populate_existing=True)
        row.next_check = now() + timedelta(minutes=1)
        if twins and row.outcome_code != TWIN:
            row.outcome_code = TWIN
            record(CHANGES, row, "unknown", attempt=row.attempt, outcome_code=TWIN, new_hook_id=twins[0].id)
        elif not twins and row.outcome_code == TWIN:
            row.outcome_code = "done"
