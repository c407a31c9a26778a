"""Refunds at the provider that do not fit the desk's own book."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.money import Money

from .base import Base, now


class FindingKind(StrEnum):
    """`late_arrival`: the desk had called it refused or closed. `orphan`: our prefix, but no row (a restored copy)."""

    LATE_ARRIVAL = "late_arrival"
    ORPHAN = "orphan"


class Finding(Base):
    """One refund that finance must look at; found once, kept, marked when somebody has dealt with it."""

    __tablename__ = "finding"
    __table_args__ = (Index(None, "account", "refund_id", unique=True), Index(None, "resolved", "account"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    account: Mapped[str] = mapped_column(String(40))
    order_id: Mapped[str] = mapped_column(String(255))
    refund_id: Mapped[str] = mapped_column(String(255))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    found: Mapped[datetime] = mapped_column(default=now)
    resolved: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
