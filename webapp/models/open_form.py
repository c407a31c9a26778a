"""Who has the refund form of an order in front of them: so two people do not refund the same thing unawares."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, now
from .user import User


class OpenForm(Base):
    """One person at the refund form of one order; `seen` is when their page last gave a sign. It keeps nobody out."""

    __tablename__ = "open_form"

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    opened: Mapped[datetime] = mapped_column(default=now)
    seen: Mapped[datetime] = mapped_column(default=now, index=True)

    person: Mapped[User] = relationship(lazy="joined", innerjoin=True)
