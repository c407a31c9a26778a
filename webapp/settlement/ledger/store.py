"""Writing rows of the provider into the ledger: paid ones once and for ever, the others as they are now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import RowMapping, case, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.core.database import put, release
from webapp.core.extensions import db
from webapp.models.ledger import LedgerPeriod, LedgerRow
from webapp.providers.postpay.models import Transaction

from .totals import charge

Writes = Callable[[], AbstractContextManager[Session]]
"""`database.writing`, or that of a job, which ends when another worker has it."""

_TOLD = ("type", "currency", "amount_minor", "fee_minor", "fee_rate", "fee_tax_rate", "total_minor", "order_id",
         "created", "paid")  # fmt: skip
"""What the provider tells of a row; all else is the desk's own."""
_AT_ONCE = 2000

log = structlog.stdlib.get_logger("webapp.settlement.ledger")


def keep(account: str, rows: Sequence[Transaction], begun: datetime, writes: Writes) -> int:
    """Keeps rows as they were read, and returns how many of them this reading had not kept yet.

    A row that was paid out is never overwritten: what the provider tells otherwise now is logged and flagged.
    `begun` is when the reading began, and marks its rows.
    """
    told = {row.id: _values(account, row, begun) for row in rows}
    kept = _kept(account, list(told))
    settled = {name for name, row in kept.items() if row["paid"] is not None}
    differing = [name for name in settled if any(kept[name][column] != told[name][column] for column in _TOLD)]
    with writes() as session:
        _upsert(session, [values for name, values in told.items() if name not in settled])
        _touch(session, account, [name for name in settled if kept[name]["read"] < begun], read=begun)
        _touch(session, account, differing, differs=True)
    for name in differing:
        if not kept[name]["differs"]:
            log.warning("a paid row is told otherwise", transaction=name, account=account)
    return sum(name not in kept or kept[name]["read"] != begun for name in told)


def _values(account: str, row: Transaction, begun: datetime) -> dict[str, Any]:
    fee = (row.fee_amount, row.fee_rate, row.fee_tax_rate)
    charged = charge(row.currency, row.amount, *fee, row.total_amount)
    return {
        "account": account,
        "transaction_id": row.id,
        "type": row.type,
        "currency": row.currency,
        "amount_minor": row.amount,
        "fee_minor": row.fee_amount,
        "fee_rate": row.fee_rate,
        "fee_tax_rate": row.fee_tax_rate,
        "total_minor": row.total_amount,
        "fees_minor": charged.fees,
        "tax_minor": charged.tax,
        "off_by": charged.off_by,
        "new_rate": False,
        "differs": False,
        "order_id": row.order.order_id if row.order else None,
        "created": row.created,
        "paid": row.paid,
        "read": begun,
    }


def _kept(account: str, ids: list[str]) -> dict[str, RowMapping]:
    columns = [getattr(LedgerRow, name) for name in ("transaction_id", "read", "differs", *_TOLD)]
    statement = select(*columns).where(LedgerRow.account == account, LedgerRow.transaction_id.in_(ids))
    found = {row["transaction_id"]: row for row in db.session.execute(statement).mappings()}
    release()
    return found


def _upsert(session: Session, values: list[dict[str, Any]]) -> None:
    """New rows, and those that were not paid out when they were kept."""
    if not values:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(LedgerRow)
    keys = ("account", "transaction_id")
    changed: dict[str, Any] = {name: statement.excluded[name] for name in values[0] if name not in (*keys, "new_rate")}
    newer = statement.excluded["read"] > LedgerRow.read  # of two readings side by side the later one's mark stays
    changed["read"] = case((newer, statement.excluded["read"]), else_=LedgerRow.read)
    session.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=changed, where=LedgerRow.paid.is_(None)), values
    )


def _touch(session: Session, account: str, ids: Sequence[str], **changes: Any) -> None:
    if ids:
        statement = update(LedgerRow).where(LedgerRow.account == account, LedgerRow.transaction_id.in_(ids))
        session.execute(statement.values(**changes).execution_options(synchronize_session=False))


def close_period(
    account: str, month: str, paid: tuple[datetime, datetime] | None, rows: int, begun: datetime, writes: Writes
) -> None:
    """A month was read whole. Paid rows that were not among those read are flagged; unpaid ones are none any more."""
    unread = (LedgerRow.account == account, LedgerRow.read < begun)
    with writes() as session:
        if paid is None:
            session.execute(delete(LedgerRow).where(*unread, LedgerRow.paid.is_(None)))
        else:
            gone = (*unread, LedgerRow.paid >= paid[0], LedgerRow.paid < paid[1], LedgerRow.differs.is_(False))
            flagged = session.execute(update(LedgerRow).where(*gone).values(differs=True))
            if count := flagged.rowcount:  # type: ignore[attr-defined]
                log.warning("paid rows are not told any more", rows=count, account=account, month=month)
        put(session, LedgerPeriod, account=account, month=month, until=begun, rows=rows, read=begun)


def mark_new_rates(account: str, writes: Writes) -> None:
    """Marks the first row with other fees than the one of its type and currency before it, by their creation."""
    wrong = _wrongly_marked(account)
    for start in range(0, len(wrong), _AT_ONCE):
        with writes() as session:
            for is_new in (True, False):
                names = [name for name, marked in wrong[start : start + _AT_ONCE] if marked is not is_new]
                _touch(session, account, names, new_rate=is_new)


def _wrongly_marked(account: str) -> list[tuple[str, bool]]:
    """Rows whose mark is not what it should be, with the mark they have."""
    row, rates = LedgerRow, (LedgerRow.fee_minor, LedgerRow.fee_rate, LedgerRow.fee_tax_rate)
    order: Any = {"partition_by": (row.currency, row.type), "order_by": (row.created, row.transaction_id)}
    walked = (
        select(
            row.transaction_id,
            row.new_rate,
            *rates,
            func.row_number().over(**order).label("place"),
            *(func.lag(rate).over(**order).label(f"last_{rate.key}") for rate in rates),
        )
        .where(row.account == account, row.fee_rate.is_not(None) | row.fee_minor.is_not(None))
        .subquery()
    )
    changed = (walked.c.place > 1) & (
        walked.c.fee_minor.is_distinct_from(walked.c.last_fee_minor)
        | walked.c.fee_rate.is_distinct_from(walked.c.last_fee_rate)
        | walked.c.fee_tax_rate.is_distinct_from(walked.c.last_fee_tax_rate)
    )
    found = db.session.execute(
        select(walked.c.transaction_id, walked.c.new_rate).where(walked.c.new_rate.is_distinct_from(changed))
    )
    wrong = [(name, bool(marked)) for name, marked in found]
    release()
    return wrong
