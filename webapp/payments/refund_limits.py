"""How much a person may refund, alone and with a second person's approval.

What is open, unknown or awaiting approval counts as refunded. Asked under the lock that writes a refund down, so that
any number at once never exceed a limit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, func, or_, select

from webapp.access.roles import EVERY_ACCOUNT, roles_of
from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.core.refund_limits_setting import Limits, RefundLimit
from webapp.models.base import now
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.models.person_limit import LIMITS, PersonLimit
from webapp.money import Money

from .errors import AboveLimit, Which
from .intents import MADE_OTHERWISE

OTHER_REASON = "other"
"""A reason that says nothing by itself: a second person reads the note."""
ORDER_SPAN = timedelta(hours=24)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks, and what the setting allows each role."""

    id: int
    by_role: Limits = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Room:
    """What somebody may refund of one order now: their limits (None: none in the currency), and what is taken.

    `spent`: today, by them; `shop`: today, by everybody; `on_order`: of the order in 24 hours, by anybody; `count`:
    refunds that they started within an hour.
    """

    limits: RefundLimit | None
    spent: Money
    shop: Money
    on_order: Money
    count: int

    def refusal(self, amount: Money) -> AboveLimit | None:
        """What no approval lifts."""
        if self.limits is None:
            return AboveLimit(Which.NONE)
        if self.limits.shop is not None and self.shop.minor + amount.minor > self.limits.shop:
            return AboveLimit(Which.SHOP, Money(self.limits.shop, amount.currency), spent=self.shop)
        if self.count >= self.limits.per_hour:
            return AboveLimit(Which.PER_HOUR, count=self.limits.per_hour)
        return None

    def exceeded(self, amount: Money) -> tuple[Which, ...]:
        """Which of the person's own limits an amount is above."""
        if self.limits is None:
            return (Which.NONE,)
        is_above = {
            Which.SINGLE: amount.minor > self.limits.single,
            Which.DAY: self.spent.minor + amount.minor > self.limits.day,
            Which.PER_ORDER: self.on_order.minor + amount.minor > self.limits.of_order,
        }
        return tuple(which for which, above in is_above.items() if above)

    def needs(self, amount: Money, reason: str) -> tuple[Which, ...]:
        """Why a second person must agree; empty where nobody has to."""
        above = self.exceeded(amount)
        if self.limits and self.on_order.minor + amount.minor > self.limits.alone and Which.SINGLE not in above:
            above = (*above, Which.ORDER)
        return (*above, Which.REASON) if reason == OTHER_REASON else above


def limits_of(account: Account, user_id: int, currency: str, by_role: Limits) -> RefundLimit | None:
    """The limits of somebody on an account: their role's, or the lower ones that an admin has set for them."""
    role = roles_of(db.session, user_id).on(account.slug)
    of_role = by_role.get(role or "", {}).get(currency)
    if of_role is None:
        return None
    own = own_limit(account.slug, user_id, currency)
    set_ones = {
        name: min(getattr(own, name), of_role.ceilings[name])
        for name in LIMITS
        if getattr(own, name, None) is not None
    }
    return of_role.model_copy(update=set_ones)


def own_limit(account: str, user_id: int, currency: str) -> PersonLimit | None:
    """What an admin has set for somebody: on this account, or else on every one."""
    theirs = (
        PersonLimit.user_id == user_id,
        PersonLimit.currency == currency,
        PersonLimit.account.in_((account, EVERY_ACCOUNT)),
    )
    own_first = PersonLimit.account == EVERY_ACCOUNT
    return db.session.scalar(select(PersonLimit).where(*theirs).order_by(own_first).limit(1))


def room_for(
    account: Account,
    requester: Requester,
    order_id: str,
    currency: str,
    *,
    outside: int = 0,
    without: int | None = None,
) -> Room:
    """What somebody may refund of an order now. `without`: an intent that does not count, for it is asked about.

    `outside`: what was refunded of the order in 24 hours outside the desk, minor units.
    """
    taken = [*_refunds(account, currency), Intent.id != without] if without else _refunds(account, currency)
    today = _since(_midnight(account))
    theirs = or_(Intent.requested_by == requester.id, Intent.approved_by == requester.id)
    of_order = _sum(*taken, Intent.order_id == order_id, _since(now() - ORDER_SPAN))
    started = select(func.count(Intent.id)).where(
        Intent.account == account.slug,
        Intent.kind == IntentKind.REFUND,
        Intent.requested_by == requester.id,
        Intent.created > now() - HOUR,
    )
    return Room(
        limits_of(account, requester.id, currency, requester.by_role),
        Money(_sum(*taken, theirs, today), currency),
        Money(_sum(*taken, today), currency),
        Money(of_order + outside, currency),
        db.session.scalar(started) or 0,
    )


def spent_today(account: Account, user_id: int, currency: str) -> Money:
    """What a person refunded or approved since midnight in the account's zone; what is open or unknown counts too.

    So does what finance closed as made with different data: money has moved, and nobody knows here how much.
    """
    theirs = or_(Intent.requested_by == user_id, Intent.approved_by == user_id)
    return Money(_sum(*_refunds(account, currency), theirs, _since(_midnight(account))), currency)


def _midnight(account: Account) -> datetime:
    return datetime.combine(datetime.now(account.zone).date(), time.min, account.zone)


def _since(moment: datetime) -> ColumnElement[bool]:
    """Sent since then, or still to be sent. What waits longest for approval waits a day: older rows are not read."""
    is_awaiting = Intent.state == IntentState.AWAITING_APPROVAL
    return (Intent.created >= moment - ORDER_SPAN - HOUR) & (
        is_awaiting | (func.coalesce(Intent.first_sent, Intent.created) >= moment)
    )


def _refunds(account: Account, currency: str) -> list[ColumnElement[bool]]:
    """Refunds that were made, or may have been, or may be yet."""
    return [
        Intent.account == account.slug,
        Intent.kind == IntentKind.REFUND,
        Intent.currency == currency,
        Intent.state != IntentState.REFUSED,
        or_(Intent.state != IntentState.CLOSED, Intent.outcome_code == MADE_OTHERWISE),
    ]


def _sum(*where: ColumnElement[bool]) -> int:
    return int(db.session.scalar(select(func.coalesce(func.sum(Intent.amount_minor), 0)).where(*where)) or 0)
