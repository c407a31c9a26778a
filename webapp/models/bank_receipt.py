"""What the bank received for a payout, as finance typed it, and what became of a difference."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.money import Money

from .base import Base, now


class ReceiptState(StrEnum):
    """`equal`: to the minor unit. `explained`: by whole lines of the payout. `open`, `closed`: an exception."""

    EQUAL = "equal"
    EXPLAINED = "explained"
    OPEN = "open"
    CLOSED = "closed"


class BankReceipt(Base):
    """One payout's amount at the bank. Amounts are minor units; `expected_minor` is the net it was compared with.

    `payout` is the payout's own name within account and currency: its moment, or its day where days are grouped.
    `explained_by` names the lines that make up the difference, by commas. `version` counts changes: a form that was
    filled in on an older one is refused.
    """

    __tablename__ = "bank_receipt"
    __table_args__ = (
        Index(None, "account", "currency", "payout", unique=True),
        Index(None, "account", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(3))
    payout: Mapped[str] = mapped_column(String(40))
    received_minor: Mapped[int] = mapped_column(BigInteger)
    expected_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(12))
    explained_by: Mapped[str | None] = mapped_column(String(120))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    note: Mapped[str | None] = mapped_column(Text)
    entered_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    entered: Mapped[datetime] = mapped_column(default=now)
    changed: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def received(self) -> Money:
        return Money(self.received_minor, self.currency)

    @property
    def expected(self) -> Money:
        """The net that it was compared with."""
        return Money(self.expected_minor, self.currency)

    @property
    def difference(self) -> Money:
        """What the bank received less what the payout comes to."""
        return Money(self.received_minor - self.expected_minor, self.currency)
