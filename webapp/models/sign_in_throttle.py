"""Counters of failed sign-ins: one row per identity that was tried and one per address it was tried from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class SignInThrottle(Base):
    """Failures counted against one key: a keyed digest, because people type passwords into the e-mail field."""

    __tablename__ = "sign_in_throttle"

    key_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    since: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]
