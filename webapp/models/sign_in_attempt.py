"""Attempts to sign in, for throttling: a keyed digest of what was typed, never the text itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, now


class SignInAttempt(Base):
    """One failed attempt; people type passwords into the e-mail field, so only a digest is kept."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "email_digest", "at"), Index(None, "ip", "at"), Index(None, "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    email_digest: Mapped[str] = mapped_column(String(64))
    ip: Mapped[str] = mapped_column(String(45))
    at: Mapped[datetime] = mapped_column(default=now)
