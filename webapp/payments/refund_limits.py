"""How much a person may refund at once and in a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import func, or_, select

from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.money import Money

from .errors import AboveLimit
from .intents import MADE_OTHERWISE


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks, and what their role may refund at once and in a day; None where the role has no limit set."""

    id: int
    limits: tuple[Money, Money] | None = None


def check_limits(account: Account, requester: Requester, amount: Money) -> None:
    """Raises AboveLimit when the person may not refund so much at once, or not any more today."""
    if requester.limits is None:
        raise AboveLimit(None)
    single, day = requester.limits
    if amount > single:
        raise AboveLimit(single)
    spent = spent_today(account, requester.id, amount.currency)
    if spent + amount > day:
        raise AboveLimit(day, day=True, spent=spent)


def spent_today(account: Account, user_id: int, currency: str) -> Money:
    """What a person refunded since midnight in the account's zone; what is open or unknown counts as spent.

    So does what finance closed as made with different data: money has moved, and nobody knows here how much.
    """
    midnight = datetime.combine(datetime.now(account.zone).date(), time.min, account.zone)
    statement = select(func.coalesce(func.sum(Intent.amount_minor), 0)).where(
        Intent.requested_by == user_id,
        Intent.created >= midnight,
        Intent.account == account.slug,
        Intent.kind == IntentKind.REFUND,
        Intent.currency == currency,
        Intent.state != IntentState.REFUSED,
        or_(Intent.state != IntentState.CLOSED, Intent.outcome_code == MADE_OTHERWISE),
    )
    return Money(int(db.session.scalar(statement) or 0), currency)
