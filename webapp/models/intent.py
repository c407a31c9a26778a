"""Intents: what a person decided to do with money, written down before the provider is asked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.money import Money

from .base import Base
from .operation import Operation, State
from .user import User


class IntentKind(StrEnum):
    REFUND = "refund"
    CAPTURE = "capture"


IntentState = State

BLOCKING_STATES = (
    IntentState.AWAITING_APPROVAL,
    IntentState.PENDING,
    IntentState.UNKNOWN,
    IntentState.ATTENTION,
)
"""While one of these stands, nothing else is started on the order: finance has the word on `attention`."""

OPEN_STATES = (IntentState.AWAITING_APPROVAL, IntentState.PENDING, IntentState.UNKNOWN)
_OPEN = text("state IN ('awaiting_approval', 'pending', 'unknown')")


class LineRefund(NamedTuple):
    """What a refund gives back of one line of its order; `minor` in the smallest unit of the order's currency.

    `line` is the item's place in the order, from 1, or "shipping"; `reference` is the shop's own, or empty.
    """

    line: str
    units: int
    minor: int
    reference: str


def lines_as_text(lines: Sequence[LineRefund]) -> str | None:
    """The lines as they are stored; None where a refund names none."""
    return json.dumps(lines, ensure_ascii=False, separators=(",", ":")) if lines else None


class Intent(Operation, Base):
    """One decided refund or capture of one order; at most one open per order, by the database itself."""

    __tablename__ = "intent"
    __table_args__ = (
        Index(
            "uq_intent_open_order",
            "account",
            "order_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(None, "account", "order_id", "id"),
        Index(None, "state", "next_check"),
        Index(None, "requested_by", "created"),
        Index(None, "account", "kind", "created"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("kind IN ('refund', 'capture')", name="kind"),
    )

    kind: Mapped[str] = mapped_column(String(8))
    refund_id: Mapped[str | None] = mapped_column(String(40), unique=True)
    order_id: Mapped[str] = mapped_column(String(255))
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str | None] = mapped_column(Text)
    lines: Mapped[str | None] = mapped_column(Text)
    seen_remaining: Mapped[int] = mapped_column(BigInteger)
    order_version: Mapped[int]
    requested_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    misses: Mapped[int] = mapped_column(default=0)
    last_miss: Mapped[datetime | None]
    refusal: Mapped[str | None] = mapped_column(String(40))
    body: Mapped[str | None] = mapped_column(Text)
    body_sha256: Mapped[str | None] = mapped_column(String(64))
    error_class: Mapped[str | None] = mapped_column("last_error_class", String(40))
    first_sent: Mapped[datetime | None]

    requester: Mapped[User] = relationship(foreign_keys=[requested_by], lazy="joined", innerjoin=True)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def line_refunds(self) -> tuple[LineRefund, ...]:
        """Which lines of the order it gives back; none where it is only an amount."""
        return tuple(LineRefund(*line) for line in json.loads(self.lines or "[]"))

    @property
    def units_by_line(self) -> dict[str, int]:
        """The same as a form says it."""
        return {line.line: line.units for line in self.line_refunds}

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def blocks(self) -> bool:
        """Whether nothing else is started on the order beside it."""
        return self.state in BLOCKING_STATES
