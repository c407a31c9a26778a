"""What a second person is asked to agree to: a refund before it is sent, or the close of an unclear one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, now
from .intent import Intent
from .user import User


class Asked(StrEnum):
    """What is to be approved."""

    REFUND = "refund"
    CLOSE = "close"


class Decision(StrEnum):
    """What became of a request. `lapsed`: nobody decided in time; `moot`: it settled itself before."""

    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    MOOT = "moot"


_OPEN = text("decision IS NULL")


class Approval(Base):
    """One request; `digest` binds it to the exact data, `needs` says why it needs a second person.

    `order_total` is the order's as it was then, minor units. `found` and `reason` are of a close.
    """

    __tablename__ = "approval"
    __table_args__ = (
        Index("uq_approval_open", "intent_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "account", "decision", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    asked: Mapped[str] = mapped_column(String(8))
    intent_id: Mapped[int] = mapped_column(ForeignKey("intent.id"))
    requested_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    needs: Mapped[str] = mapped_column(String(80), default="")
    order_total: Mapped[int | None] = mapped_column(BigInteger)
    found: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(Text)
    decision: Mapped[str | None] = mapped_column(String(12))
    decided: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    note: Mapped[str | None] = mapped_column(Text)

    intent: Mapped[Intent] = relationship(lazy="joined", innerjoin=True)
    requester: Mapped[User] = relationship(foreign_keys=[requested_by], lazy="joined", innerjoin=True)
    decider: Mapped[User | None] = relationship(foreign_keys=[decided_by], lazy="joined")

    @property
    def is_open(self) -> bool:
        return self.decision is None

    @property
    def why(self) -> tuple[str, ...]:
        """Why a second person is needed, as codes."""
        return tuple(self.needs.split(",")) if self.needs else ()
