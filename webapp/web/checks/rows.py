"""The rows of each work list, each part ready for its cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from sqlalchemy import select

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.core.provider_id import visible
from webapp.fees import is_off
from webapp.lists.filters.controls import row_address
from webapp.models.bank_receipt import BankReceipt
from webapp.models.base import now
from webapp.models.check import MissingKind, MissingTransaction
from webapp.models.ledger import LedgerChange, LedgerRow
from webapp.models.user import User
from webapp.money import Money
from webapp.presentation.change_words import after_html, before_html, kind_words
from webapp.presentation.formatting import age, amount_html, money, rate, short_day, times_html, when
from webapp.presentation.transaction_words import type_label
from webapp.settlement.ledger.payout_id import Naming, PayoutsBy, naming_of
from webapp.settlement.ledger.rates import Rate, rate_before
from webapp.settlement.reconciliation.work_lists import WorkList


class Note(NamedTuple):
    """Why the row stands here; tones as `badge` takes them."""

    words: str
    tone: str
    icon: str


class Extra(NamedTuple):
    """A further cell: words, perhaps a link. `css` is its place on a card."""

    words: str
    href: str | None = None
    css: str = "wide"
    is_id: bool = False


class ExceptionRow(NamedTuple):
    """One thing to look at, leading to where it can be."""

    href: str
    name: str
    notes: list[Note]
    amount: Markup
    moment: Markup
    extras: list[Extra]


HEADINGS: dict[WorkList, tuple[Any, ...]] = {
    WorkList.CHANGED: (_("Transaction"), _("What happened"), _("Before and now"), _("Found"), _("Order")),
    WorkList.FEES: (_("Transaction"), _("Why"), _("Amount"), _("Created"), _("Order")),
    WorkList.CAPTURED: (_("Order"), _("Waiting for"), _("Total"), _("Captured"), _("Missed since")),
    WorkList.REFUNDED: (_("Order"), _("Waiting for"), _("Amount"), _("Refunded"), _("Refund")),
    WorkList.UNPAID: (_("Transaction"), _("Waiting for"), _("To be paid out"), _("Created"), _("Order")),
    WorkList.BANK: (_("Payout"), _("Difference"), _("Received"), _("Entered"), _("Owner")),
}
"""Of name, notes, amount, moment and the one extra."""


class _Places:
    """Addresses on the account, without the price of building each."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._orders = url_for("orders.list_orders", account=account)
        self._transactions = url_for("settlements.list_transactions", account=account)

    def order(self, order_id: str) -> str:
        return row_address(self._orders, order_id)

    def transaction(self, transaction_id: str) -> str:
        return row_address(self._transactions, transaction_id)


def rows(work_list: WorkList, account: Account, found: Sequence[Any]) -> list[ExceptionRow]:
    """A page of the list in words; `found` are what `work_lists.rows_of` gave."""
    places = _Places(account)
    if work_list is WorkList.CHANGED:
        return [_changed_row(one, places) for one in found]
    if work_list is WorkList.FEES:
        return [_fee_row(one, places) for one in found]
    if work_list is WorkList.UNPAID:
        return [_unpaid_row(one, places) for one in found]
    if work_list is WorkList.BANK:
        return _bank_rows(found, places)
    return [_missing_row(one, places) for one in found]


def _fee_row(row: LedgerRow, places: _Places) -> ExceptionRow:
    return ExceptionRow(
        places.transaction(row.transaction_id),
        row.transaction_id,
        list(_why(places.account, row)),
        amount_html(row.amount),
        times_html()(row.created),
        [_of_order(row.order_id, places)],
    )


def _why(account: Account, row: LedgerRow) -> Iterable[Note]:
    if row.is_fee_unread:
        yield Note(gettext("Fee not readable"), "bad", "alert-triangle")
    elif row.off_by is not None and is_off(row.off_by):
        off = _too_words(Money(row.off_by, row.currency))
        yield Note(gettext("Payout is %(off)s", off=off), "bad", "alert-triangle")
    if row.new_rate:
        yield Note(_new_rate_words(row, rate_before(account, row)), "wait", "refresh")


def _new_rate_words(row: LedgerRow, before: Rate | None) -> str:
    now_told = rate_words(row.currency, row.fee_minor, row.fee_rate, row.fee_tax_rate)
    if before is None:
        return gettext("New rate: %(rate)s", rate=now_told)
    fixed = before.fixed.minor if before.fixed else None
    was = rate_words(row.currency, fixed, before.rate, before.tax_rate)
    return gettext("New rate: %(rate)s; was %(before)s", rate=now_told, before=was)


def rate_words(currency: str, fee_minor: int | None, fee_rate: int | None, tax_rate: int | None) -> str:
    """ "4.5 % + AED 1.00, tax 5 %"."""
    fixed = money(Money(fee_minor or 0, currency))
    return gettext("%(rate)s + %(fixed)s, tax %(tax)s", rate=rate(fee_rate or 0), fixed=fixed, tax=rate(tax_rate or 0))


def _changed_row(change: LedgerChange, places: _Places) -> ExceptionRow:
    return ExceptionRow(
        places.transaction(change.transaction_id),
        change.transaction_id,
        [Note(*kind_words(change))],
        Markup("{} \u2192 {}").format(before_html(change), after_html(change)),
        times_html()(change.found),
        [_of_order(change.order_id, places)],
    )


def _unpaid_row(row: LedgerRow, places: _Places) -> ExceptionRow:
    return ExceptionRow(
        places.transaction(row.transaction_id),
        row.transaction_id,
        [_waiting(row.created), Note(type_label(row.type), "other", "")],
        amount_html(row.total),
        times_html()(row.created),
        [_of_order(row.order_id, places)],
    )


def _missing_row(row: MissingTransaction, places: _Places) -> ExceptionRow:
    extra = Extra(when(row.found))
    if row.kind == MissingKind.REFUNDED:
        href = url_for("refunds.show_refund", account=places.account, refund_id=row.reference)
        extra = Extra(row.reference, href, "wide", is_id=True)
    return ExceptionRow(
        places.order(row.order_id),
        visible(row.order_id),
        [_waiting(row.since)],
        amount_html(row.amount),
        times_html()(row.since),
        [extra],
    )


def _bank_rows(found: Sequence[BankReceipt], places: _Places) -> list[ExceptionRow]:
    owners = {one.owner_id for one in found if one.owner_id is not None}
    people = db.session.execute(select(User.id, User.name).where(User.id.in_(owners)))
    names = {person: name for person, name in people}  # noqa: C416 - rows are not pairs to the type checker
    naming = naming_of(places.account)
    release()
    return [
        ExceptionRow(
            url_for("payouts.show_payout", account=places.account, currency=one.currency, payout=one.payout),
            _payout_words(one.payout, naming.of(one.payout)),
            [Note(_bank_words(one.difference), "bad", "alert-triangle")],
            amount_html(one.received),
            times_html()(one.entered),
            [Extra(names.get(one.owner_id or 0, gettext("Nobody yet")), css="at-more")],
        )
        for one in found
    ]


def _payout_words(name: str, naming: Naming) -> str:
    """When it was paid out, as people read it; a name of payouts that were grouped otherwise then, as it is."""
    span = naming.range(name)
    if span is None:
        return name
    return when(span[0]) if naming.by is PayoutsBy.MOMENT else short_day(span[0].astimezone(naming.zone).date())


def _too_words(difference: Money) -> str:
    """ "AED 5.25 too little"."""
    if difference.minor < 0:
        return gettext("%(amount)s too little", amount=money(-difference))
    return gettext("%(amount)s too much", amount=money(difference))


def _bank_words(difference: Money) -> str:
    """ "The bank received AED 5.25 less"."""
    if difference.minor < 0:
        return gettext("The bank received %(amount)s less", amount=money(-difference))
    return gettext("The bank received %(amount)s more", amount=money(difference))


def _waiting(since: datetime) -> Note:
    return Note(age(now() - since), "wait", "clock")


def _of_order(order_id: str | None, places: _Places) -> Extra:
    if order_id is None:
        return Extra(gettext("No order"))
    return Extra(visible(order_id), places.order(order_id), "at-more", is_id=True)
