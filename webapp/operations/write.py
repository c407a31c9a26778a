"""Writes an intent down, durably and with its audit entry, before anything is sent (transaction A)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from webapp import audit
from webapp.access.form_tokens import SubmitToken
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.intent import BLOCKING_STATES, Intent, IntentKind, IntentState
from webapp.money import Money

from .errors import FormReused, OrderBusy
from .finalize import described

LEASE_MARGIN = timedelta(seconds=5)


def earlier_intent(token: SubmitToken, **same: Any) -> Intent | None:
    """What came of this form when it was sent before. Raises FormReused when it now says something else."""
    intent = _intent_of_form(token)
    release()
    if intent is not None and any(getattr(intent, name) != value for name, value in same.items()):
        raise FormReused(intent)
    return intent


def _intent_of_form(token: SubmitToken) -> Intent | None:
    return db.session.scalar(select(Intent).where(Intent.submit_token_hash == token.hash))


def order_version(account: Account, order_id: str) -> int:
    """The number of intents that were ever written down for an order: what a form has seen."""
    statement = select(func.count()).where(Intent.account == account.slug, Intent.order_id == order_id)
    return db.session.scalar(statement) or 0


def open_intent_of(account: Account, order_id: str) -> Intent | None:
    """The intent of an order that is open or needs finance, if there is one: nothing is started beside it."""
    statement = select(Intent).where(
        Intent.account == account.slug, Intent.order_id == order_id, Intent.state.in_(BLOCKING_STATES)
    )
    return db.session.scalar(statement.order_by(Intent.id.desc()).limit(1))


def latest_intent_of(account: Account, order_id: str) -> Intent | None:
    """The last thing anybody started on an order, whatever became of it."""
    statement = select(Intent).where(Intent.account == account.slug, Intent.order_id == order_id)
    return db.session.scalar(statement.order_by(Intent.id.desc()).limit(1))


def write_intent(
    kind: IntentKind,
    *,
    account: Account,
    token: SubmitToken,
    requested_by: int,
    amount: Money,
    still_right: Callable[[], None],
    deadline: float,
    **fields: Any,
) -> tuple[Intent, bool]:
    """Checks once more under the lock, and commits the intent with its audit entry. Nothing is sent here.

    `still_right` raises NotMoved when what the person decided does not hold any more; it is asked under the lock.
    Returns the intent and whether it is new: only who wrote it sends it, and the same form sent twice at once
    gives both the same intent. Raises OrderBusy.
    """
    try:
        with writing(lock=f"intents:{account.slug}") as session:
            if same := _intent_of_form(token):
                return same, False
            if busy := open_intent_of(account, token.order_id):
                raise OrderBusy(busy)
            still_right()
            intent = _new_intent(kind, account, token, requested_by, amount, deadline, fields)
            session.add(intent)
            session.flush()
            audit.record(
                audit.Action(f"{kind}.intent"),
                account=account.slug,
                object_type="order",
                object_id=token.order_id,
                after=described(intent),
                reason=intent.reason,
            )
    except IntegrityError:
        return _winner(account, token), False
    return intent, True


def _new_intent(
    kind: IntentKind,
    account: Account,
    token: SubmitToken,
    requested_by: int,
    amount: Money,
    deadline: float,
    fields: dict[str, Any],
) -> Intent:
    """The row, leased to us from this moment on: made under the lock, however long the lock was waited for."""
    moment = now()
    lease_until = moment + timedelta(seconds=deadline) + LEASE_MARGIN
    body = fields.get("body")
    return Intent(
        kind=kind,
        account=account.slug,
        submit_token_hash=token.hash,
        order_id=token.order_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        seen_remaining=token.seen_remaining,
        order_version=token.order_version,
        requested_by=requested_by,
        state=IntentState.PENDING,
        attempt=1,
        lease_until=lease_until,
        next_check=lease_until,
        body_sha256=hashlib.sha256(body.encode()).hexdigest() if body else None,
        created=moment,
        first_sent=moment,
        **fields,
    )


def is_still_leased(intent: Intent, deadline: float) -> bool:
    """Whether a sending begun now would end before somebody else may take the intent up."""
    return intent.lease_until - now() >= timedelta(seconds=deadline)


def _winner(account: Account, token: SubmitToken) -> Intent:
    """After a lost race: the same form's intent, or whose intent was first."""
    if same := _intent_of_form(token):
        return same
    busy = open_intent_of(account, token.order_id)
    if busy is None:
        raise RuntimeError("an intent could not be written, though nothing stands in its way")
    raise OrderBusy(busy)
