"""One payout as values: the bridge as a table and a picture, its rows, what is to be looked at, and the bank."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask import current_app, url_for
from flask_babel import gettext
from markupsafe import Markup

from webapp.audit import Action
from webapp.audit.recording import facts_of
from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.lists.filters.controls import row_address
from webapp.models.bank_receipt import BankReceipt, ReceiptState
from webapp.models.ledger import LedgerRow
from webapp.models.user import User
from webapp.money import Money
from webapp.presentation.audit.entries import DescribedEntry, entries_for_object
from webapp.presentation.charts import Drawing, Step, waterfall
from webapp.presentation.formatting import money, times_html
from webapp.presentation.pager import Pager, numbered_pager
from webapp.presentation.transaction_words import LINE_WORDS, difference_words, line_label, type_html
from webapp.settlement.ledger.payout_id import Naming
from webapp.settlement.ledger.payouts import Payout, rows_of_payout
from webapp.settlement.ledger.totals import DIFFERENCE, FEES, NET, TAX, TYPES, BridgePart, Figures, explanations

from .listing import figure_html

ROWS_A_PAGE = 50
MOST_FLAGGED = 50


class BridgeLine(NamedTuple):
    """A line of the table; `rows` in words, empty where the line has no rows of its own."""

    label: str
    amount: Markup
    rows: str
    is_net: bool
    hint: str | None


class TransactionRow(NamedTuple):
    """One transaction of the payout, each part ready for its cell."""

    href: str | None
    transaction_id: str
    type: Markup
    order_id: str | None
    order_href: str | None
    amount: Markup
    fees: Markup
    tax: Markup
    net: Markup
    created: Markup
    flags: list[str]


class TotalRow(NamedTuple):
    """What all rows of the payout come to."""

    gross: Markup
    fees: Markup
    tax: Markup
    net: Markup


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whole lines that make up a difference: their codes, and what it says in words."""

    lines: str
    words: str


def bridge(figures: Figures) -> list[BridgeLine]:
    """The table from gross to net. Documented types without a row are left out, but for sales."""
    return [
        BridgeLine(line_label(line.code), figure_html(line.amount), _count(line), line.code == NET, _hint(line))
        for line in figures.bridge()
        if line.code not in TYPES[1:] or line.count
    ]


def _count(line: BridgePart) -> str:
    return "" if line.count is None else f"{line.count:,}"


def _hint(line: BridgePart) -> str | None:
    if line.code != DIFFERENCE:
        return None
    return gettext("Postpay's own totals, less what the rates of each row come to.")


def picture(figures: Figures) -> tuple[Drawing, Drawing]:
    """The same as a waterfall; lines of nothing are left out."""
    *parts, net = figures.bridge()
    steps = [Step(line_label(line.code), line.amount) for line in parts if not line.amount.is_zero]
    return waterfall([*steps, Step(line_label(net.code), net.amount, is_sum=True)])


def picture_words(figures: Figures) -> str:
    """What the picture shows, in a sentence."""
    *parts, net = figures.bridge()
    told = [f"{line_label(line.code)} {money(line.amount)}" for line in parts if not line.amount.is_zero]
    return gettext("%(parts)s; together %(net)s.", parts=", ".join(told), net=money(net.amount))


def rows(account: Account, found: Iterable[LedgerRow]) -> list[TransactionRow]:
    """Rows of the ledger, with ways to the transaction and to its order."""
    time = times_html()
    orders = url_for("orders.list_orders", account=account)
    has_page = "settlements.show_transaction" in current_app.view_functions
    return [
        TransactionRow(
            url_for("settlements.show_transaction", account=account, transaction_id=row.transaction_id)
            if has_page
            else None,
            row.transaction_id,
            type_html(row.type),
            row.order_id,
            row_address(orders, row.order_id) if row.order_id else None,
            figure_html(row.amount),
            figure_html(Money(-row.fees_minor, row.currency)),
            figure_html(Money(-row.tax_minor, row.currency)),
            figure_html(row.total),
            time(row.created),
            flags(row),
        )
        for row in found
    ]


def total_row(figures: Figures) -> TotalRow:
    """The foot of the table of rows."""
    amounts = (figures.gross, -figures.fees, -figures.tax, figures.net)
    return TotalRow(*(figure_html(amount) for amount in amounts))


def flags(row: LedgerRow) -> list[str]:
    """Why a row is to be looked at."""
    found = []
    if words := difference_words(row.off_by, row.currency):
        found.append(words)
    if row.new_rate:
        found.append(gettext("New rate"))
    if row.differs:
        found.append(gettext("Postpay now tells it otherwise"))
    return found


def page_of_rows(
    account: Account, naming: Naming, payout: Payout, page: int, base: str
) -> tuple[list[TransactionRow], Pager]:
    """Fifty rows by their creation, and the pages there are; a page past the end is the last one."""
    page = min(page, -(-payout.figures.count // ROWS_A_PAGE))
    found = rows_of_payout(
        account, naming, payout.currency, payout.name, limit=ROWS_A_PAGE, offset=(page - 1) * ROWS_A_PAGE
    )
    pages = numbered_pager(
        page, ROWS_A_PAGE, payout.figures.count, lambda to: f"{base}?page={to}#rows" if to > 1 else f"{base}#rows"
    )
    return rows(account, found), pages


def flagged_rows(account: Account, naming: Naming, payout: Payout) -> list[TransactionRow]:
    """The first rows to look at."""
    if not payout.figures.flagged:
        return []
    found = rows_of_payout(account, naming, payout.currency, payout.name, flagged=True, limit=MOST_FLAGGED)
    return rows(account, found)


def offers(figures: Figures, receipt: BankReceipt | None) -> list[Explanation]:
    """Explanations of an open difference that finance may accept."""
    if receipt is None or receipt.state not in (ReceiptState.OPEN, ReceiptState.CLOSED):
        return []
    if receipt.expected_minor != figures.net.minor:
        return []
    return [Explanation(",".join(lines), explanation_words(lines)) for lines in explanations(figures, receipt.received)]


def explanation_words(lines: Sequence[str]) -> str:
    """ "without refunds", "before fees and tax on fees": what the bank's amount is, in words."""
    names = [line_label(code).lower() if code in LINE_WORDS else code for code in lines]
    listed = gettext("%(some)s and %(last)s", some=", ".join(names[:-1]), last=names[-1]) if names[1:] else names[0]
    if set(lines) <= {FEES, TAX}:
        return gettext("The bank's amount is the payout before %(lines)s.", lines=listed)
    return gettext("The bank's amount is the payout without %(lines)s.", lines=listed)


def name_of(person_id: int | None) -> str | None:
    """A person's name, also of one who has left."""
    person = db.session.get(User, person_id) if person_id is not None else None
    return person.name if person else None


class Deed(NamedTuple):
    """What somebody did about the payout at the bank; `text` is the amount or the reason it ended with."""

    label: str
    text: str
    reason: str | None
    actor: str
    moment: datetime


def history(account: Account, payout: Payout) -> list[Deed]:
    """From the audit log, the newest first."""
    told = entries_for_object(account.slug, "payout", f"{payout.currency} {payout.name}")
    return [Deed(one.label, _deed_words(one), one.entry.reason, one.actor, one.moment) for one in told]


def _deed_words(one: DescribedEntry) -> str:
    facts = facts_of(one.entry.after)
    if one.entry.event == Action.BANK_AMOUNT_ENTERED:
        return money(Money(facts["received_minor"], facts["currency"]))
    if one.entry.event == Action.DIFFERENCE_EXPLAINED:
        return ", ".join(line_label(code) for code in str(facts["explained_by"]).split(","))
    return name_of(facts.get("owner_id")) or ""
