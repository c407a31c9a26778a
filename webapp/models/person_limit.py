"""Limits of single people, where an admin has set other ones than their role has."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class PersonLimit(Base):
    """What somebody may refund in one currency; None is as the role has it, amounts in minor units.

    `account` is a slug, or `*` for every account without a row of its own.
    """

    __tablename__ = "person_limit"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    single: Mapped[int | None] = mapped_column(BigInteger)
    day: Mapped[int | None] = mapped_column(BigInteger)
    per_order: Mapped[int | None] = mapped_column(BigInteger)
    approval: Mapped[int | None] = mapped_column(BigInteger)
    per_hour: Mapped[int | None]


LIMITS = ("single", "day", "per_order", "approval", "per_hour")
"""What of a role's limits may be another one for a person."""
