"""What the ledger says: payouts with their figures, their rows, what is still to come. Only what was proved whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.ledger import FLAGGED, LedgerChange, LedgerPeriod, LedgerRow, LedgerSum

from .payout_id import Naming
from .periods import COMING, every_period, periods_of
from .sums import NEVER, as_type_sum, kept_sums, moment_text
from .totals import Figures, TypeSum


@dataclass(frozen=True, slots=True)
class Payout:
    """Rows that were paid out together: `name` within account and currency, `paid` the (first) moment.

    `flagged` rows need review; `changes` of what was told before nobody has seen yet. `read`: as of when, the oldest
    and the newest of the periods that its rows stand in. `is_whole`: every month that it touches was proved.
    """

    name: str
    paid: datetime
    figures: Figures
    flagged: int = 0
    changes: int = 0
    read: tuple[datetime, datetime] | None = None
    is_whole: bool = True

    @property
    def currency(self) -> str:
        return self.figures.currency


class _Found:
    """What is known of one payout while sums are gathered."""

    def __init__(self) -> None:
        self.sums: list[TypeSum] = []
        self.moments: set[datetime] = set()
        self.periods: set[str] = set()


def payouts(
    account: Account, naming: Naming, since: datetime, until: datetime, currency: str | None = None
) -> list[Payout]:
    """The payouts with a moment from `since` until just before `until`, the newest first."""
    conditions = [LedgerSum.paid >= moment_text(since), LedgerSum.paid < moment_text(until), LedgerSum.paid != NEVER]
    if currency:
        conditions.append(LedgerSum.currency == currency)
    gathered: dict[tuple[str, str], _Found] = {}
    periods = every_period(account)  # before the sums: nothing is said to be newer than it is
    for one in kept_sums(account.slug, *conditions):
        moment = datetime.fromisoformat(one.paid)
        found = gathered.setdefault((one.currency, naming.name(moment)), _Found())
        found.sums.append(as_type_sum(one))
        found.moments.add(moment)
        found.periods.add(one.period)
    flagged, changes = _flagged(account, since, until), _unseen_changes(account, since, until)
    payouts = [
        Payout(
            name,
            min(found.moments),
            Figures.of(code, found.sums),
            sum(flagged.get((code, moment), 0) for moment in found.moments),
            sum(changes.get((code, moment), 0) for moment in found.moments),
            _read_span([periods[period] for period in found.periods if period in periods]),
        )
        for (code, name), found in gathered.items()
    ]
    return sorted(payouts, key=lambda one: (one.paid, one.currency), reverse=True)


def _read_span(periods: Sequence[LedgerPeriod]) -> tuple[datetime, datetime] | None:
    moments = [period.read for period in periods if period.read]
    return (min(moments), max(moments)) if moments else None


def _flagged(account: Account, since: datetime, until: datetime) -> dict[tuple[str, datetime], int]:
    """How many rows need review, by currency and payout moment."""
    row = LedgerRow
    asked = (
        select(row.currency, row.paid, func.count())
        .where(row.account == account.slug, row.paid >= since, row.paid < until, FLAGGED)
        .group_by(row.currency, row.paid)
    )
    found = {(currency, paid): count for currency, paid, count in db.session.execute(asked) if paid}
    release()
    return found


def _unseen_changes(account: Account, since: datetime, until: datetime) -> dict[tuple[str, datetime], int]:
    """How many changes nobody has seen, by currency and each payout moment that they touch."""
    one, found = LedgerChange, dict[tuple[str, datetime], int]()
    for column in (one.paid_before, one.paid_after):
        asked = select(one.id, one.currency, one.paid_before, one.paid_after).where(
            one.account == account.slug, one.seen.is_(None), column >= since, column < until
        )
        for _, currency, before, after in db.session.execute(asked):
            moment = before if column is one.paid_before else after
            if moment and (column is one.paid_before or before != after):
                found[currency, moment] = found.get((currency, moment), 0) + 1
    release()
    return found


def payout(account: Account, naming: Naming, currency: str, name: str) -> Payout | None:
    """One payout, or None where the ledger has no row of it (or the name is none).

    The name may be a moment or a day, whatever payouts are listed by: addresses and bank receipts outlast the setting.
    """
    own = naming.of(name)
    paid = own.range(name)
    found = payouts(account, own, *paid, currency) if paid else []
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
    """Rows of a payout by their creation; with `flagged` only those that need review."""
    paid = naming.of(name).range(name)
    if paid is None:
        return []
    conditions = [
        LedgerRow.account == account.slug,
        LedgerRow.currency == currency,
        LedgerRow.paid >= paid[0],
        LedgerRow.paid < paid[1],
    ]
    return _rows(select(LedgerRow).where(*conditions, *([FLAGGED] if flagged else [])), limit, offset)


def _rows(statement: Any, limit: int | None = None, offset: int = 0) -> Sequence[LedgerRow]:
    ordered = statement.order_by(LedgerRow.created, LedgerRow.transaction_id).limit(limit).offset(offset)
    fresh = ordered.execution_options(populate_existing=True)  # a job may hold rows of an earlier reading
    found: Sequence[LedgerRow] = db.session.scalars(fresh).all()
    release()
    return found


def rows_of_order(account: Account, order_id: str) -> Sequence[LedgerRow]:
    """What the ledger has of an order, oldest first: only as far as months were read."""
    return _rows(select(LedgerRow).where(LedgerRow.account == account.slug, LedgerRow.order_id == order_id))


@dataclass(frozen=True, slots=True)
class Coming:
    """What is not paid out yet, by currency, as it was `as_of`, None where that was never proved; and what the
    provider dates in the future.
    """

    figures: list[Figures]
    as_of: datetime | None
    dated_later: list[Figures]


def coming(account: Account) -> Coming:
    """What is still to come, as it was last proved."""
    period = periods_of(account, [COMING]).get(COMING)
    later = LedgerSum.paid > moment_text(now())
    as_of = period.read if period else None
    return Coming(
        _by_currency(kept_sums(account.slug, LedgerSum.period == COMING)),
        as_of,
        _by_currency(kept_sums(account.slug, later)),
    )


def _by_currency(found: Iterable[LedgerSum]) -> list[Figures]:
    sums: dict[str, list[TypeSum]] = {}
    for one in found:
        sums.setdefault(one.currency, []).append(as_type_sum(one))
    return [Figures.of(code, sums[code]) for code in sorted(sums)]
