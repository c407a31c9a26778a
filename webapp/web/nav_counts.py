"""The counters in the navigation: one statement on every page, and no call to the provider."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from flask import Flask
from sqlalchemy import BindParameter, bindparam, case, func, select

from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.models.approval import Approval
from webapp.models.awaiting_capture import AwaitingCapture
from webapp.models.base import now
from webapp.models.check import ToLookAt
from webapp.models.finding import Finding
from webapp.models.intent import Intent, IntentState
from webapp.models.operation import UNDECIDED
from webapp.operations.standing import RESEND_WITHIN
from webapp.payments.approval_requests import waiting
from webapp.payments.intents import waits_for_finance

STALE_AFTER = timedelta(minutes=15)

_account: BindParameter[str] = bindparam("account")
_can_be_captured = AwaitingCapture.count - AwaitingCapture.expired
_awaiting = select(case((_can_be_captured < 0, 0), else_=_can_be_captured)).where(
    AwaitingCapture.account == _account,
    AwaitingCapture.counted >= bindparam("since", type_=AwaitingCapture.counted.type),
)
_unsettled = select(func.count(Intent.id)).where(
    Intent.account == _account, Intent.state.in_((*UNDECIDED, IntentState.ATTENTION))
)
_first_sent_before: BindParameter[datetime] = bindparam("first_sent_before", type_=Intent.first_sent.type)
_for_finance = select(func.count(Intent.id)).where(Intent.account == _account, waits_for_finance(_first_sent_before))
_findings = select(func.count(Finding.id)).where(Finding.account == _account, Finding.resolved.is_(None))
_to_look_at = select(ToLookAt.count).where(
    ToLookAt.account == _account, ToLookAt.counted >= bindparam("since", type_=ToLookAt.counted.type)
)
_COUNTS = select(
    _awaiting.scalar_subquery(),
    _unsettled.scalar_subquery(),
    _for_finance.scalar_subquery(),
    _findings.scalar_subquery(),
    _to_look_at.scalar_subquery(),
    select(func.count(Approval.id)).where(*waiting(_account)).scalar_subquery(),
)


class NavCount(NamedTuple):
    """How many things wait at a place; `for_finance` of them wait for a person of finance."""

    waiting: int
    for_finance: int = 0


def nav_counts(account: Account) -> dict[str, NavCount]:
    """Counts by endpoint. What the worker counts is left out when it has not done so lately."""
    moment = now()
    given = {
        "account": account.slug,
        "since": moment - STALE_AFTER,
        "first_sent_before": moment - RESEND_WITHIN,
    }
    counts = db.session.connection().execute(_COUNTS, given).one()
    awaiting, unsettled, for_finance, findings, to_look_at, approvals = counts
    counted = {"orders.list_awaiting_capture": awaiting, "checks.list_to_look_at": to_look_at}
    in_progress = NavCount(unsettled + findings, for_finance + findings)
    places = {"in_progress.list_unsettled": in_progress, "approvals.list_approvals": NavCount(approvals, approvals)}
    return places | {
        endpoint: NavCount(count) for endpoint, count in counted.items() if count is not None
    }


def init_app(app: Flask) -> None:
    """Gives the frame its counters."""
    app.extensions["nav_counts"] = nav_counts
