"""Orders awaiting capture, as the worker last counted: the counter costs no page a provider call."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class AwaitingCapture(Base):
    """One row per account; `count` of approved orders at the moment `counted`, `expired` of them known to be so."""

    __tablename__ = "awaiting_capture"

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int]
    expired: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    counted: Mapped[datetime]
    expired_counted: Mapped[datetime | None]


class ApprovalExpiry(Base):
    """One row per account, once an approval was met that had expired: the youngest age at which that was so."""

    __tablename__ = "approval_expiry"

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    seconds: Mapped[int]
