"""What Postpay kept of each month's sales, and the rates it reckoned with, from the ledger.

A month is one of the account's calendar, by the moment of payout, like the payouts page. The ledger is read by UTC
months, so a month is whole only when every UTC month that it touches was read beyond its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, case, func, or_, select

from webapp.calendar import first_instant
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.ledger import LedgerPeriod, LedgerRow
from webapp.money import Money
from webapp.providers.postpay.models import TransactionType
from webapp.settlement.ledger.payout_id import month_range, months_between
from webapp.settlement.ledger.sync import FINAL_AFTER, periods_of

MONTHS = 12
"""Months on a page."""


class FeeMonths(StrEnum):
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
    reading: FeeMonths

    @property
    def following(self) -> date:
        """The first day of the next month."""
        return _shifted(self.first, 1)


@dataclass(frozen=True, slots=True)
class Sums:
    """What the charged rows of one currency come to: all sales, and what else a fee was kept of. Positive if kept.

    `kept` is what was not paid out of the `amount`; `fees` and `tax` are what the rows' own rates give.
    """

    currency: str
    count: int = 0
    amount_minor: int = 0
    fees_minor: int = 0
    tax_minor: int = 0
    total_minor: int = 0

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def fees(self) -> Money:
        return Money(self.fees_minor, self.currency)

    @property
    def tax(self) -> Money:
        return Money(self.tax_minor, self.currency)

    @property
    def kept(self) -> Money:
        return Money(self.amount_minor - self.total_minor, self.currency)

    @property
    def besides(self) -> Money:
        """What was kept more, or less, than the rates give."""
        return self.kept - self.fees - self.tax

    @property
    def rate(self) -> int | None:
        """The kept part in hundredths of a per cent, rounded once, half up; None where there is no amount."""
        if self.amount_minor <= 0:
            return None
        return (2 * self.kept.minor * 10_000 + self.amount_minor) // (2 * self.amount_minor)


@dataclass(frozen=True, slots=True)
class FeeMonth:
    """One currency's sums of a month; None where nothing of it was read."""

    month: Month
    sums: Sums | None


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


def _reading(start: datetime, end: datetime, known: dict[str, LedgerPeriod], moment: datetime) -> FeeMonths:
    """Of a month that is not over, all there is so far is `running` when its UTC months were read at all."""
    if start >= moment:
        return FeeMonths.NOTHING
    touched = months_between(start, min(end, moment))
    read = [known[name] for name in touched if name in known]
    if not read:
        return FeeMonths.NOTHING
    if len(read) < len(touched):
        return FeeMonths.PART
    if end > moment:
        return FeeMonths.RUNNING
    return FeeMonths.WHOLE if all(_covers(period, end) for period in read) else FeeMonths.PART


def _covers(period: LedgerPeriod, end: datetime) -> bool:
    """Whether it was read late enough for the provider to have told all that was paid out before `end`."""
    return period.until >= min(end, month_range(period.month)[1]) + FINAL_AFTER


def fee_months(account: Account, months: list[Month]) -> dict[str, list[FeeMonth]]:
    """By currency, a line for each month in the order given; currencies without a row in all of them are left out."""
    known = [month for month in months if month.reading is not FeeMonths.NOTHING]
    found = _sums(account.slug, known) if known else {}

    def line(currency: str, month: Month) -> FeeMonth:
        is_known = month.reading is not FeeMonths.NOTHING
        return FeeMonth(month, found.get((currency, month.first), Sums(currency)) if is_known else None)

    currencies = sorted({currency for currency, _ in found})
    return {currency: [line(currency, month) for month in months] for currency in currencies}


def _sums(account: str, months: list[Month]) -> dict[tuple[str, date], Sums]:
    """What the rows paid out in these months come to, by currency and month, with one statement."""
    row = LedgerRow
    which = case(*((_within(month), number) for number, month in enumerate(months)))
    summed = (row.amount_minor, row.fees_minor, row.tax_minor, row.total_minor)
    is_charged = (row.type == TransactionType.ORDER) | (row.fees_minor != 0) | (row.tax_minor != 0)
    asked = (
        select(which, row.currency, func.count(), *map(func.sum, summed))
        .where(row.account == account, or_(*map(_within, months)), is_charged)
        .group_by(which, row.currency)
    )
    answer = db.session.execute(asked).all()
    release()
    return {
        (currency, months[number].first): Sums(currency, count, *map(int, amounts))
        for number, currency, count, *amounts in answer
    }


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
