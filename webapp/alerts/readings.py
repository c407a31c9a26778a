"""How it stands with each thing that is watched: how much goes wrong, and whether it is known to be well again.

Not being wrong any more is not yet well: while nobody asks the provider, nobody knows whether it answers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, or_, select

from webapp.core import provider_health
from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.models.alert import AlertKind
from webapp.models.base import now
from webapp.models.delivery import GENUINE, Delivery
from webapp.models.forward import Forward, ForwardAttempt, ForwardTarget
from webapp.models.provider_minute import ProviderMinute
from webapp.models.refused_minute import RefusalCause, RefusedMinute
from webapp.webhooks.deliveries.silence import silent_orders

WINDOW = timedelta(minutes=15)
DAY = timedelta(days=1)
NO_CREDENTIALS = ("Unauthorized",)
NO_PROVIDER = ("ProviderFailed", "NoAnswer", "AnswerLost", "NotSent", "BreakerOpen")
"""Outcomes of calls, without their status."""


class Reading(NamedTuple):
    """`figure`: how much goes wrong. `is_well`: something shows that it works (again).

    `is_moot`: it is not done any more, so it cannot go wrong.
    """

    figure: int
    is_well: bool
    is_moot: bool = False


def read(account: Account, kind: AlertKind, since: datetime | None) -> Reading:
    """How it stands; `since` is when it began to go wrong, if it does."""
    return _READINGS[kind](account, since or now())


def _calls(account: Account, outcomes: tuple[str, ...]) -> Reading:
    recent = (ProviderMinute.account == account.slug, ProviderMinute.minute > now() - WINDOW)
    total = func.sum(ProviderMinute.calls)
    rows = db.session.execute(select(ProviderMinute.outcome, total).where(*recent).group_by(ProviderMinute.outcome))
    calls = {outcome: int(count) for outcome, count in rows}
    bad = sum(count for outcome, count in calls.items() if outcome.partition(" ")[0] in outcomes)
    return Reading(bad, calls.get(provider_health.OK, 0) > 0)


def _credentials(account: Account, _since: datetime) -> Reading:
    return _calls(account, NO_CREDENTIALS)


def _provider(account: Account, _since: datetime) -> Reading:
    return _calls(account, NO_PROVIDER)


def _refused(account: Account, _since: datetime) -> Reading:
    """What goes to no address of the desk's is left out: anybody could send it, and have people called."""
    recent = (RefusedMinute.account == account.slug, RefusedMinute.minute > now() - WINDOW)
    at_the_address = RefusedMinute.cause != RefusalCause.UNKNOWN_ADDRESS
    count = db.session.scalar(select(func.sum(RefusedMinute.count)).where(*recent, at_the_address))
    return Reading(int(count or 0), is_well=True)


def _forwards(account: Account, _since: datetime) -> Reading:
    """How many deliveries of the last day a target has not taken yet, of those that did not take their last one."""
    on = select(ForwardTarget).where(
        ForwardTarget.account == account.slug, ForwardTarget.active, ForwardTarget.deleted.is_(None)
    )
    targets = db.session.scalars(on).all()
    if not targets:
        return Reading(0, is_well=False, is_moot=True)
    ailing = [one.id for one in targets if one.last_at is not None and not _took_its_last(one)]
    if not ailing:
        return Reading(0, is_well=any(one.last_at is not None for one in targets))
    of_day = (Forward.target_id.in_(ailing), ForwardAttempt.at > now() - DAY)
    newest = select(func.max(ForwardAttempt.id)).join(Forward).where(*of_day).group_by(ForwardAttempt.forward_id)
    not_taken = or_(ForwardAttempt.code.is_(None), ~ForwardAttempt.code.between(200, 299))
    count = db.session.scalar(select(func.count()).where(ForwardAttempt.id.in_(newest), not_taken))
    return Reading(count or 0, is_well=False)


def _took_its_last(target: ForwardTarget) -> bool:
    return target.last_code is not None and 200 <= target.last_code < 300


def _silence(account: Account, since: datetime) -> Reading:
    """How many orders changed without a delivery; none, as soon as any came after the newest of them."""
    silent = silent_orders(account)
    if silent is None:
        return Reading(0, is_well=False, is_moot=True)
    genuine = (Delivery.account == account.slug, Delivery.verdict.in_(GENUINE))
    last = db.session.scalar(select(func.max(Delivery.received)).where(*genuine))
    newest = max((one.first_sent for one in silent if one.first_sent), default=None)
    has_come = last is not None and (newest is None or last > newest)
    return Reading(0 if has_come else len(silent), is_well=last is not None and last > since)


_READINGS: dict[AlertKind, Callable[[Account, datetime], Reading]] = {
    AlertKind.CREDENTIALS: _credentials,
    AlertKind.PROVIDER: _provider,
    AlertKind.REFUSED: _refused,
    AlertKind.FORWARDS: _forwards,
    AlertKind.SILENCE: _silence,
}
