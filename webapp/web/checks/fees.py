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
from webapp.presentation.formatting import amount_html, month_words, rate, short_day
from webapp.presentation.transaction_words import type_label
from webapp.settlement.ledger.rates import Rate
from webapp.settlement.reconciliation.fee_months import (
    MONTHS,
    FeeMonth,
    FeeMonths,
    Month,
    charged_rates,
    fee_months,
    months_until,
)

DASH = "\u2013"


class FeeMonthLine(NamedTuple):
    """One month of one currency. `note` is None where the month was read whole; `href` leads to its payouts."""

    month: str
    sales: Markup
    fees: Markup
    tax: Markup
    difference: Markup
    rate: str
    transactions: str
    note: tuple[str, str] | None
    href: str


class Currency(NamedTuple):
    """A currency's months, newest first, and their picture, oldest first."""

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


def values(account: Account, until: str) -> dict[str, Any]:
    """What the page shows: the twelve months that end with `until` (2026-11), this month if that says nothing."""
    today = today_in(account.zone)
    last = min(parse_day(f"{until}-01") or today, today)
    months = months_until(last, MONTHS, account, now())
    found = fee_months(account, months)
    return {
        "currencies": [_currency(code, lines, account) for code, lines in found.items()],
        "unread": [
            (month_words(month.first), _payouts_of(month, account))
            for month in months
            if month.reading in (FeeMonths.NOTHING, FeeMonths.PART)
        ],
        "is_read": any(month.reading is not FeeMonths.NOTHING for month in months),
        "rates": [_rate_line(one, account) for one in charged_rates(account)],
        "first_month": month_words(months[-1].first),
        "last_month": month_words(months[0].first),
        "earlier_href": _address(account, months[-1].first - timedelta(days=1)),
        "later_href": _address(account, _later(months[0].first)) if months[0].end <= now() else None,
    }


def _later(first: date) -> date:
    return date(first.year + 1, first.month, 1)


def _address(account: Account, day: date) -> str:
    return url_for("checks.show_fees", account=account, until=f"{day:%Y-%m}")


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
        [_line(line, account) for line in lines],
        columns([_column(line) for line in reversed(lines)]),
        "; ".join(f"{month_words(month.first)}: {percent(rate)}" for month, rate in told),
        any(line.sums and not line.sums.besides.is_zero for line in lines),
    )


def _column(line: FeeMonth) -> ChartColumn:
    words = format_date(line.month.first, "MMM" if line.month.first.month != 1 else "MMM yy", locale=get_locale())
    if line.sums is None:
        return ChartColumn(words, None, "?", is_sure=False)
    return ChartColumn(words, line.sums.rate, percent(line.sums.rate), line.month.reading is FeeMonths.WHOLE)


def _line(line: FeeMonth, account: Account) -> FeeMonthLine:
    sums = line.sums
    return FeeMonthLine(
        month_words(line.month.first),
        amount_html(sums.amount if sums else None),
        amount_html(sums.fees if sums else None),
        amount_html(sums.tax if sums else None),
        amount_html(sums.besides if sums else None),
        percent(sums.rate if sums else None),
        f"{sums.count:,}" if sums else DASH,
        _note(line.month),
        _payouts_of(line.month, account),
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
