"""Fees by month and currency as values: the lines of the table, the picture, and the rates that were seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from babel.dates import format_date
from flask import url_for
from flask_babel import get_locale, gettext
from markupsafe import Markup

from webapp.calendar import parse_day, today_in
from webapp.core.accounts import Account
from webapp.models.base import now
from webapp.presentation.charts import ChartColumn, Drawing, columns
from webapp.presentation.formatting import amount_html, month_words, rate, short_day, time_html, when
from webapp.presentation.transaction_words import type_label
from webapp.settlement.ledger.rates import Rate
from webapp.settlement.reconciliation.fee_months import (
    MONTHS,
    FeeMonth,
    FeeMonths,
    Month,
    Sums,
    charged_rates,
    fee_months,
    months_until,
)

DASH = "\u2013"


class FeeMonthLine(NamedTuple):
    """One month of one currency, ready for its cells. `note` is None where the month was read whole; `as_of`: when
    Postpay said so; `href` leads to its payouts.
    """

    month: str
    charged: Markup
    fees: Markup
    tax: Markup
    difference: Markup
    rate: str
    transactions: str
    note: tuple[str, str] | None
    as_of: Markup
    href: str


class Currency(NamedTuple):
    """A currency's months as far as they were read, newest first, and the picture of all, oldest first."""

    code: str
    lines: list[FeeMonthLine]
    picture: tuple[Drawing, Drawing]
    says: str
    has_difference: bool


class RateLine(NamedTuple):
    """A rate that was seen, ready for its cells."""

    type: str
    currency: str
    percentage: str
    fixed: Markup
    tax: str
    first: str
    last: str
    rows: str
    is_change: bool


class UnreadMonth(NamedTuple):
    """A month that was not read whole: its words, where it can be read, and how much of it is known."""

    words: str
    href: str
    note: tuple[str, str]


def values(account: Account, until: str, currency: str) -> dict[str, Any]:
    """What the page shows of one currency: the twelve months that end with `until` (2026-11), this month if that says
    nothing; the currency with the most transactions if `currency` is none that the ledger has fees of.
    """
    today = today_in(account.zone)
    last = min(parse_day(f"{until}-01") or today, today)
    months = months_until(last, MONTHS, account, now())
    found, rates = fee_months(account, months), charged_rates(account)
    codes = sorted({*found, *(one.currency for one in rates)})
    shown = (
        currency if currency in codes else max(codes, key=lambda code: _transactions(found.get(code, [])), default="")
    )

    def address(day: date, code: str = shown) -> str:
        return url_for("checks.show_fees", account=account, until=f"{day:%Y-%m}", currency=code or None)

    return {
        "code": shown,
        "switch": [(code, address(months[0].first, code), code == shown) for code in codes],
        "fees": _currency(shown, found[shown], account) if shown in found else None,
        "unread": [_unread(month, account) for month in months if not month.is_known and month.start < now()],
        "is_read": any(month.is_known for month in months),
        "as_of": _as_of([month for month in months if month.is_known]),
        "rates": [_rate_line(one, account) for one in rates if one.currency == shown],
        "first_month": month_words(months[-1].first),
        "last_month": month_words(months[0].first),
        "earlier_href": address(months[-1].first - timedelta(days=1)),
        "later_href": address(_later(months[0].first)) if months[0].end <= now() else None,
    }


def _transactions(lines: Sequence[FeeMonth]) -> int:
    return sum(line.sums.count for line in lines if line.sums)


def _as_of(months: Sequence[Month]) -> Markup:
    """One moment, or the oldest and the newest where the parts of a sum were read at different ones."""
    read = [moment for month in months for moment in (month.oldest, month.newest) if moment]
    if not read:
        return Markup("")
    oldest, newest = time_html(min(read)), time_html(max(read))
    return oldest if when(min(read)) == when(max(read)) else Markup("{} \u2013 {}").format(oldest, newest)


def _unread(month: Month, account: Account) -> UnreadMonth:
    words, tone = _note(month) or ("", "")
    return UnreadMonth(month_words(month.first), _payouts_of(month, account), (words, tone))


def _later(first: date) -> date:
    return date(first.year + 1, first.month, 1)


def percent(hundredths: int | None) -> str:
    """Always two decimals, so that months can be compared: "5.05 %"."""
    if hundredths is None:
        return DASH
    sign = "\u2212" if hundredths < 0 else ""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{sign}{whole}.{rest:02d}\u00a0%"


def _currency(code: str, lines: Sequence[FeeMonth], account: Account) -> Currency:
    told = [(line.month, line.sums.rate) for line in reversed(lines) if line.sums and line.sums.rate is not None]
    return Currency(
        code,
        [_line(line.month, line.sums, account) for line in lines if line.sums],
        columns([_column(line) for line in reversed(lines)]),
        "; ".join(f"{month_words(month.first)}: {percent(rate)}" for month, rate in told),
        any(line.sums and not line.sums.besides.is_zero for line in lines),
    )


def _column(line: FeeMonth) -> ChartColumn:
    words = format_date(line.month.first, "MMM" if line.month.first.month != 1 else "MMM yy", locale=get_locale())
    if line.sums is None:
        return ChartColumn(words, None, "?", is_sure=False)
    return ChartColumn(words, line.sums.rate, percent(line.sums.rate), line.month.reading is FeeMonths.WHOLE)


def _line(month: Month, sums: Sums, account: Account) -> FeeMonthLine:
    return FeeMonthLine(
        month_words(month.first),
        amount_html(sums.amount),
        amount_html(sums.fees),
        amount_html(sums.tax),
        amount_html(sums.besides),
        percent(sums.rate),
        f"{sums.count:,}",
        _note(month),
        _as_of([month]),
        _payouts_of(month, account),
    )


def _payouts_of(month: Month, account: Account) -> str:
    last = month.following - timedelta(days=1)
    return url_for("payouts.list_payouts", account=account, paid="range", paid_from=month.first, paid_to=last)


def _note(month: Month) -> tuple[str, str] | None:
    """Words and tone for a month of which not everything is known."""
    return {
        FeeMonths.WHOLE: None,
        FeeMonths.RUNNING: (gettext("So far"), "idle"),
        FeeMonths.PART: (gettext("Incomplete"), "wait"),
        FeeMonths.NOTHING: (gettext("Not read"), "unknown"),
    }[month.reading]


def _rate_line(one: Rate, account: Account) -> RateLine:
    return RateLine(
        type_label(one.type),
        one.currency,
        rate(one.rate) if one.rate is not None else DASH,
        amount_html(one.fixed),
        rate(one.tax_rate) if one.tax_rate is not None else DASH,
        short_day(one.first.astimezone(account.zone).date()),
        short_day(one.last.astimezone(account.zone).date()),
        f"{one.rows:,}",
        one.is_change,
    )
