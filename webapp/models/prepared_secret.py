"""Secrets that were made and shown before they are in force, so that a shop can know them first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, now
from .user import User


class PreparedSecret(Base):
    """The next secret of a webhook: shown once, sealed until it is sent to the provider, and gone with that."""

    __tablename__ = "prepared_secret"
    __table_args__ = (UniqueConstraint("account", "hook_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    hook_id: Mapped[str] = mapped_column(String(255))
    secret_sealed: Mapped[str] = mapped_column(Text)
    secret_fingerprint: Mapped[str] = mapped_column(String(16))
    shown: Mapped[datetime] = mapped_column(default=now)
    shown_by: Mapped[int] = mapped_column(ForeignKey("user.id"))

    shower: Mapped[User] = relationship(lazy="joined", innerjoin=True)
