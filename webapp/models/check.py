"""What the check of captures and refunds against the provider's transactions found, and how much is to be looked at."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.money import Money

from .base import Base, now


class MissingKind(StrEnum):
    """`captured`: an order without its transaction. `refunded`: a refund made on the desk without its own."""

    CAPTURED = "captured"
    REFUNDED = "refunded"


class CheckRun(Base):
    """The last check of an account that came to its end.

    It began at `until`, and compared what was created from `since` on with the ledger; `orders` counts captured ones.
    """

    __tablename__ = "check_run"

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    orders: Mapped[int]
    checked: Mapped[datetime] = mapped_column(default=now)


class MissingTransaction(Base):
    """A capture or refund that the last check found no transaction for. The amount is in minor units.

    `reference` is the order's id for a capture, the refund's for a refund; `since` when the money moved; `found` when
    it was missed first.
    """

    __tablename__ = "missing_transaction"
    __table_args__ = (Index(None, "account", "kind", "since"),)

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    reference: Mapped[str] = mapped_column(String(255), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(255))
    since: Mapped[datetime]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(16))
    found: Mapped[datetime] = mapped_column(default=now)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class ToLookAt(Base):
    """How many rows stand in an account's work lists together, as last counted: the counter costs no page a count."""

    __tablename__ = "to_look_at"

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int]
    counted: Mapped[datetime]
