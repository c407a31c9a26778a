"""Questions to the log of deliveries: a page of it by number, a capped count, those of one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, union
from sqlalchemy.orm import defer

from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.core.provider_id import spellings
from webapp.models.delivery import GENUINE, Delivery, ForwardState, Verdict

from .forwards import OTHER
from .payload import ORDER, TRANSACTION

EVENTS = (ORDER, TRANSACTION)
GENUINE_ONLY, REFUSED_ONLY = "genuine", "refused"
"""Of verdicts: all that let a delivery in, all that keep it out."""
COUNT_CAP = 1000
MOST_OF_ORDER = 20
_LIGHT = defer(Delivery.content_sealed)
"""Lists do not need the sealed content."""


@dataclass(frozen=True, slots=True)
class DeliveryQuery:
    """What is asked of the log; `since` is included, `until` is not. `about`: the id of an order or a transaction.

    `before` and `after` are numbers of deliveries: the page that ends before, or begins after, that one.
    """

    about: str = ""
    event: str | None = None
    verdict: str | None = None
    outcome: str | None = None
    forward: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    after: int | None = None
    size: int = 20


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Newest first."""

    rows: Sequence[Delivery]
    has_newer: bool
    has_older: bool


def page_of(account: Account, query: DeliveryQuery) -> DeliveryPage:
    """The page after or before the number that the query names, else the newest one."""
    statement = select(Delivery).where(*_where(account, query)).options(_LIGHT)
    size = query.size
    if query.after is not None:
        found = db.session.scalars(
            statement.where(Delivery.id > query.after).order_by(Delivery.id).limit(size + 1)
        ).all()
        rows = list(found[:size])[::-1]
        return DeliveryPage(rows, len(found) > size, _exists_older(account, query, rows))
    if query.before is not None:
        statement = statement.where(Delivery.id < query.before)
    found = db.session.scalars(statement.order_by(Delivery.id.desc()).limit(size + 1)).all()
    return DeliveryPage(found[:size], query.before is not None, len(found) > size)


def _exists_older(account: Account, query: DeliveryQuery, rows: Sequence[Delivery]) -> bool:
    oldest = rows[-1].id if rows else query.after or 0
    statement = select(Delivery.id).where(*_where(account, query), Delivery.id < oldest)
    return db.session.scalar(statement.limit(1)) is not None


def count(account: Account, query: DeliveryQuery) -> int:
    """Up to one more than COUNT_CAP: beyond that nobody counts."""
    some = select(Delivery.id).where(*_where(account, query)).limit(COUNT_CAP + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def latest(account: Account) -> Delivery | None:
    """The newest genuine delivery."""
    statement = select(Delivery).where(Delivery.account == account.slug, Delivery.verdict.in_(GENUINE))
    return db.session.scalar(statement.options(_LIGHT).order_by(Delivery.id.desc()).limit(1))


def newer_about(delivery: Delivery) -> int | None:
    """The newest genuine delivery about the same object, where it came after this one."""
    if not delivery.is_genuine or delivery.object_id is None:
        return None
    same = (Delivery.account == delivery.account, Delivery.object_id == delivery.object_id)
    newer = select(func.max(Delivery.id)).where(
        *same, Delivery.object_kind == delivery.object_kind, Delivery.verdict.in_(GENUINE), Delivery.id > delivery.id
    )
    return db.session.scalar(newer)


def failed_forwards(account: Account) -> int:
    """How many deliveries some target did not take."""
    return count_where(Delivery.account == account.slug, Delivery.forward_state == ForwardState.FAILED)


def count_where(*where: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(Delivery).where(*where)) or 0


def deliveries_of_order(account: Account, order_id: str) -> Sequence[Delivery]:
    """The newest genuine deliveries about an order and its transactions, newest first."""
    statement = select(Delivery).where(
        Delivery.account == account.slug, Delivery.order_id == order_id, Delivery.verdict.in_(GENUINE)
    )
    return db.session.scalars(statement.options(_LIGHT).order_by(Delivery.id.desc()).limit(MOST_OF_ORDER)).all()


def _where(account: Account, query: DeliveryQuery) -> list[ColumnElement[bool]]:
    asked: list[tuple[Any, ColumnElement[bool] | None]] = [
        (query.about, about_clause(account, query.about)),
        (query.event, of_event(query.event)),
        (query.verdict, _verdict(query.verdict)),
        (query.outcome, Delivery.outcome == query.outcome),
        (query.forward, Delivery.forward_state == query.forward),
        (query.since, Delivery.received >= query.since if query.since else None),
        (query.until, Delivery.received < query.until if query.until else None),
    ]
    return [Delivery.account == account.slug, *(clause for value, clause in asked if value and clause is not None)]


def about_clause(account: Account, about: str) -> ColumnElement[bool]:
    """By two indexes: a plain OR would read the whole log."""
    ids = [
        select(Delivery.id).where(Delivery.account == account.slug, column.in_(spellings(about)))
        for column in (Delivery.object_id, Delivery.order_id)
    ]
    return Delivery.id.in_(union(*ids))


def of_event(event: str | None) -> ColumnElement[bool]:
    """By what is told of, however the event is spelt; where it could not be made out, by the event."""
    if event == OTHER:
        unknown = or_(Delivery.event.is_(None), Delivery.event.not_in(EVENTS))
        return and_(Delivery.object_kind.is_(None), unknown)
    return or_(Delivery.object_kind == event, and_(Delivery.object_kind.is_(None), Delivery.event == event))


def _verdict(verdict: str | None) -> ColumnElement[bool]:
    if verdict == GENUINE_ONLY:
        return Delivery.verdict.in_(GENUINE)
    if verdict == REFUSED_ONLY:
        return Delivery.verdict.in_([one for one in Verdict if one not in GENUINE])
    return Delivery.verdict == verdict
