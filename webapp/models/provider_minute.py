"""How the provider answered, minute by minute: what the page about the connection adds up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class ProviderMinute(Base):
    """Calls of one kind within one minute that ended alike; all processes add to the same row.

    `outcome` is `ok`, or the kind of failure with the status where there was one: `Throttled 429`. Milliseconds.
    """

    __tablename__ = "provider_minute"
    __table_args__ = (Index(None, "minute"),)

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    endpoint: Mapped[str] = mapped_column(String(40), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(40), primary_key=True)
    calls: Mapped[int]
    total_ms: Mapped[int]
    slowest_ms: Mapped[int]
