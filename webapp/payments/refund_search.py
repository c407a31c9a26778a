"""Finding the desk's own refunds across orders, newest first, and what they come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, func, select

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.intent import BLOCKING_STATES, Intent, IntentKind, IntentState
from webapp.money import Money

from .intents import MADE_OTHERWISE

MOST_SUMMED = 10_000
"""Refunds that are counted and summed; of more than that nobody wants to know the sum."""
BATCH = 500


class Outcome(StrEnum):
    """What became of a refund, as far as its money goes. `OTHERWISE`: finance closed it as made with different data."""

    DONE = "done"
    OPEN = "open"
    NOT_DONE = "not-done"
    OTHERWISE = "otherwise"


_outcome = case(
    (Intent.state == IntentState.SUCCEEDED, Outcome.DONE.value),
    (Intent.state.in_(BLOCKING_STATES), Outcome.OPEN.value),
    (and_(Intent.state == IntentState.CLOSED, Intent.outcome_code == MADE_OTHERWISE), Outcome.OTHERWISE.value),
    else_=Outcome.NOT_DONE.value,
)


@dataclass(frozen=True, slots=True)
class DeskRefundQuery:
    """What is asked; `since` is included, `until` is not. `requested_by` is a person's id."""

    requested_by: int | None = None
    outcome: Outcome | None = None
    currency: str = ""
    order_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """Of all that match, by outcome one amount for each currency. More than `MOST_SUMMED`: `count` says one more."""

    count: int
    amounts: dict[Outcome, list[Money]]

    @property
    def is_whole(self) -> bool:
        return self.count <= MOST_SUMMED


def refunds_of_desk(account: Account, query: DeskRefundQuery, *, page: int, size: int) -> Sequence[Intent]:
    """A page of them, from 1."""
    statement = select(Intent).where(*_where(account, query)).order_by(Intent.created.desc(), Intent.id.desc())
    return db.session.scalars(statement.limit(size).offset((page - 1) * size)).all()


def sums(account: Account, query: DeskRefundQuery) -> Sums:
    """How many match, and what they come to: one statement, which reads no more than it sums."""
    some = (
        select(Intent.currency, Intent.amount_minor, _outcome.label("outcome"))
        .where(*_where(account, query))
        .order_by(Intent.created.desc())
        .limit(MOST_SUMMED + 1)
        .subquery()
    )
    by = (some.c.outcome, some.c.currency)
    found = db.session.execute(
        select(*by, func.count(), func.sum(some.c.amount_minor)).group_by(*by).order_by(some.c.currency)
    ).all()
    amounts: dict[Outcome, list[Money]] = {outcome: [] for outcome in Outcome}
    for outcome, currency, _, minor in found:
        amounts[Outcome(outcome)].append(Money(int(minor), currency))
    return Sums(sum(count for _, _, count, _ in found), amounts)


def count(account: Account, query: DeskRefundQuery) -> int:
    """How many match, all of them."""
    found = db.session.scalar(select(func.count(Intent.id)).where(*_where(account, query))) or 0
    release()
    return found


def batches(account: Account, query: DeskRefundQuery) -> Iterator[Sequence[Intent]]:
    """All that match, oldest first: constant memory, no long transaction."""
    after = 0
    while True:
        statement = select(Intent).where(*_where(account, query), Intent.id > after).order_by(Intent.id).limit(BATCH)
        found = db.session.scalars(statement).all()
        release()
        if not found:
            return
        yield found
        after = found[-1].id
        db.session.expunge_all()


def _where(account: Account, query: DeskRefundQuery) -> list[ColumnElement[bool]]:
    where = [Intent.account == account.slug, Intent.kind == IntentKind.REFUND]
    if query.requested_by is not None:
        where.append(Intent.requested_by == query.requested_by)
    if query.outcome:
        where.append(_outcome == query.outcome)
    if query.currency:
        where.append(Intent.currency == query.currency)
    if query.order_id:
        where.append(Intent.order_id == query.order_id)
    if query.since:
        where.append(Intent.created >= query.since)
    if query.until:
        where.append(Intent.created < query.until)
    return where
