"""Making collected periods current, together and in one transaction: either all of them are shown, or none.

What the provider told otherwise before stays on record as a change, and a payout that was compared with the bank and
comes to something else now is open again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.core.accounts import Account
from webapp.core.database import lock_key, put
from webapp.models.base import now
from webapp.models.ledger import ChangeKind, LedgerChange, LedgerPeriod, LedgerRow, RefundSign
from webapp.providers.postpay.models import TransactionType

from .bank_receipts import reopen_changed
from .compare import Difference, Kept, kept_rows, parts

Writes = Callable[[], AbstractContextManager[Session]]
"""`database.writing`, or that of a job, which ends when another worker has it."""

_OTHERS = ("fee_minor", "fee_rate", "fee_tax_rate", "type", "order_id")
"""What else of a change is kept, as text."""


class Outdated(Exception):
    """Somebody else has made a newer reading current meanwhile, or decided otherwise how positive refunds count."""


def publish(account: Account, differences: Sequence[Difference], writes: Writes) -> None:
    """Makes the periods current. Each row stands in one of them only. Raises Outdated, and what `writes` raises."""
    months, gone = [one.month for one in differences], _gone(differences)
    changes = list(_changes(account, differences, gone))
    with writes() as session:
        read = _read_before(session, account, differences)
        _remove(session, account, gone)
        for one in differences:
            _write_rows(session, account, one, months)
            one.added_up.replace(session, account.slug, one.month)
            _close(session, account, one)
        for change in changes:
            session.add(LedgerChange(account=account.slug, read_before=read.get(change.pop("period")), **change))
        session.flush()
        reopen_changed(session, account, months)


def note_failure(account: Account, month: str, cause: str, writes: Writes, *, row: str = "", field: str = "") -> None:
    """Why a reading came to nothing; the last proved generation stays as it is."""
    values = {"failure": cause, "failed": now(), "bad_row": row[:255] or None, "bad_field": field[:80] or None}
    with writes() as session:
        put(session, LedgerPeriod, account=account.slug, month=month, **values)


def note_count(account: Account, month: str, begun: datetime, writes: Writes) -> None:
    """The provider counted as many rows as the ledger has, when it was asked at `begun`."""
    with writes() as session:
        put(session, LedgerPeriod, account=account.slug, month=month, checked=begun)


def _read_before(session: Session, account: Account, differences: Sequence[Difference]) -> dict[str, datetime | None]:
    """When the generations that are replaced began, by period. Raises Outdated; of two at once the second does."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(lock_key(f"ledger {account.slug}"))))
    sign = select(RefundSign.deducted).where(RefundSign.account == account.slug)
    deducted = bool(session.scalar(sign))
    months = [one.month for one in differences]
    asked = select(LedgerPeriod).where(LedgerPeriod.account == account.slug, LedgerPeriod.month.in_(months))
    known = {one.month: one for one in session.scalars(asked.execution_options(populate_existing=True))}
    for one in differences:
        period = known.get(one.month)
        if (period.generation if period else 0) != one.generation or one.collected.deducted is not deducted:
            raise Outdated(one.month)
    return {month: known[month].read if month in known else None for month in months}


def _refuse_foreign(session: Session, account: Account, names: Sequence[str], months: Sequence[str]) -> None:
    """Raises Outdated when somebody else has put one of the rows into a period that is not among these meanwhile:
    its sums would go on counting it.
    """
    row = LedgerRow
    elsewhere = (row.account == account.slug, row.transaction_id.in_(names), row.period.not_in(months))
    if (period := session.scalar(select(row.period).where(*elsewhere).limit(1))) is not None:
        raise Outdated(period)


def _gone(differences: Sequence[Difference]) -> list[str]:
    """Rows that have left their period for none of the others."""
    gone: list[str] = []
    for one in differences:
        for names in parts(one.left):
            here = [other.collected.find(list(names)) for other in differences if other is not one]
            gone += [name for name in names if not any(name in rows for rows in here)]
    return gone


def _remove(session: Session, account: Account, ids: Sequence[str]) -> None:
    for part in parts(ids):
        session.execute(
            delete(LedgerRow)
            .where(LedgerRow.account == account.slug, LedgerRow.transaction_id.in_(part))
            .execution_options(synchronize_session=False)
        )


def _write_rows(session: Session, account: Account, one: Difference, months: Sequence[str]) -> None:
    """The rows that are new or told otherwise; of a first reading all. Raises Outdated."""
    blocks: Iterator[Mapping[str, Mapping[str, object]]]
    if one.changed is None:
        blocks = one.collected.blocks()
    else:
        blocks = (one.collected.find(list(part)) for part in parts(one.changed))
    for block in blocks:
        _refuse_foreign(session, account, list(block), months)
        _upsert(session, [{"account": account.slug, "transaction_id": name, "period": one.month, "new_rate": False}
                          | dict(row) for name, row in block.items()])  # fmt: skip


def _upsert(session: Session, values: list[dict[str, Any]]) -> None:
    if not values:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(LedgerRow.__table__)
    keys = ("account", "transaction_id")
    changed = {name: statement.excluded[name] for name in values[0] if name not in (*keys, "new_rate")}
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), values)


def _close(session: Session, account: Account, one: Difference) -> None:
    begun = one.collected.begun
    put(
        session, LedgerPeriod, account=account.slug, month=one.month, generation=one.generation + 1,
        rows=one.collected.count, read=begun, checked=begun, failure=None, failed=None, bad_row=None, bad_field=None,
    )  # fmt: skip


def _changes(account: Account, differences: Sequence[Difference], gone: Sequence[str]) -> Iterator[dict[str, Any]]:
    """What the provider told otherwise of rows that were paid out, and the rows that it has no more."""
    for one in differences:
        known = list(one.elsewhere) if one.changed is None else one.changed
        for part in parts(known):
            told = one.collected.find(list(part))
            for name, before in kept_rows(account, part).items():
                if before["paid"] is not None and _is_told_otherwise(before, told[name]):
                    yield _change(before, told[name])
    for part in parts(gone):
        for before in kept_rows(account, part).values():
            yield _change(before, None)


def _is_told_otherwise(before: Kept, after: Mapping[str, Any]) -> bool:
    """Whether the provider tells it otherwise; another decision on how positive refunds count is no such thing."""
    turned = {name: -after[name] for name in ("amount_minor", "total_minor")}
    if after["type"] == TransactionType.REFUND and all(before[name] == turned[name] for name in turned):
        after = {**after, **turned}
    return any(before[name] != after[name] for name in ("currency", "paid", "amount_minor", "total_minor", *_OTHERS))


def _change(before: Kept, after: Mapping[str, object] | None) -> dict[str, Any]:
    """A change as values of LedgerChange, and the `period` that the row was in."""
    is_moved = after is not None and before["paid"] != after["paid"]
    kind = ChangeKind.GONE if after is None else ChangeKind.MOVED if is_moved else ChangeKind.CHANGED
    others = {name: [before[name], after[name]] for name in _OTHERS if after and before[name] != after[name]}
    return {
        "period": before["period"],
        "transaction_id": before["transaction_id"],
        "order_id": before["order_id"],
        "kind": kind,
        "currency": before["currency"],
        "paid_before": before["paid"],
        "paid_after": after["paid"] if after else None,
        "amount_before": before["amount_minor"],
        "amount_after": after["amount_minor"] if after else None,
        "total_before": before["total_minor"],
        "total_after": after["total_minor"] if after else None,
        "others": json.dumps(others) if others else None,
        "found": now(),
    }
