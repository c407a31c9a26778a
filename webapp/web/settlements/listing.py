"""The list of transactions as values: rows ready to show, chips, pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import select

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.core.provider_id import visible
from webapp.fees import off_by
from webapp.lists.filters.controls import (
    Chip,
    Chips,
    Option,
    common_choices,
    pager,
    preset_options,
    row_address,
)
from webapp.lists.filters.transactions import NOT_YET, PAID_OUT, TYPES, TransactionFilters
from webapp.models.ledger import LedgerRow
from webapp.presentation.formatting import NOTHING, amount_html, times_html
from webapp.presentation.pager import Pager
from webapp.presentation.transaction_words import difference_words, type_html, type_label
from webapp.presentation.unreadable_words import not_readable, not_readable_html
from webapp.providers.postpay.models import FEE_FIELDS, Page, Transaction
from webapp.settlement.ledger.payout_field import TransactionsPage
from webapp.web.list_notes import missing_ids, mixed_currencies


class SettlementRow(NamedTuple):
    """One transaction of the list, each part ready for its cell. `fee` is what the provider keeps, tax included.

    `difference`: what is wrong with the fee; `no_order` stands where no order is named.
    """

    href: str
    transaction_id: str
    type: Markup
    difference: str | None
    is_new_rate: bool
    order_id: str | None
    order_href: str | None
    no_order: Markup
    created: Markup
    amount: Markup
    fee: Markup
    net: Markup
    paid: Markup | None


@dataclass(frozen=True, slots=True)
class SettlementListing:
    """A page of the list. While it is not trusted, no total is shown."""

    rows: list[SettlementRow]
    pager: Pager
    is_trusted: bool


def rows(base: str, orders_base: str, transactions: Iterable[Transaction], new_rates: set[str]) -> list[SettlementRow]:
    time, kind = times_html(), cache(type_html)
    return [
        SettlementRow(
            row_address(base, each.id),
            each.id,
            kind(each.type),
            fee_problem(each),
            each.id in new_rates,
            visible(each.order.order_id) if each.order else None,
            row_address(orders_base, each.order.order_id) if each.order else None,
            not_readable_html("order") if "order" in each.unreadable else NOTHING,
            time(each.created),
            amount_html(each.money),
            amount_html(kept if (kept := each.money - each.total).minor else None),
            amount_html(each.total),
            time(each.paid) if each.paid else None,
        )
        for each in transactions
    ]


def fee_problem(told: Transaction) -> str | None:
    """That the fee is not what its own rates give, or that it cannot be read and so not be checked."""
    if told.is_fee_unreadable:
        return not_readable(", ".join(sorted(told.unreadable & FEE_FIELDS)))
    off = off_by(told.amount, told.fee_amount, told.fee_rate, told.fee_tax_rate, told.total_amount)
    return difference_words(off, told.currency)


def new_rates(account: Account, ids: Iterable[str]) -> set[str]:
    """Which of these rows the ledger knows as the first with other fees than before: one SELECT."""
    flagged = select(LedgerRow.transaction_id).where(
        LedgerRow.account == account.slug, LedgerRow.transaction_id.in_(list(ids)), LedgerRow.new_rate.is_(True)
    )
    found = set(db.session.scalars(flagged))
    release()
    return found


def listing(account: Account, reading: TransactionsPage, filters: TransactionFilters, base: str) -> SettlementListing:
    page, orders_base = reading.page, url_for("orders.list_orders", account=account)
    return SettlementListing(
        rows(base, orders_base, page.results, new_rates(account, (each.id for each in page.results))),
        pager(filters, base, page.count, is_counted=reading.is_trusted),
        reading.is_trusted,
    )


def notes(page: Page[Transaction], filters: TransactionFilters) -> list[str]:
    """What has to be said above the rows."""
    by_amount = filters.ordering.endswith("amount")
    return [
        *missing_ids(filters.transaction_ids, page, [each.id for each in page.results]),
        *mixed_currencies(by_amount, [each.currency for each in page.results]),
    ]


def chips(filters: TransactionFilters, base: str) -> list[Chip]:
    """What is on, in the order of the form; each id and each type is one of its own."""
    on = Chips(filters, base)
    paid = filters.paid.words if filters.is_paid is None else paid_words(filters.is_paid)
    return [
        *on.one(gettext("Transaction ID"), visible(filters.search), "q"),
        *on.ids(gettext("Transaction ID"), "transaction_id", filters.transaction_ids),
        *on.each(gettext("Type"), "type", filters.types, type_label),
        *on.one(gettext("Currency"), filters.currency, "currency", "amount_from", "amount_to"),
        *on.amount(gettext("Amount from"), "amount_from", filters.amount_from),
        *on.amount(gettext("Amount to"), "amount_to", filters.amount_to),
        *on.days(gettext("Created"), "created", filters.created.words),
        *on.days(gettext("Payout"), "paid", paid),
        *on.parts(filters.week_day, filters.hour),
    ]


def choices(filters: TransactionFilters) -> dict[str, list[Option]]:
    paid = [
        ("", gettext("Any"), False),
        (NOT_YET, paid_words(False), filters.is_paid is False),
        (PAID_OUT, paid_words(True), filters.is_paid is True),
        *preset_options(filters.paid),
    ]
    types = [(kind, type_label(kind), kind in filters.types) for kind in TYPES]
    return {**common_choices(filters), "type": types, "paid": paid}


def paid_words(is_paid: bool) -> str:
    return gettext("Paid out") if is_paid else gettext("Not yet paid out")
