"""What the provider told otherwise after it was read and proved, until somebody has seen it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from webapp import audit
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.ledger import LedgerChange

MOST_SHOWN = 200


def changes_of_payout(account: Account, currency: str, since: datetime, until: datetime) -> Sequence[LedgerChange]:
    """Changes that took rows away from a payout, brought them to it or changed them there, the newest first."""
    one = LedgerChange
    within = or_(
        (one.paid_before >= since) & (one.paid_before < until), (one.paid_after >= since) & (one.paid_after < until)
    )
    asked = select(one).where(one.account == account.slug, one.currency == currency, within)
    return _newest(asked)


def changes_of_transaction(account: Account, transaction_id: str) -> Sequence[LedgerChange]:
    """What has changed of one row, the newest first."""
    one = LedgerChange
    return _newest(select(one).where(one.account == account.slug, one.transaction_id == transaction_id))


def _newest(asked: object) -> Sequence[LedgerChange]:
    found = db.session.scalars(asked.order_by(LedgerChange.id.desc()).limit(MOST_SHOWN)).all()  # type: ignore[attr-defined]
    release()
    return found


def mark_seen(account: Account, ids: Sequence[int], person_id: int) -> int:
    """Somebody has looked at these changes; returns how many nobody had seen before. One audit entry each."""
    with writing() as session:
        asked = select(LedgerChange).where(
            LedgerChange.account == account.slug, LedgerChange.id.in_(ids), LedgerChange.seen.is_(None)
        )
        found = session.scalars(asked.execution_options(populate_existing=True)).all()
        for one in found:
            one.seen, one.seen_by = now(), person_id
            audit.record(
                audit.Action.CHANGE_SEEN,
                account=account.slug,
                object_type="transaction",
                object_id=one.transaction_id,
                after={
                    "kind": one.kind,
                    "currency": one.currency,
                    "total_before": one.total_before,
                    "total_after": one.total_after,
                },
            )
    return len(found)
