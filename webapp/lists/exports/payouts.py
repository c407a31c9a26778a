"""Payouts of a period, or the rows of one payout, as a file: from the ledger, as far as it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.core.accounts import Account
from webapp.core.staging import Plain, StagedRow
from webapp.jobs import Failed, JobContext
from webapp.lists.filters.payouts import PayoutFilters
from webapp.models.bank_receipt import BankReceipt
from webapp.models.ledger import LedgerRow
from webapp.presentation.transaction_words import COLUMN_WORDS
from webapp.providers.http.patience import Wait
from webapp.settlement.ledger.bank_receipts import receipts_around, receipts_of
from webapp.settlement.ledger.payout_id import naming_of
from webapp.settlement.ledger.payouts import Payout, payout, payouts, rows_of_payout
from webapp.settlement.ledger.periods import FRESH_FOR, months_to_read, proved
from webapp.settlement.ledger.refund_sign import is_undecided
from webapp.settlement.ledger.sync import Wanted, read_periods
from webapp.settlement.ledger.totals import NET, PARTS

from .cells import Columns, micros
from .list_state import Screen, Viewer, Word, screen
from .source import Asked, Rows

BLOCK = 500


@screen("payouts")
def exported(args: MultiDict[str, str], account: Account, at: datetime, _viewer: Viewer) -> Screen:
    """What the list shows: there is always a period, so it is always told."""
    filters = PayoutFilters(args, account.zone, at.astimezone(account.zone).date())
    first, last = filters.paid.first, filters.paid.last
    days = (first, last) if first and last else None
    words = [Word(gettext("Paid out"), f"{first} \u2013 {last}")] if days else []
    words += [Word(gettext("Currency"), filters.currency)] if filters.currency else []
    return Screen(filters, tuple(filters.pairs()), tuple(words), dict(filters.errors), days)


def _parts(asked: Asked) -> tuple[str, str]:
    """Currency and name of one payout."""
    currency, _, name = str(asked.object_id).partition(" ")
    return currency, name


def _period(asked: Asked) -> tuple[datetime, datetime]:
    if asked.object_id is None:
        period: tuple[datetime, datetime] = asked.query.period
        return period
    name = _parts(asked)[1]
    found = naming_of(asked.account).of(name).range(name)
    if found is None:
        raise Failed("not_found")
    return found


def prepare(asked: Asked, job: JobContext) -> datetime:
    """Reads the months of the period whole first; returns as of when the oldest of them is.

    Counting an old month would not do: its figures would be of an earlier moment than the file says.
    Raises Failed where one of them cannot be proved now.
    """
    months = months_to_read(*_period(asked))
    read_periods(job, lambda _: Wanted(months, asked.bound - FRESH_FOR, whole=True))
    periods = proved(asked.account, months)
    if set(periods) != set(months):
        raise Failed("not_read")
    found = payouts(asked.account, naming_of(asked.account), *_period(asked))
    if is_undecided(asked.account, [one.figures for one in found]):
        raise Failed("sign_undecided")
    return min(one.read for one in periods.values() if one.read)


class PayoutAtBank(NamedTuple):
    """A payout and its amount at the bank; `is_apart` where amounts were entered for its rows by other groups."""

    payout: Payout
    receipt: BankReceipt | None
    is_apart: bool


class PayoutsOfPeriod:
    """Each payout with what is known of it at the bank."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._naming = naming_of(asked.account)
        self.counted: int | None = None

    def __iter__(self) -> Iterator[Sequence[PayoutAtBank]]:
        found = self._found()
        self.counted = len(found)
        for start in range(0, len(found), BLOCK):
            block = found[start : start + BLOCK]
            receipts = receipts_of(self._asked.account, [one.name for one in block])
            around = receipts_around(self._asked.account, block)
            keys = [(one.currency, one.name) for one in block]
            yield [
                PayoutAtBank(one, receipts.get(key), key in around) for one, key in zip(block, keys, strict=True)
            ]

    def _found(self) -> list[Payout]:
        currency = self._asked.query.currency or None
        return payouts(self._asked.account, self._naming, *_period(self._asked), currency)

    def recount(self) -> int:
        return len(self._found())


class RowsOfPayout:
    """The rows of one payout, all of one reading of the ledger: they are counted as none when it was read meanwhile."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._naming = naming_of(asked.account)
        self._read: tuple[datetime, datetime] | None = None
        self.counted: int | None = None

    def __iter__(self) -> Iterator[Sequence[LedgerRow]]:
        found = self._found()
        self.counted, self._read = found.figures.count, found.read
        start = 0
        while block := rows_of_payout(
            self._asked.account, self._naming, *_parts(self._asked), limit=BLOCK, offset=start
        ):
            yield block
            start += len(block)

    def recount(self) -> int:
        found = self._found()
        return found.figures.count if found.read == self._read else 0

    def _found(self) -> Payout:
        found = payout(self._asked.account, self._naming, *_parts(self._asked))
        if found is None:
            raise Failed("not_found")
        return found


def rows(asked: Asked, _wait: Wait) -> Rows:
    return PayoutsOfPeriod(asked) if asked.object_id is None else RowsOfPayout(asked)


def lay_out(columns: Columns, asked: Asked) -> None:
    if asked.object_id is None:
        _lay_out_payouts(columns)
    else:
        _lay_out_rows(columns)


def takes(asked: Asked) -> Callable[[Any], StagedRow]:
    return _take_payout if asked.object_id is None else _take_row


def _lay_out_payouts(columns: Columns) -> None:
    columns.text(gettext("Payout"))
    columns.moment(gettext("Paid out"))
    currency = columns.text(gettext("Currency"))
    for name in (*PARTS, NET):
        columns.amount(str(COLUMN_WORDS[name]), currency)
    columns.number(gettext("Rows"))
    columns.amount(gettext("Received by the bank"), currency)
    columns.text(gettext("At the bank"))


def _take_payout(row: PayoutAtBank) -> StagedRow:
    """Newest first, as on the screen; fees and tax with the minus they have there."""
    found, receipt, is_apart = row
    figures, paid = found.figures, micros(found.paid) or 0
    amounts = [amount.minor for amount in (*figures.parts.values(), figures.net)]
    bank: list[Plain] = [receipt.received_minor, receipt.state] if receipt else [None, "apart" if is_apart else None]
    values: list[Plain] = [found.name, paid, found.currency, *amounts, figures.count, *bank]
    return StagedRow(f"{found.currency} {found.name}", -paid, -_alphabetical(found.currency), values)


def _alphabetical(currency: str) -> int:
    """Payouts of one moment stand by currency, from the end of the alphabet as on the screen."""
    return int.from_bytes(currency.encode()[:7].ljust(7, b"\0"), "big")


def _lay_out_rows(columns: Columns) -> None:
    columns.text(gettext("Transaction ID"))
    columns.text(gettext("Type"))
    columns.text(gettext("Order ID"))
    currency = columns.text(gettext("Currency"))
    columns.amount(gettext("Amount"), currency)
    columns.amount(gettext("Fees"), currency)
    columns.amount(gettext("Tax on fees"), currency)
    columns.amount(gettext("Net"), currency)
    columns.amount(gettext("Net less what the rates give"), currency)
    columns.moment(gettext("Created"))
    columns.moment(gettext("Paid out"))


def _take_row(row: LedgerRow) -> StagedRow:
    """By age, as on the payout's page."""
    created = micros(row.created) or 0
    values: list[Plain] = [
        row.transaction_id,
        row.type,
        row.order_id,
        row.currency,
        row.amount_minor,
        -row.fees_minor,
        -row.tax_minor,
        row.total_minor,
        row.off_by,
        created,
        micros(row.paid),
    ]
    return StagedRow(row.transaction_id, created, 0, values)
