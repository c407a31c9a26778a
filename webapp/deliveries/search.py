"""Questions to the log of deliveries: a page of it by number, a capped count, those of one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, union
from sqlalchemy.orm import defer

from ..accounts import Account
from ..extensions import db
from ..list_filters.deliveries import EVENTS, GENUINE_ONLY, OTHER, REFUSED_ONLY, DeliveryFilters
from ..models.delivery import GENUINE, Delivery, ForwardState, Verdict

COUNT_CAP = 1000
MOST_OF_ORDER = 20
_LIGHT = defer(Delivery.content_sealed)
"""Lists do not need the sealed content."""


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Newest first."""

    rows: Sequence[Delivery]
    has_newer: bool
    has_older: bool


def page_of(account: Account, filters: DeliveryFilters) -> DeliveryPage:
    """The page after or before the number that the filters name, else the newest one."""
    statement = select(Delivery).where(*_where(account, filters)).options(_LIGHT)
    size = filters.page_size
    if filters.after is not None:
        found = db.session.scalars(
            statement.where(Delivery.id > filters.after).order_by(Delivery.id).limit(size + 1)
        ).all()
        rows = list(found[:size])[::-1]
        return DeliveryPage(rows, len(found) > size, _exists_older(account, filters, rows))
    if filters.before is not None:
        statement = statement.where(Delivery.id < filters.before)
    found = db.session.scalars(statement.order_by(Delivery.id.desc()).limit(size + 1)).all()
    return DeliveryPage(found[:size], filters.before is not None, len(found) > size)


def _exists_older(account: Account, filters: DeliveryFilters, rows: Sequence[Delivery]) -> bool:
    oldest = rows[-1].id if rows else filters.after or 0
    statement = select(Delivery.id).where(*_where(account, filters), Delivery.id < oldest)
    return db.session.scalar(statement.limit(1)) is not None


def count(account: Account, filters: DeliveryFilters) -> int:
    """Up to one more than COUNT_CAP: beyond that nobody counts."""
    some = select(Delivery.id).where(*_where(account, filters)).limit(COUNT_CAP + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def latest(account: Account) -> Delivery | None:
    """The newest genuine delivery."""
    statement = select(Delivery).where(Delivery.account == account.slug, Delivery.verdict.in_(GENUINE))
    return db.session.scalar(statement.options(_LIGHT).order_by(Delivery.id.desc()).limit(1))


def failed_forwards(account: Account) -> int:
    """How many deliveries could not be told on to the shop."""
    return count_where(Delivery.account == account.slug, Delivery.forward_state == ForwardState.FAILED)


def count_where(*where: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(Delivery).where(*where)) or 0


def deliveries_of_order(account: Account, order_id: str) -> Sequence[Delivery]:
    """The newest genuine deliveries about an order and its transactions, newest first."""
    statement = select(Delivery).where(
        Delivery.account == account.slug, Delivery.order_id == order_id, Delivery.verdict.in_(GENUINE)
    )
    return db.session.scalars(statement.options(_LIGHT).order_by(Delivery.id.desc()).limit(MOST_OF_ORDER)).all()


def _where(account: Account, filters: DeliveryFilters) -> list[ColumnElement[bool]]:
    since, until = filters.days.instants(filters.zone)
    asked: list[tuple[Any, ColumnElement[bool] | None]] = [
        (filters.about, _about(account, filters.about)),
        (filters.event, _event(filters.event)),
        (filters.verdict, _verdict(filters.verdict)),
        (filters.outcome, Delivery.outcome == filters.outcome),
        (filters.forward, Delivery.forward_state == filters.forward),
        (since, Delivery.received >= since if since else None),
        (until, Delivery.received < until if until else None),
    ]
    return [Delivery.account == account.slug, *(clause for value, clause in asked if value and clause is not None)]


def _about(account: Account, about: str) -> ColumnElement[bool]:
    """By two indexes: a plain OR would read the whole log."""
    ids = [
        select(Delivery.id).where(Delivery.account == account.slug, column == about)
        for column in (Delivery.object_id, Delivery.order_id)
    ]
    return Delivery.id.in_(union(*ids))


def _event(event: str | None) -> ColumnElement[bool]:
    if event == OTHER:
        return or_(Delivery.event.is_(None), Delivery.event.not_in(EVENTS))
    return Delivery.event == event


def _verdict(verdict: str | None) -> ColumnElement[bool]:
    if verdict == GENUINE_ONLY:
        return Delivery.verdict.in_(GENUINE)
    if verdict == REFUSED_ONLY:
        return Delivery.verdict.in_([one for one in Verdict if one not in GENUINE])
    return Delivery.verdict == verdict
