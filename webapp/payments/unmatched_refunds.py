"""Notices refunds at the provider that carry our prefix and fit no succeeded intent, and keeps them for finance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select

from webapp import audit
from webapp.core.accounts import Account
from webapp.core.database import put_once, release, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.finding import Finding, FindingKind
from webapp.models.intent import Intent, IntentState
from webapp.providers.postpay.models import Order, Refund

from .intents import MADE_OTHERWISE
from .refunds import REFUND_PREFIX

_ACTIONS = {
    FindingKind.LATE_ARRIVAL: audit.Action.REFUND_LATE_ARRIVAL,
    FindingKind.ORPHAN: audit.Action.REFUND_ORPHAN,
}
_FACTS = ("kind", "order_id", "amount_minor", "currency")


def notice_strangers(account: Account, order: Order, refunds: Sequence[Refund], intents: Sequence[Intent]) -> bool:
    """Writes down what does not fit, once. Returns whether there was something new."""
    strangers = _strangers(order, refunds, intents)
    if not strangers:
        return False
    numbers = [finding.refund_id for finding in strangers]
    known = set(
        db.session.scalars(
            select(Finding.refund_id).where(Finding.account == account.slug, Finding.refund_id.in_(numbers))
        )
    )
    release()
    kept = [_keep(account, finding) for finding in strangers if finding.refund_id not in known]
    return any(kept)


def _strangers(order: Order, refunds: Sequence[Refund], intents: Sequence[Intent]) -> list[Finding]:
    """Refunds of ours by their number that no intent expects: called refused or closed, or not in the book at all."""
    ours = {intent.refund_id: intent for intent in intents if intent.refund_id}
    found = []
    for refund in refunds:
        if not refund.refund_id.startswith(REFUND_PREFIX):
            continue
        intent = ours.get(refund.refund_id)
        if intent is None:
            kind = FindingKind.ORPHAN
        elif intent.state in (IntentState.REFUSED, IntentState.CLOSED) and intent.outcome_code != MADE_OTHERWISE:
            kind = FindingKind.LATE_ARRIVAL
        else:
            continue
        found.append(
            Finding(
                kind=kind,
                order_id=order.order_id,
                refund_id=refund.refund_id,
                amount_minor=refund.amount,
                currency=order.currency,
            )
        )
    return found


def _keep(account: Account, finding: Finding) -> bool:
    """Whether it is new: somebody else may read the same order at the same moment, and only one of us keeps it."""
    finding.account = account.slug
    values = {name: getattr(finding, name) for name in ("account", "refund_id", *_FACTS)}
    with writing() as session:
        is_new = put_once(session, Finding, ("account", "refund_id"), **values)
        if is_new:
            _record(finding, _ACTIONS[FindingKind(finding.kind)])
    return is_new


def count_unresolved(accounts: Iterable[Account]) -> int:
    """How many of them finance has not dealt with yet."""
    slugs = [account.slug for account in accounts]
    counted = select(func.count(Finding.id)).where(Finding.account.in_(slugs), Finding.resolved.is_(None))
    count = db.session.scalar(counted) or 0
    release()
    return count


def resolve_finding(finding: Finding, reason: str) -> None:
    """Finance has dealt with it; `reason` goes into the audit log."""
    with writing() as session:
        finding = session.get_one(Finding, finding.id)
        if finding.resolved is None:
            finding.resolved = now()
            _record(finding, audit.Action.REFUND_FINDING_RESOLVED, reason=reason)


def _record(finding: Finding, action: audit.Action, reason: str | None = None) -> None:
    audit.record(
        action,
        outcome="ok" if reason else "unknown",
        account=finding.account,
        object_type="order",
        object_id=finding.order_id,
        after={
            "refund_id": finding.refund_id,
            "amount_minor": finding.amount_minor,
            "currency": finding.currency,
        },
        reason=reason,
    )
