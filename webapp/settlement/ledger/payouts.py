"""What the ledger says: payouts with their figures, their rows, what is still to come, what is to be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.fees import LARGEST_ROUNDING
from webapp.models.ledger import LedgerRow

from .payout_id import Naming
from .sync import COMING, periods_of
from .totals import Figures, TypeSum

_OFF = (LedgerRow.off_by > LARGEST_ROUNDING) | (LedgerRow.off_by < -LARGEST_ROUNDING)
_IS_FLAGGED = _OFF | LedgerRow.new_rate.is_(True) | LedgerRow.differs.is_(True)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


_SUMS = (
    LedgerRow.type,
    func.count(),
    func.sum(LedgerRow.amount_minor),
    func.sum(LedgerRow.fees_minor),
    func.sum(LedgerRow.tax_minor),
    func.sum(LedgerRow.total_minor),
    _how_many(_OFF),
    _how_many(LedgerRow.new_rate.is_(True)),
    _how_many(LedgerRow.differs.is_(True)),
)
"""In the order of the fields of TypeSum."""


def _type_sum(values: Iterable[Any]) -> TypeSum:
    name, *sums = values
    return TypeSum(name, *(int(value) for value in sums))


@dataclass(frozen=True, slots=True)
class Payout:
    """Rows that were paid out together: `name` within account and currency, `paid` the (first) moment."""

    name: str
    paid: datetime
    figures: Figures

    @property
    def currency(self) -> str:
        return self.figures.currency


def payouts(
    account: Account, naming: Naming, since: datetime, until: datetime, currency: str | None = None
) -> list[Payout]:
    """The payouts with a moment from `since` until just before `until`, the newest first."""
    conditions = [LedgerRow.account == account.slug, LedgerRow.paid >= since, LedgerRow.paid < until]
    if currency:
        conditions.append(LedgerRow.currency == currency)
    statement = (
        select(LedgerRow.currency, LedgerRow.paid, *_SUMS)
        .where(*conditions)
        .group_by(LedgerRow.currency, LedgerRow.paid, LedgerRow.type)
    )
    sums: dict[tuple[str, str], list[TypeSum]] = {}
    paid: dict[tuple[str, str], datetime] = {}
    answer: Iterable[Any] = db.session.execute(statement)
    for code, moment, *values in answer:
        key = (code, naming.name(moment))
        sums.setdefault(key, []).append(_type_sum(values))
        paid[key] = min(paid.get(key, moment), moment)
    release()
    found = [Payout(key[1], paid[key], Figures.of(key[0], sums[key])) for key in sums]
    return sorted(found, key=lambda one: (one.paid, one.currency), reverse=True)


def payout(account: Account, naming: Naming, currency: str, name: str) -> Payout | None:
    """One payout, or None where the ledger has no row of it (or the name is none)."""
    paid = naming.range(name)
    found = payouts(account, naming, *paid, currency) if paid else []
    return found[0] if found else None


def totals(found: Iterable[Payout]) -> list[Figures]:
    """What payouts come to together, by currency."""
    by_currency: dict[str, list[TypeSum]] = {}
    for one in found:
        by_currency.setdefault(one.currency, []).extend(one.figures.sums)
    return [Figures.of(currency, by_currency[currency]) for currency in sorted(by_currency)]


def rows_of_payout(
    account: Account, naming: Naming, currency: str, name: str, *, flagged: bool = False, limit: int, offset: int = 0
) -> Sequence[LedgerRow]:
    """Rows of a payout by their creation; with `flagged` only those to look at."""
    paid = naming.range(name)
    if paid is None:
        return []
    conditions = [
        LedgerRow.account == account.slug,
        LedgerRow.currency == currency,
        LedgerRow.paid >= paid[0],
        LedgerRow.paid < paid[1],
    ]
    return _rows(select(LedgerRow).where(*conditions, *([_IS_FLAGGED] if flagged else [])), limit, offset)


def _rows(statement: Any, limit: int | None = None, offset: int = 0) -> Sequence[LedgerRow]:
    ordered = statement.order_by(LedgerRow.created, LedgerRow.transaction_id).limit(limit).offset(offset)
    found: Sequence[LedgerRow] = db.session.scalars(ordered).all()
    release()
    return found


def rows_of_order(account: Account, order_id: str) -> Sequence[LedgerRow]:
    """What the ledger has of an order, oldest first: only as far as months were read."""
    return _rows(select(LedgerRow).where(LedgerRow.account == account.slug, LedgerRow.order_id == order_id))


@dataclass(frozen=True, slots=True)
class Coming:
    """What is not paid out yet, by currency, as it was `as_of`; None where it was never read."""

    figures: list[Figures]
    as_of: datetime | None


def coming(account: Account) -> Coming:
    """What is still to come, as it was last read whole."""
    period = periods_of(account, [COMING]).get(COMING)
    statement = (
        select(LedgerRow.currency, *_SUMS)
        .where(LedgerRow.account == account.slug, LedgerRow.paid.is_(None))
        .group_by(LedgerRow.currency, LedgerRow.type)
    )
    sums: dict[str, list[TypeSum]] = {}
    for currency, *values in db.session.execute(statement):
        sums.setdefault(currency, []).append(_type_sum(values))
    release()
    return Coming([Figures.of(code, sums[code]) for code in sorted(sums)], period.read if period else None)
