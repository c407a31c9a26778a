"""The ledger as tests fill it in, and how the pages of the checks read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browser import Browser
from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.ledger import LedgerPeriod, LedgerRow
from webapp.settlement.ledger.periods import period_of
from webapp.settlement.ledger.sums import Adding
from webapp.settlement.ledger.totals import charge

TICK = timedelta(microseconds=1)
SAMPLE = {"fee_minor": 100, "fee_rate": 450, "fee_tax_rate": 500}
"""The fees of the document's own sample: 81480 - (100 + 4.5 %) x 1.05 = 77525."""


class Book:
    """An account's ledger, written as a reading would write it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.settings: Settings = app.extensions["settings"]
        self.account: Account = self.settings.accounts[0]
        self._numbers = count(1)

    def in_zone(self, name: str) -> Account:
        """The account as if its shop were elsewhere."""
        return self.account.model_copy(update={"time_zone": name})

    def row(self, *, amount: int = 81480, total: int | None = None, off: int = 0, **given: Any) -> str:
        """A sale with the sample's fees, created yesterday and not paid out, unless said otherwise; returns its id."""
        values = {"type": "order", "currency": "AED", "created": now() - timedelta(days=1), **SAMPLE, **given}
        fees = (values["fee_minor"], values["fee_rate"], values["fee_tax_rate"])
        exact = charge(amount, *fees, 0)
        total = amount - exact.fees - exact.tax + off if total is None else total
        charged = charge(amount, *fees, total)
        name = f"row-{next(self._numbers):03}"
        period = period_of(values.get("paid"), datetime.max.replace(tzinfo=UTC))
        with self.app.app_context(), writing() as session:
            session.add(
                LedgerRow(
                    account=self.account.slug, transaction_id=name, period=period, amount_minor=amount,
                    total_minor=total, fees_minor=charged.fees, tax_minor=charged.tax, off_by=charged.off_by, **values,
                )
            )  # fmt: skip
            session.flush()
            self._add_up(session, period)
        return name

    def _add_up(self, session: Session, period: str) -> None:
        """The sums and rates of a period follow its rows."""
        adding = Adding()
        asked = select(LedgerRow).where(LedgerRow.account == self.account.slug, LedgerRow.period == period)
        for row in session.scalars(asked):
            adding.add(row.transaction_id, {column.name: getattr(row, column.name) for column in LedgerRow.__table__.c})
        adding.replace(session, self.account.slug, period)

    def read(self, *months: str, until: datetime | None = None) -> None:
        """These months were read whole; an empty one is what is not paid out yet."""
        read = until or now()
        for month in months:
            with self.app.app_context(), writing() as session:
                session.merge(
                    LedgerPeriod(account=self.account.slug, month=month, generation=1, rows=0, read=read, checked=read)
                )


def ago(days: float) -> str:
    """A moment so many days ago, as the provider's control prefix takes it."""
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def ids_in(browser: Browser) -> list[str]:
    """What stands in the first column of the list on the page, from top to bottom."""
    return [cell.get_text() for cell in browser.page.select("table td.at-start bdi")]
