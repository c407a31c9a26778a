"""What makes the books of the demo worth looking at: bank amounts, and one example of most things finance reviews.

Only where the provider is emulated, once, as soon as the ledger is read for the first time. The provider's part goes
to the emulator's control prefix: a payout's row that is told otherwise afterwards, one that nobody pays out, one that
disappears. The bank's part is typed by the demo's finance person, and on record as the worker's doing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from webapp.access.permissions import Role
from webapp.access.roles import role_on
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.bank_receipt import BankReceipt
from webapp.models.base import now
from webapp.models.ledger import LedgerRow
from webapp.models.user import User
from webapp.money import Money, is_known_currency
from webapp.providers.postpay.models import TransactionType
from webapp.settlement.ledger.bank_receipts import SeenReceipt, StaleReceipt, enter_amount
from webapp.settlement.ledger.payout_id import naming_of
from webapp.settlement.ledger.payouts import Payout, payouts
from webapp.settlement.ledger.periods import RECENT, covers, month_of
from webapp.settlement.ledger.sync import latest_job, start_reading
from webapp.settlement.reconciliation.start import start_check

from .emulator_control import ask_emulator

A_MONTH = timedelta(days=30)
LONG_UNPAID = timedelta(days=40)
_TOO_LITTLE = 525
"""Minor units that the bank of the demo has kept of one payout."""


def fill_demo_books(account: Account) -> bool:
    """Does it unless it was done, or the ledger is not read yet; whether it did."""
    moment = now()
    since = moment - RECENT
    job = latest_job(account)
    if (job and job.is_open) or _has_receipts(account) or not covers(account, since, moment):
        return False
    person = _finance_person(account)
    known = [one for one in payouts(account, naming_of(account), since, moment) if is_known_currency(one.currency)]
    if person is None or len(known) < 4:
        return False
    equal, explained, short = known[1:4]
    try:
        _receive(account, equal, equal.figures.net, person)
    except StaleReceipt:  # another worker has begun at the same moment, and does the rest
        return False
    _receive(account, explained, explained.figures.net - explained.figures.of_type(TransactionType.REFUND), person)
    _receive(account, short, Money(short.figures.net.minor - _TOO_LITTLE, short.currency), person)
    _change_the_past(account)
    start_reading(account, [month_of(since), month_of(moment)], None, since=now())
    start_check(account, None)
    return True


def _has_receipts(account: Account) -> bool:
    found = db.session.scalar(select(BankReceipt.id).where(BankReceipt.account == account.slug).limit(1))
    release()
    return found is not None


def _finance_person(account: Account) -> int | None:
    """Of the demo: nothing is ever typed in the name of anybody real."""
    of_demo = (User.is_demo.is_(True), role_on(account.slug) == Role.FINANCE, User.active.is_(True))
    found = db.session.scalar(select(User.id).where(*of_demo).limit(1))
    release()
    return found


def _receive(account: Account, payout: Payout, received: Money, person_id: int) -> None:
    enter_amount(SeenReceipt(account, payout, 0), received, person_id)


def _change_the_past(account: Account) -> None:
    """Three rows of the provider: one is told otherwise, one is never paid out, the sale of an old order is gone."""
    row, is_ours = LedgerRow, LedgerRow.account == account.slug
    is_paid_sale = (is_ours, row.paid.is_not(None), row.type == TransactionType.ORDER)
    newest = select(row).where(*is_paid_sale).order_by(row.paid.desc(), row.transaction_id).limit(1)
    within_checks = select(row).where(*is_paid_sale, row.created > now() - A_MONTH).order_by(row.created).limit(1)
    told_otherwise, gone = db.session.scalar(newest), db.session.scalar(within_checks)
    unpaid = db.session.scalar(select(row).where(is_ours, row.paid.is_(None)).order_by(row.created).limit(1))
    release()
    if told_otherwise:
        _change(account, told_otherwise, total_amount=told_otherwise.total_minor - 500)
    if unpaid:
        _change(account, unpaid, created=(now() - LONG_UNPAID).isoformat())
    if gone:
        ask_emulator(account, "DELETE", f"/transactions/{gone.transaction_id}")


def _change(account: Account, row: LedgerRow, **fields: Any) -> None:
    ask_emulator(account, "PUT", f"/transactions/{row.transaction_id}", fields)
