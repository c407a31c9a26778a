"""The transactions of one payout, ready for its table; and those that finance is to look at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from flask import current_app, url_for
from flask_babel import gettext
from markupsafe import Markup

from webapp.core.accounts import Account
from webapp.core.provider_id import visible
from webapp.lists.filters.controls import row_address
from webapp.models.ledger import LedgerRow
from webapp.money import Money
from webapp.presentation.formatting import times_html
from webapp.presentation.pager import Pager, numbered_pager
from webapp.presentation.transaction_words import fee_problem_words, type_html
from webapp.settlement.ledger.payout_id import Naming
from webapp.settlement.ledger.payouts import Payout, rows_of_payout
from webapp.settlement.ledger.totals import Figures

from .listing import figure_html

ROWS_A_PAGE = 50


MOST_FLAGGED = 50


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
            visible(row.order_id) if row.order_id else None,
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
    if words := fee_problem_words(row):
        found.append(words)
    if row.new_rate:
        found.append(gettext("New rate"))
    return found


def page_of_rows(
    account: Account, naming: Naming, payout: Payout, page: int, base: str
) -> tuple[list[TransactionRow], Pager]:
    """Fifty rows by their creation, and the pages there are; a page past the end is the last one."""
    page = max(1, min(page, -(-payout.figures.count // ROWS_A_PAGE)))
    found = rows_of_payout(
        account, naming, payout.currency, payout.name, limit=ROWS_A_PAGE, offset=(page - 1) * ROWS_A_PAGE
    )
    pages = numbered_pager(
        page, ROWS_A_PAGE, payout.figures.count, lambda to: f"{base}?page={to}#rows" if to > 1 else f"{base}#rows"
    )
    return rows(account, found), pages


def flagged_rows(account: Account, naming: Naming, payout: Payout) -> list[TransactionRow]:
    """The first rows to look at."""
    if not payout.flagged:
        return []
    found = rows_of_payout(account, naming, payout.currency, payout.name, flagged=True, limit=MOST_FLAGGED)
    return rows(account, found)
