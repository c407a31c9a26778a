"""The list of payouts as values: rows ready to show, their totals, chips, what is still to come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from urllib.parse import quote, urlencode

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from webapp.core.accounts import Account
from webapp.lists.filters.controls import Chip, Chips, Option, currency_options, pager, preset_options
from webapp.lists.filters.payouts import PayoutFilters
from webapp.lists.filters.transactions import NOT_YET
from webapp.models.bank_receipt import BankReceipt, ReceiptState
from webapp.money import Money
from webapp.presentation.formatting import amount_parts, long_day, times_html
from webapp.presentation.pager import Pager
from webapp.presentation.transaction_words import COLUMN_WORDS
from webapp.settlement.ledger.bank_receipts import receipts_around, receipts_of
from webapp.settlement.ledger.payout_id import Naming, PayoutsBy
from webapp.settlement.ledger.payouts import Payout, totals
from webapp.settlement.ledger.totals import DIFFERENCE, FEES, OTHER, TAX, TYPES, Figures

BANK_STATES = {
    None: (lazy_gettext("Not entered"), "idle"),
    ReceiptState.EQUAL: (lazy_gettext("Equal"), "ok"),
    ReceiptState.EXPLAINED: (lazy_gettext("Explained"), "ok"),
    ReceiptState.OPEN: (lazy_gettext("Open"), "bad"),
    ReceiptState.CLOSED: (lazy_gettext("Closed"), "idle"),
}
"""Word and tone of what became of a payout at the bank, as `badge` takes them."""
_QUIET = Markup('<span class="amt muted">\u2013<span class="pad" aria-hidden="true">\u2007</span></span>')
_LOUD = Markup('<span class="amt">{}<span class="pad" aria-hidden="true">{}</span></span>')


class PayoutRow(NamedTuple):
    """One payout, or a sum of several; the amounts in the order of `columns`, each ready for its cell."""

    currency: str
    amounts: list[Markup]
    net: Markup
    rows: str
    href: str | None = None
    paid: Markup | None = None
    bank: str = ""
    tone: str = ""
    to_look_at: str | None = None


@dataclass(frozen=True, slots=True)
class PayoutListing:
    """A page of the list; `columns` are the words above the amounts, `totals` are those of the whole period."""

    columns: list[str]
    rows: list[PayoutRow]
    totals: list[PayoutRow]
    pager: Pager


def figure_html(amount: Money) -> Markup:
    """An amount below a heading that names no currency because its row does; nothing is a dash."""
    number, pad, _ = amount_parts(amount)
    return _LOUD.format(number, pad) if amount.minor else _QUIET


def payout_address(base: str, currency: str, name: str) -> str:
    """As `url_for("payouts.show_payout", …)` builds it, from the list's address."""
    return f"{base}/{quote(currency, safe='')}/{name}"


def listing(
    account: Account, found: Sequence[Payout], filters: PayoutFilters, naming: Naming, base: str
) -> PayoutListing:
    """One page of what was found; columns that would be empty in all rows of the period are left out."""
    filters.page = min(filters.page, max(1, -(-len(found) // filters.page_size)))
    pages = pager(filters, base, len(found), is_counted=True)
    start = (filters.page - 1) * filters.page_size
    shown = found[start : start + filters.page_size]
    receipts, around = receipts_of(account, [one.name for one in shown]), receipts_around(account, shown)
    sums = totals(found)
    columns = _columns(sums)
    moment = _moments(naming)
    rows = [_payout_row(one, receipts, around, columns, base, moment(one)) for one in shown]
    words = [str(COLUMN_WORDS[name]) for name in columns]
    return PayoutListing(words, rows, [_row(figures, columns) for figures in sums], pages)


def _columns(sums: Sequence[Figures]) -> list[str]:
    """The documented ones always; others, and differences of arithmetic, only where there are any."""
    others = [OTHER] if any(figures.has_others for figures in sums) else []
    difference = [DIFFERENCE] if any(not figures.difference.is_zero for figures in sums) else []
    return [*TYPES, *others, FEES, TAX, *difference]


def _row(figures: Figures, columns: Sequence[str]) -> PayoutRow:
    parts = figures.parts
    amounts = [figure_html(parts[column]) for column in columns]
    return PayoutRow(figures.currency, amounts, figure_html(figures.net), f"{figures.count:,}")


def _payout_row(
    payout: Payout,
    receipts: Mapping[tuple[str, str], BankReceipt],
    around: Mapping[tuple[str, str], Sequence[BankReceipt]],
    columns: Sequence[str],
    base: str,
    moment: Markup,
) -> PayoutRow:
    receipt = receipts.get((payout.currency, payout.name))
    words, tone = bank_state(receipt, around.get((payout.currency, payout.name), ()))
    return _row(payout.figures, columns)._replace(
        href=payout_address(base, payout.currency, payout.name),
        paid=moment,
        bank=words,
        tone=tone,
        to_look_at=to_look_at(payout, receipt),
    )


def bank_state(receipt: BankReceipt | None, around: Sequence[BankReceipt] = ()) -> tuple[str, str]:
    """Word and tone of what became of a payout at the bank; `around`: what was entered for its rows in other groups."""
    if receipt is None and around:
        is_open = any(one.state == ReceiptState.OPEN for one in around)
        return gettext("Open, entered apart") if is_open else gettext("Entered apart"), "bad" if is_open else "idle"
    words, tone = BANK_STATES[ReceiptState(receipt.state) if receipt else None]
    return str(words), tone


def to_look_at(payout: Payout, receipt: BankReceipt | None) -> str | None:
    """Why a payout wants a look, in a few words; None where it does not."""
    reasons = []
    if count := payout.flagged:
        words = gettext("%(count)s rows need review", count=count)
        reasons.append(gettext("1 row needs review") if count == 1 else words)
    if count := payout.changes:
        words = gettext("%(count)s rows changed after they were read", count=f"{count:,}")
        reasons.append(gettext("1 row changed after it was read") if count == 1 else words)
    if receipt and receipt.expected_minor != payout.figures.net.minor:
        reasons.append(gettext("the net has changed since the bank's amount was entered"))
    return ", ".join(reasons) or None


def _moments(naming: Naming) -> Callable[[Payout], Markup]:
    """How a payout's moment reads: to the minute, or its day where days are grouped."""
    time = times_html()
    if naming.by is PayoutsBy.MOMENT:
        return lambda payout: time(payout.paid)
    return lambda payout: Markup('<time datetime="{}"><bdi>{}</bdi></time>').format(
        payout.name, long_day(payout.paid.astimezone(naming.zone).date())
    )


def chips(filters: PayoutFilters, base: str) -> list[Chip]:
    """What is on, beyond the period that is always there."""
    on = Chips(filters, base)
    is_chosen = any(name == "paid" for name, _ in filters.pairs())
    return [
        *(on.days(gettext("Paid out"), "paid", filters.paid.words) if is_chosen else []),
        *on.one(gettext("Currency"), filters.currency, "currency"),
    ]


class Options(NamedTuple):
    """The choices of the form above the list."""

    periods: list[Option]
    currencies: list[Option]


def options(filters: PayoutFilters) -> Options:
    return Options(preset_options(filters.paid), currency_options(filters))


class ComingRow(NamedTuple):
    """What is still to come in one currency."""

    currency: str
    net: Markup
    number: int
    href: str


def coming_rows(sums: Sequence[Figures], transactions: str) -> list[ComingRow]:
    """By currency, with a way to the rows; `transactions` is the address of their list."""
    return _by_currency(sums, transactions, {"paid": NOT_YET})


def dated_later_rows(sums: Sequence[Figures], transactions: str, today: date) -> list[ComingRow]:
    """The same of what is dated in the future; its list begins with today, because a range holds whole days."""
    return _by_currency(sums, transactions, {"paid": "range", "paid_from": today.isoformat()})


def _by_currency(sums: Sequence[Figures], transactions: str, asked: dict[str, str]) -> list[ComingRow]:
    return [
        ComingRow(
            one.currency,
            figure_html(one.net),
            one.count,
            f"{transactions}?{urlencode({'currency': one.currency, **asked})}",
        )
        for one in sums
    ]


def period_words(filters: PayoutFilters) -> dict[str, str]:
    """The period as the audit log keeps it: first and last day."""
    first, last = filters.paid.first, filters.paid.last
    return {"since": first.isoformat() if first else "", "until": last.isoformat() if last else ""}
