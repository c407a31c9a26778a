"""Whether refunds are told as negative amounts, as everywhere, or as positive ones that are deducted all the same.

No document says. A positive refund that is not deducted makes a payout too high by twice its amount, so finance says
which it is, once for an account, before a sum with one in it is called a total.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from webapp import audit
from webapp.core.accounts import Account
from webapp.core.database import put, release, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.ledger import LedgerPeriod, RefundSign

from .totals import Figures


def decided_sign(account: Account) -> RefundSign | None:
    """What finance decided; None before."""
    found = db.session.scalar(select(RefundSign).where(RefundSign.account == account.slug))
    release()
    return found


def refunds_are_deducted(account: Account) -> bool:
    """Whether positive refunds are to be taken for negative ones."""
    found = decided_sign(account)
    return found is not None and found.deducted


def is_undecided(account: Account, sums: Iterable[Figures]) -> bool:
    """Whether refunds are told as positive amounts among these sums, and nobody has said what that means."""
    return any(figures.raised for figures in sums) and decided_sign(account) is None


def decide_sign(account: Account, person_id: int, *, deducted: bool) -> list[str]:
    """Keeps the decision; returns the periods whose figures rest on another one and must be read again."""
    with writing(lock=f"ledger {account.slug}") as session:  # no reading by the old one becomes current meanwhile
        before = session.get(RefundSign, account.slug)
        facts = {"deducted": deducted}
        was = {"deducted": before.deducted} if before else None
        put(session, RefundSign, account=account.slug, deducted=deducted, decided=now(), decided_by=person_id)
        audit.record(audit.Action.REFUND_SIGN_DECIDED, account=account.slug, before=was, after=facts)
        periods = session.scalars(select(LedgerPeriod).where(LedgerPeriod.account == account.slug)).all()
        for period in periods:  # a count would not show that its figures rest on another decision
            period.failure, period.failed = "sign_decided", now()
        return sorted(period.month for period in periods if period.month)
