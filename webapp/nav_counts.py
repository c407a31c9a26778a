"""The counters in the navigation: one statement on every page, and no call to the provider."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import BindParameter, bindparam, func, select

from .accounts import Account
from .extensions import db
from .models.awaiting_capture import AwaitingCapture
from .models.base import now
from .models.finding import Finding
from .models.intent import OPEN_STATES, Intent, IntentState

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
_COUNTS = select(_awaiting.scalar_subquery(), _unsettled.scalar_subquery(), _findings.scalar_subquery())


def nav_counts(account: Account) -> dict[str, int]:
    """Counts by endpoint. Orders that wait are left out when the worker has not counted them lately."""
    given = {"account": account.slug, "since": now() - STALE_AFTER}
    awaiting, unsettled, findings = db.session.connection().execute(_COUNTS, given).one()
    counts = {"in_progress.list_unsettled": unsettled + findings}
    return counts if awaiting is None else {**counts, "orders.list_awaiting_capture": awaiting}


def init_app(app: Flask) -> None:
    """Gives the frame its counters."""
    app.extensions["nav_counts"] = nav_counts
