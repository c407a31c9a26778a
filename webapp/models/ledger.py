"""The desk's copy of the provider's transactions, kept because rows that are paid out never change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.money import Money

from .base import Base, now

FLAGGED = text("(new_rate OR differs OR off_by > 1 OR off_by < -1)")
"""A row to look at, in the words of the index that finds them: more than one minor unit is no rounding."""
UNPAID = text("paid IS NULL")


class LedgerRow(Base):
    """One transaction as it was last read. Amounts are minor units, rates hundredths of a per cent.

    `fees_minor` and `tax_minor` are what the fee and the tax on it come to by the row's own rates (see
    `webapp/fees.py`), 0 where it tells none; `off_by` is the provider's total less ours, None where the row tells no
    fee; `new_rate` marks the first row with other fees than the one of its kind before it; `differs` one that the
    provider has told otherwise since it was paid out. The description is not kept: people write names into it.
    """

    __tablename__ = "ledger_row"
    __table_args__ = (
        Index(None, "account", "paid", "currency"),
        Index(None, "account", "order_id"),
        Index(None, "account", "created"),
        Index(None, "account", "currency", "created"),
        Index("ix_ledger_row_flagged", "account", "created", sqlite_where=FLAGGED, postgresql_where=FLAGGED),
        Index("ix_ledger_row_unpaid", "account", "created", sqlite_where=UNPAID, postgresql_where=UNPAID),
    )

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    transaction_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    type: Mapped[str] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(16))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    fee_minor: Mapped[int | None] = mapped_column(BigInteger)
    fee_rate: Mapped[int | None]
    fee_tax_rate: Mapped[int | None]
    total_minor: Mapped[int] = mapped_column(BigInteger)
    fees_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    tax_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    off_by: Mapped[int | None] = mapped_column(BigInteger)
    new_rate: Mapped[bool] = mapped_column(default=False)
    differs: Mapped[bool] = mapped_column(default=False)
    order_id: Mapped[str | None] = mapped_column(String(255))
    created: Mapped[datetime]
    paid: Mapped[datetime | None]
    read: Mapped[datetime] = mapped_column(default=now)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def total(self) -> Money:
        """What is paid out for it."""
        return Money(self.total_minor, self.currency)


class LedgerPeriod(Base):
    """What has been read whole: the rows paid out in one month, or, with an empty month, all that are not paid yet.

    `month` is UTC, like 2026-11. `until` is the frozen end: rows paid or created from then on were not asked for.
    """

    __tablename__ = "ledger_period"

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    until: Mapped[datetime]
    rows: Mapped[int]
    read: Mapped[datetime] = mapped_column(default=now)


class PayoutFilter(Base):
    """By which name an account's provider filters the payout moment: `payment` or `paid`, as found out."""

    __tablename__ = "payout_filter"

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(8))
    found: Mapped[datetime] = mapped_column(default=now)
