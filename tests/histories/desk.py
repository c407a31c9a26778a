"""What the ledger holds at a moment, as it stands in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import delete, select, update

from webapp import audit
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.bank_receipt import BankReceipt
from webapp.models.export import Export, ExportChunk
from webapp.models.job import Job
from webapp.models.ledger import (
    LedgerChange,
    LedgerPeriod,
    LedgerRate,
    LedgerRow,
    LedgerSum,
    PayoutFilter,
    RefundSign,
)
from webapp.providers.registry import forget_clients, postpay

from .truth import KEPT, Sums

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
EMPTIED = (LedgerChange, LedgerPeriod, LedgerRate, LedgerRow, LedgerSum, PayoutFilter, RefundSign, BankReceipt,
           ExportChunk, Export, Job)  # fmt: skip

Kept = tuple[Any, ...]


def micros(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - EPOCH) // MICROSECOND


@dataclass(frozen=True)
class Change:
    """A fact of the ledger about what was told otherwise."""

    transaction_id: str
    kind: str
    before: Kept
    after: Kept
    read_before: datetime | None


@dataclass
class Ledger:
    """All of it: rows by period and id, sums by period, and what was found to have changed."""

    rows: dict[str, dict[str, Kept]]
    periods: dict[str, LedgerPeriod]
    sums: dict[str, dict[tuple[str, int | None, str, bool], Sums]]
    new_rates: set[str]
    changes: list[Change]
    receipts: list[BankReceipt]

    @property
    def every_row(self) -> dict[str, Kept]:
        return {name: kept for own in self.rows.values() for name, kept in own.items()}

    def lost_since(self, before: Ledger) -> set[str]:
        """Rows that stand in no period any more."""
        return before.every_row.keys() - self.every_row.keys()

    @classmethod
    def read(cls) -> Ledger:
        ledger = cls({}, {}, {}, set(), [], [])
        columns = [getattr(LedgerRow, name) for name in ("transaction_id", "period", "new_rate", *KEPT)]
        for name, period, is_new, *values in db.session.execute(select(*columns)):
            kept = (*values[:-2], micros(values[-2]), micros(values[-1]))
            ledger.rows.setdefault(period, {})[name] = kept
            ledger.new_rates |= {name} if is_new else set()
        periods = db.session.scalars(select(LedgerPeriod).execution_options(populate_existing=True)).all()
        ledger.periods = {one.month: one for one in periods}
        for one in db.session.scalars(select(LedgerSum).execution_options(populate_existing=True)):
            paid = micros(datetime.fromisoformat(one.paid)) if one.paid else None
            figures = (int(one.amount), int(one.fees), int(one.tax), int(one.total))
            own = ledger.sums.setdefault(one.period, {})
            own[one.currency, paid, one.type, one.charged] = Sums(one.count, *figures, one.raised)
        ledger.changes = [_change(one) for one in db.session.scalars(select(LedgerChange).order_by(LedgerChange.id))]
        ledger.receipts = list(db.session.scalars(select(BankReceipt).execution_options(populate_existing=True)))
        db.session.expunge_all()
        release()
        return ledger


def _change(one: LedgerChange) -> Change:
    before = (one.currency, micros(one.paid_before), one.amount_before, one.total_before)
    after = (micros(one.paid_after), one.amount_after, one.total_after)
    return Change(one.transaction_id, one.kind, before, after, one.read_before)


class Desk:
    """A desk with one account, and what a test does to it from outside."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.account = app.extensions["settings"].accounts[0]

    def forget(self) -> None:
        """Everything but people and the audit log."""
        with writing() as session:
            for table in EMPTIED:
                session.execute(delete(table))
        self.forget_client()

    def forget_client(self) -> None:
        """A client that has seen many failures waits for a while before it asks again."""
        postpay(self.account).close()
        forget_clients()

    def time_passes(self, passed: timedelta) -> None:
        """Everything on record is older by so much."""
        with writing() as session:
            for period in session.scalars(select(LedgerPeriod)):
                for name in ("read", "checked", "failed"):
                    moment = getattr(period, name)
                    setattr(period, name, moment - passed if moment else None)
        db.session.expunge_all()

    def leases_end(self) -> None:
        """The worker that had a job is dead for long enough."""
        with writing() as session:
            session.execute(update(Job).values(lease_until=datetime.now(UTC) - timedelta(minutes=1)))

    def somebody(self) -> None:
        """Who acts, for the audit log."""
        audit.bind(audit.Who(actor_label="worker"))
