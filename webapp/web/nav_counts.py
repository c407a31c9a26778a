"""The counters in the navigation: one statement on every page, and no call to the provider."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import BindParameter, bindparam, func, select

from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.models.awaiting_capture import AwaitingCapture
from webapp.models.base import now
from webapp.models.check import ToLookAt
from webapp.models.finding import Finding
from webapp.models.intent import OPEN_STATES, Intent, IntentState

STALE_AFTER = timedelta(minutes=15)

_account: BindParameter[str] = bindparam("account")
_awaiting = select(AwaitingCapture.count).where(
    AwaitingCapture.account == _account,
    AwaitingCapture.counted >= bindparam("since", type_=AwaitingCapture.counted.type),
)
_unsettled = select(func.count(Intent.id)).where(
    Intent.account == _account, Intent.state.in_((*OPEN_STATES, IntentState.ATTENTION))
)
_findings = select(func.count(Finding.id)).where(Finding.account == _account, Finding.resolved.is_(None))
_to_look_at = select(ToLookAt.count).where(
    ToLookAt.account == _account, ToLookAt.counted >= bindparam("since", type_=ToLookAt.counted.type)
)
_COUNTS = select(
    _awaiting.scalar_subquery(),
    _unsettled.scalar_subquery(),
    _findings.scalar_subquery(),
    _to_look_at.scalar_subquery(),
)


def nav_counts(account: Account) -> dict[str, int]:
    """Counts by endpoint. What the worker counts is left out when it has not done so lately."""
    given = {"account": account.slug, "since": now() - STALE_AFTER}
    awaiting, unsettled, findings, to_look_at = db.session.connection().execute(_COUNTS, given).one()
    counted = {"orders.list_awaiting_capture": awaiting, "checks.list_to_look_at": to_look_at}
    return {"in_progress.list_unsettled": unsettled + findings} | {
        endpoint: count for endpoint, count in counted.items() if count is not None
    }


def init_app(app: Flask) -> None:
    """Gives the frame its counters."""
    app.extensions["nav_counts"] = nav_counts
