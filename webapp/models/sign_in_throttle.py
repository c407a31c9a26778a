"""Counters of wrong passwords and second factors: a row per identity, address, known browser and signed-in person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class SignInThrottle(Base):
    """Failures counted against one key: a keyed digest, because people type passwords into the e-mail field.

    `identity` is the digest of whose known browser it is, or who is asked for another proof; None for all others.
    """

    __tablename__ = "sign_in_throttle"

    key_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    identity: Mapped[str | None] = mapped_column(String(64))
    failures: Mapped[int]
    since: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]
