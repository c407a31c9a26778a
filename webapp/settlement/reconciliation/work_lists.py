"""The work lists: which rows stand in each, and how many."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, TextClause, exists, func, select

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.bank_receipt import BankReceipt, ReceiptState
from webapp.models.check import CheckRun, MissingKind, MissingTransaction
from webapp.models.ledger import FLAGGED, LedgerChange, LedgerPeriod, LedgerRow
from webapp.settlement.ledger.periods import COMING

from .ages import Ages


class WorkList(StrEnum):
    """One kind of thing to look at; its value stands in addresses."""

    CHANGED = "changed"
    FEES = "fees"
    CAPTURED = "captured"
    REFUNDED = "refunded"
    UNPAID = "unpaid"
    BANK = "bank"


def belongs(
    work_list: WorkList, account: str, span: Ages
) -> tuple[type[Any], tuple[ColumnElement[bool] | TextClause, ...]]:
    """The table of a list, and what makes a row of it one to look at."""
    if work_list is WorkList.CHANGED:
        return LedgerChange, (LedgerChange.account == account, LedgerChange.seen.is_(None))
    if work_list is WorkList.FEES:
        return LedgerRow, (LedgerRow.account == account, LedgerRow.created >= span.since, FLAGGED)
    if work_list is WorkList.UNPAID:
        return LedgerRow, (LedgerRow.account == account, LedgerRow.paid.is_(None), LedgerRow.created < span.unpaid)
    if work_list is WorkList.BANK:
        return BankReceipt, (BankReceipt.account == account, BankReceipt.state == ReceiptState.OPEN)
    kind = MissingKind(work_list.value)
    return MissingTransaction, (MissingTransaction.account == account, MissingTransaction.kind == kind)


_ORDER: dict[WorkList, tuple[Any, ...]] = {
    WorkList.CHANGED: (LedgerChange.found.desc(), LedgerChange.id.desc()),
    WorkList.FEES: (LedgerRow.created.desc(), LedgerRow.transaction_id),
    WorkList.CAPTURED: (MissingTransaction.since, MissingTransaction.reference),
    WorkList.REFUNDED: (MissingTransaction.since, MissingTransaction.reference),
    WorkList.UNPAID: (LedgerRow.created, LedgerRow.transaction_id),
    WorkList.BANK: (BankReceipt.entered, BankReceipt.id),
}
"""What waits longest comes first; fees are read from the newest on."""


def _count_of(work_list: WorkList, account: str, span: Ages) -> ScalarSelect[int]:
    table, conditions = belongs(work_list, account, span)
    return select(func.count()).select_from(table).where(*conditions).scalar_subquery()


def counts(account: str, span: Ages) -> dict[WorkList, int]:
    """How many rows stand in each list, by one statement."""
    asked = select(*(_count_of(one, account, span) for one in WorkList))
    row = db.session.execute(asked).one()
    release()
    return dict(zip(WorkList, row, strict=True))


def rows_of(work_list: WorkList, account: str, span: Ages, *, page: int, size: int) -> list[Any]:
    """One page, from 1: LedgerChange, LedgerRow, MissingTransaction or BankReceipt."""
    table, conditions = belongs(work_list, account, span)
    asked = select(table).where(*conditions).order_by(*_ORDER[work_list]).limit(size).offset((page - 1) * size)
    found = list(db.session.scalars(asked))
    release()
    return found


def checked_at(account: Account) -> dict[WorkList, datetime | None]:
    """As of when each list is; None where nothing was read for it yet. Bank receipts are always as they are."""
    period = LedgerPeriod
    run = db.session.get(CheckRun, account.slug)
    latest, coming = db.session.execute(
        select(func.max(period.read), func.max(period.read).filter(period.month == COMING)).where(
            period.account == account.slug
        )
    ).one()
    checked = run.checked if run else None
    release()
    return {
        WorkList.CHANGED: latest,
        WorkList.FEES: max((one for one in (checked, latest) if one), default=None),
        WorkList.CAPTURED: checked,
        WorkList.REFUNDED: checked,
        WorkList.UNPAID: coming,
        WorkList.BANK: None,
    }


def has_bank_amounts(account: Account) -> bool:
    """Whether anybody has entered what the bank received; before that no difference can be open or closed."""
    found = db.session.scalar(select(exists().where(BankReceipt.account == account.slug)))
    release()
    return bool(found)
