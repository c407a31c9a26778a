"""What Postpay kept of each month's sales, and the rates it reckoned with, from the ledger.

A month is one of the account's calendar, by the moment of payout, like the payouts page. The ledger is read by UTC
months, so a month is whole only when every UTC month that it touches was read beyond its end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, case, func, or_, select

from ..accounts import Account
from ..database import release
from ..days import first_instant
from ..extensions import db
from ..ledger.figures import Figures, TypeSum
from ..ledger.naming import month_range, months_between
from ..ledger.reading import FINAL_AFTER, periods_of
from ..models.ledger import LedgerPeriod, LedgerRow
from ..money import Money

MONTHS = 12
"""Months on a page."""


class Reading(StrEnum):
    """How much of a month is known."""

    WHOLE = "whole"
    RUNNING = "running"
    PART = "part"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the account's calendar, named by its `first` day; `start` and `end` are instants."""

    first: date
    start: datetime
    end: datetime
    reading: Reading


@dataclass(frozen=True, slots=True)
class FeeMonth:
    """One currency's figures of a month; None where nothing of it was read."""

    month: Month
    figures: Figures | None

    @property
    def sales(self) -> Money | None:
        return self.figures.of_type("order") if self.figures else None

    @property
    def kept(self) -> Money | None:
        """What was not paid out of the gross: fees and the tax on them, as the provider reckoned."""
        return self.figures.gross - self.figures.net if self.figures else None

    @property
    def rate(self) -> int | None:
        """The kept part of the sales in hundredths of a per cent, rounded once, half up; None without sales."""
        if self.sales is None or self.kept is None or self.sales.minor <= 0:
            return None
        return (2 * self.kept.minor * 10_000 + self.sales.minor) // (2 * self.sales.minor)


@dataclass(frozen=True, slots=True)
class Rate:
    """Fees as rows of one type told them: fixed in minor units, rates in hundredths of a per cent; None is untold.

    `is_change` where others of the same currency and type were seen before.
    """

    currency: str
    type: str
    fixed: Money | None
    rate: int | None
    tax_rate: int | None
    first: datetime
    last: datetime
    rows: int
    is_change: bool


def months_until(last: date, count: int, account: Account, moment: datetime) -> list[Month]:
    """The `count` months that end with the one of the day `last`, newest first, with how much of each was read."""
    firsts = [_shifted(last.replace(day=1), -number) for number in range(count)]
    spans = [(first, *month_span(first, account.zone)) for first in firsts]
    known = periods_of(account, months_between(spans[-1][1], spans[0][2]))
    return [Month(first, start, end, _reading(start, end, known, moment)) for first, start, end in spans]


def month_span(first: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first instant of a month of the zone, and that of the next one."""
    return first_instant(first, zone), first_instant(_shifted(first, 1), zone)


def _shifted(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _reading(start: datetime, end: datetime, known: dict[str, LedgerPeriod], moment: datetime) -> Reading:
    """Of a month that is not over, all there is so far is `running` when its UTC months were read at all."""
    if start >= moment:
        return Reading.NOTHING
    touched = months_between(start, min(end, moment))
    read = [known[name] for name in touched if name in known]
    if not read:
        return Reading.NOTHING
    if len(read) < len(touched):
        return Reading.PART
    if end > moment:
        return Reading.RUNNING
    return Reading.WHOLE if all(_covers(period, end) for period in read) else Reading.PART


def _covers(period: LedgerPeriod, end: datetime) -> bool:
    """Whether it was read late enough for the provider to have told all that was paid out before `end`."""
    return period.until >= min(end, month_range(period.month)[1]) + FINAL_AFTER


def fee_months(account: Account, months: list[Month]) -> dict[str, list[FeeMonth]]:
    """By currency, a line for each month in the order given; currencies without a row in all of them are left out."""
    known = [month for month in months if month.reading is not Reading.NOTHING]
    sums = _sums(account.slug, known) if known else {}
    return {
        currency: [FeeMonth(month, _figures(currency, month, sums)) for month in months]
        for currency in sorted({currency for currency, _ in sums})
    }


Sums = dict[tuple[str, date], list[TypeSum]]


def _figures(currency: str, month: Month, sums: Sums) -> Figures | None:
    if month.reading is Reading.NOTHING:
        return None
    return Figures.of(currency, sums.get((currency, month.first), ()))


def _sums(account: str, months: list[Month]) -> Sums:
    """What the rows paid out in these months come to, by one statement."""
    row = LedgerRow
    which = case(*((_within(month), number) for number, month in enumerate(months)))
    summed = [row.amount_minor, row.fees_minor, row.tax_minor, row.total_minor]
    asked = (
        select(which, row.currency, row.type, func.count(), *(func.sum(column) for column in summed))
        .where(row.account == account, or_(*map(_within, months)))
        .group_by(which, row.currency, row.type)
    )
    sums: Sums = defaultdict(list)
    for number, currency, kind, count, *amounts in db.session.execute(asked):
        sums[currency, months[number].first].append(TypeSum(kind, count, *map(int, amounts)))
    release()
    return sums


def _within(month: Month):  # type: ignore[no-untyped-def]
    return (LedgerRow.paid >= month.start) & (LedgerRow.paid < month.end)


def rates(account: Account) -> list[Rate]:
    """Every combination of fees that the ledger has seen, by currency and type, the newest first in each."""
    row = LedgerRow
    told = (row.currency, row.type, row.fee_minor, row.fee_rate, row.fee_tax_rate)
    asked = (
        select(*told, func.min(row.created), func.max(row.created), func.count(), func.max(row.new_rate.cast(Integer)))
        .where(row.account == account.slug, or_(row.fee_minor.is_not(None), row.fee_rate.is_not(None)))
        .group_by(*told)
        .order_by(row.currency, row.type, func.min(row.created).desc())
    )
    found = [
        Rate(
            currency,
            kind,
            None if fixed is None else Money(fixed, currency),
            rate,
            tax_rate,
            first,
            last,
            count,
            bool(changed),
        )
        for currency, kind, fixed, rate, tax_rate, first, last, count, changed in db.session.execute(asked)
    ]
    release()
    return [one for one in found if one.type in types_with_fees(found)]


def types_with_fees(found: Iterable[Rate]) -> set[str]:
    """Types of which some row tells a fee that is not zero: rows of the others are always free."""
    return {one.type for one in found if one.rate or (one.fixed and one.fixed.minor)}
