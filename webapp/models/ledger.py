"""The desk's copy of the provider's transactions, period by period, and what the provider has changed since.

A period is a UTC month of payouts, `2026-11`, or what is not paid out, the empty text. Its rows, sums and rates belong
to one reading that was proved whole; a reading that was not leaves no trace but its failure.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.money import Money

from .base import Base, now

FLAGGED = text("(new_rate OR off_by > 1 OR off_by < -1)")
"""A row that needs review, in the words of the index that finds them: more than one minor unit is no rounding."""
UNPAID = text("paid IS NULL")
UNSEEN = text("seen IS NULL")


class LedgerRow(Base):
    """One transaction of a period as it was proved. Amounts are minor units, rates hundredths of a per cent.

    `fees_minor` and `tax_minor` are what the fee and the tax on it come to by the row's own rates (see
    `webapp/fees.py`), 0 where it tells none; `off_by` is the provider's total less ours, None where the row tells no
    fee. Where a fee could not be read it is kept as none, and the row is off by all that Postpay took. `new_rate` marks
    the first row of fees that its kind has not had before. The description is not kept: people write names into it.
    """

    __tablename__ = "ledger_row"
    __table_args__ = (
        Index(None, "account", "paid", "currency"),
        Index(None, "account", "period"),
        Index(None, "account", "order_id"),
        Index(None, "account", "created"),
        Index("ix_ledger_row_flagged", "account", "created", sqlite_where=FLAGGED, postgresql_where=FLAGGED),
        Index("ix_ledger_row_unpaid", "account", "created", sqlite_where=UNPAID, postgresql_where=UNPAID),
    )

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    transaction_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    period: Mapped[str] = mapped_column(String(7))
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
    order_id: Mapped[str | None] = mapped_column(String(255))
    created: Mapped[datetime]
    paid: Mapped[datetime | None]

    @property
    def is_fee_unread(self) -> bool:
        """Whether a fee was told that could not be read."""
        is_off_by_all = self.off_by == self.total_minor - self.amount_minor
        return is_off_by_all and self.fee_minor is None and self.fee_rate is None

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def total(self) -> Money:
        """What is paid out for it."""
        return Money(self.total_minor, self.currency)


class LedgerPeriod(Base):
    """How a period stands.

    `generation` counts its proved readings; 0: it was never proved, and has no rows. The current one has `rows` rows
    and began at `read`. `checked` is when the provider last counted as many. `failure` says in one word why the newest
    reading came to nothing, at `failed`; `bad_row` and `bad_field` name the row that could not be read.
    """

    __tablename__ = "ledger_period"

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    generation: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(default=0)
    read: Mapped[datetime | None]
    checked: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(String(40))
    failed: Mapped[datetime | None]
    bad_row: Mapped[str | None] = mapped_column(String(255))
    bad_field: Mapped[str | None] = mapped_column(String(80))

    @property
    def is_proved(self) -> bool:
        return self.generation > 0


class LedgerSum(Base):
    """What the rows of a period that share currency, payout moment and type come to; `charged`: a fee was kept.

    `paid` is the moment in ISO 8601, empty for what is not paid out; `raised` counts refunds with a positive total.
    Sums are decimal texts of minor units: a few rows may come to more than 64 bits hold.
    """

    __tablename__ = "ledger_sum"
    __table_args__ = (Index(None, "account", "paid"),)

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    currency: Mapped[str] = mapped_column(String(16), primary_key=True)
    paid: Mapped[str] = mapped_column(String(32), primary_key=True)
    type: Mapped[str] = mapped_column(String(40), primary_key=True)
    charged: Mapped[bool] = mapped_column(primary_key=True)
    count: Mapped[int]
    raised: Mapped[int]
    amount: Mapped[str] = mapped_column(String(40))
    fees: Mapped[str] = mapped_column(String(40))
    tax: Mapped[str] = mapped_column(String(40))
    total: Mapped[str] = mapped_column(String(40))


class LedgerRate(Base):
    """A combination of fees that rows of a period tell, with its first row; -1 is what is untold."""

    __tablename__ = "ledger_rate"

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    currency: Mapped[str] = mapped_column(String(16), primary_key=True)
    type: Mapped[str] = mapped_column(String(40), primary_key=True)
    fee_minor: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    fee_rate: Mapped[int] = mapped_column(primary_key=True)
    fee_tax_rate: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[datetime]
    first_id: Mapped[str] = mapped_column(String(255))
    last: Mapped[datetime]
    rows: Mapped[int]


class ChangeKind(StrEnum):
    """`moved`: to another payout, or to none. `changed`: its figures. `gone`: the provider has it no more."""

    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"


class LedgerChange(Base):
    """What the provider told otherwise after a reading was proved. What it told then stands here, and nowhere else.

    The values after are None for what is gone, and where an earlier release found the change without keeping them.
    """

    __tablename__ = "ledger_change"
    __table_args__ = (
        Index(None, "account", "transaction_id"),
        Index(None, "account", "paid_before"),
        Index(None, "account", "paid_after"),
        Index("ix_ledger_change_unseen", "account", "found", sqlite_where=UNSEEN, postgresql_where=UNSEEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    transaction_id: Mapped[str] = mapped_column(String(255))
    order_id: Mapped[str | None] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(8))
    currency: Mapped[str] = mapped_column(String(16))
    paid_before: Mapped[datetime | None]
    paid_after: Mapped[datetime | None]
    amount_before: Mapped[int] = mapped_column(BigInteger)
    amount_after: Mapped[int | None] = mapped_column(BigInteger)
    total_before: Mapped[int] = mapped_column(BigInteger)
    total_after: Mapped[int | None] = mapped_column(BigInteger)
    others: Mapped[str | None] = mapped_column(Text)
    read_before: Mapped[datetime | None]
    found: Mapped[datetime] = mapped_column(default=now)
    seen: Mapped[datetime | None]
    seen_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    @property
    def before(self) -> Money:
        """What was paid out for it, as it was told."""
        return Money(self.total_before, self.currency)

    @property
    def after(self) -> Money | None:
        """What is paid out for it now; None for nothing, or not known."""
        return None if self.total_after is None else Money(self.total_after, self.currency)


class RefundSign(Base):
    """What finance decided about refunds that an account's provider tells as positive amounts."""

    __tablename__ = "refund_sign"

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    deducted: Mapped[bool]
    decided: Mapped[datetime] = mapped_column(default=now)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class PayoutFilter(Base):
    """By which name an account's provider filters the payout moment: `payment` or `paid`, as found out."""

    __tablename__ = "payout_filter"

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(8))
    found: Mapped[datetime] = mapped_column(default=now)
