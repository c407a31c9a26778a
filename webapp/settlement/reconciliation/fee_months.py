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

from webapp.calendar import first_instant
from webapp.core.accounts import Account
from webapp.models.ledger import LedgerPeriod, LedgerSum
from webapp.money import Money
from webapp.providers.postpay.models import TransactionType
from webapp.settlement.ledger.periods import months_between, proved
from webapp.settlement.ledger.rates import Rate, rates
from webapp.settlement.ledger.sums import NEVER, kept_sums, moment_text

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
    """A month of the account's calendar, named by its `first` day; `start` and `end` are instants.

    `oldest` and `newest`: as of when its parts are, None where nothing of it was read.
    """

    first: date
    start: datetime
    end: datetime
    reading: FeeMonths
    oldest: datetime | None = None
    newest: datetime | None = None

    @property
    def is_known(self) -> bool:
        """Whether all there is of it so far was read, so that its sums can be told."""
        return self.reading in (FeeMonths.WHOLE, FeeMonths.RUNNING)

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

    def plus(self, one: LedgerSum) -> Sums:
        return Sums(
            self.currency,
            self.count + one.count,
            self.amount_minor + int(one.amount),
            self.fees_minor + int(one.fees),
            self.tax_minor + int(one.tax),
            self.total_minor + int(one.total),
        )

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


def months_until(last: date, count: int, account: Account, moment: datetime) -> list[Month]:
    """The `count` months that end with the one of the day `last`, newest first, with how much of each was read."""
    firsts = [_shifted(last.replace(day=1), -number) for number in range(count)]
    spans = [(first, *month_span(first, account.zone)) for first in firsts]
    known = proved(account, months_between(spans[-1][1], spans[0][2]))
    return [_month(*span, known, moment) for span in spans]


def month_span(first: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first instant of a month of the zone, and that of the next one."""
    return first_instant(first, zone), first_instant(_shifted(first, 1), zone)


def _shifted(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _month(first: date, start: datetime, end: datetime, known: dict[str, LedgerPeriod], moment: datetime) -> Month:
    touched = months_between(start, min(end, moment)) if start < moment else []
    read = [one.read for one in (known.get(name) for name in touched) if one and one.read]
    told = _reading(end, read, len(touched))
    return Month(first, start, end, told, min(read, default=None), max(read, default=None))


def _reading(end: datetime, read: list[datetime], touched: int) -> FeeMonths:
    """Of a month that is not over, or was read before it was, all there is so far is `running`."""
    if len(read) < touched or not read:
        return FeeMonths.PART if read else FeeMonths.NOTHING
    return FeeMonths.WHOLE if min(read) >= end else FeeMonths.RUNNING


def fee_months(account: Account, months: list[Month]) -> dict[str, list[FeeMonth]]:
    """By currency, a line for each month in the order given; currencies without a row in all of them are left out."""
    known = [month for month in months if month.is_known]
    found = _sums(account.slug, known) if known else {}

    def line(currency: str, month: Month) -> FeeMonth:
        return FeeMonth(month, found.get((currency, month.first), Sums(currency)) if month.is_known else None)

    currencies = sorted({currency for currency, _ in found})
    return {currency: [line(currency, month) for month in months] for currency in currencies}


def _sums(account: str, months: list[Month]) -> dict[tuple[str, date], Sums]:
    """What the charged rows paid out in these months come to, by currency and month."""
    spans = [(moment_text(month.start), moment_text(month.end), month.first) for month in months]
    found: dict[tuple[str, date], Sums] = {}
    within = (LedgerSum.paid != NEVER, LedgerSum.paid >= min(spans)[0], LedgerSum.paid < max(spans)[1])
    for one in kept_sums(account, *within):
        first = next((first for start, end, first in spans if start <= one.paid < end), None)
        if first is None or not (one.charged or one.type == TransactionType.ORDER):
            continue
        key = (one.currency, first)
        found[key] = found.get(key, Sums(one.currency)).plus(one)
    return found


def types_with_fees(found: Iterable[Rate]) -> set[str]:
    """Types of which some row tells a fee that is not zero: rows of the others are always free."""
    return {one.type for one in found if one.rate or (one.fixed and one.fixed.minor)}


def charged_rates(account: Account) -> list[Rate]:
    """Every combination of fees that the ledger has seen of types that are ever charged."""
    found = rates(account)
    charged = types_with_fees(found)
    return [one for one in found if one.type in charged]
