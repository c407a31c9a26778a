"""The list of transactions as values: rows ready to show, chips, pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple
from urllib.parse import quote

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import select

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.fees import off_by
from webapp.lists.filters.controls import Chip, pager, part_chips
from webapp.lists.filters.transactions import TransactionFilters
from webapp.models.ledger import LedgerRow
from webapp.presentation.formatting import amount_html, money, times_html
from webapp.presentation.pager import Pager
from webapp.presentation.transaction_words import difference_words, type_html, type_label
from webapp.providers.postpay.models import Transaction
from webapp.settlement.ledger.payout_filter import Reading

from .filter_bar import paid_words


class Row(NamedTuple):
    """One transaction of the list, each part ready for its cell. `fee` is what the provider keeps, tax included."""

    href: str
    transaction_id: str
    type: Markup
    difference: str | None
    is_new_rate: bool
    order_id: str | None
    order_href: str | None
    created: Markup
    amount: Markup
    fee: Markup
    net: Markup
    paid: Markup | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list. While it is not trusted, no total is shown."""

    rows: list[Row]
    pager: Pager
    is_trusted: bool


def transaction_address(base: str, transaction_id: str) -> str:
    """As `url_for("settlements.show_transaction", …)` builds it, without its price per row."""
    return f"{base}/{quote(transaction_id, safe='')}"


def rows(base: str, orders_base: str, transactions: Iterable[Transaction], new_rates: set[str]) -> list[Row]:
    time, kind = times_html(), cache(type_html)
    return [
        Row(
            transaction_address(base, each.id),
            each.id,
            kind(each.type),
            difference_words(
                off_by(each.amount, each.fee_amount, each.fee_rate, each.fee_tax_rate, each.total_amount),
                each.currency,
            ),
            each.id in new_rates,
            each.order.order_id if each.order else None,
            f"{orders_base}/{quote(each.order.order_id, safe='')}" if each.order else None,
            time(each.created),
            amount_html(each.money),
            amount_html(kept if (kept := each.money - each.total).minor else None),
            amount_html(each.total),
            time(each.paid) if each.paid else None,
        )
        for each in transactions
    ]


def new_rates(account: Account, ids: Iterable[str]) -> set[str]:
    """Which of these rows the ledger knows as the first with other fees than before: one SELECT."""
    flagged = select(LedgerRow.transaction_id).where(
        LedgerRow.account == account.slug, LedgerRow.transaction_id.in_(list(ids)), LedgerRow.new_rate.is_(True)
    )
    found = set(db.session.scalars(flagged))
    release()
    return found


def listing(account: Account, reading: Reading, filters: TransactionFilters, base: str) -> Listing:
    page, orders_base = reading.page, url_for("orders.list_orders", account=account)
    return Listing(
        rows(base, orders_base, page.results, new_rates(account, (each.id for each in page.results))),
        pager(filters, base, page.count, is_counted=reading.is_trusted),
        reading.is_trusted,
    )


def chips(filters: TransactionFilters, base: str) -> list[Chip]:
    """What is on, in the order of the form; each id and each type is one of its own."""

    def without(*names: str) -> str:
        return filters.address(base, **dict.fromkeys(names))

    found = []
    if filters.search:
        found.append(Chip(gettext("Transaction ID"), filters.search, base))
    for each_id in filters.transaction_ids:
        others = ", ".join(each for each in filters.transaction_ids if each != each_id)
        href = filters.address(base, transaction_id=others or None)
        found.append(Chip(gettext("Transaction ID"), each_id, href))
    for kind in filters.types:
        href = filters.address_where(base, lambda pair, off=kind: pair != ("type", off))  # type: ignore[misc]
        found.append(Chip(gettext("Type"), type_label(kind), href))
    if filters.currency:
        found.append(Chip(gettext("Currency"), filters.currency, without("currency", "amount_from", "amount_to")))
    if filters.amount_from:
        found.append(Chip(gettext("Amount from"), money(filters.amount_from), without("amount_from")))
    if filters.amount_to:
        found.append(Chip(gettext("Amount to"), money(filters.amount_to), without("amount_to")))
    if created := filters.created.words:
        found.append(Chip(gettext("Created"), created, without("created", "created_from", "created_to")))
    if paid := filters.paid.words if filters.is_paid is None else paid_words(filters.is_paid):
        found.append(Chip(gettext("Payout"), paid, without("paid", "paid_from", "paid_to")))
    return found + part_chips(filters, without)
