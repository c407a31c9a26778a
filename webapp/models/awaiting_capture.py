"""How many orders wait for capture, as the worker last counted: the counter costs no page a provider call."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class AwaitingCapture(Base):
    """One row per account; `count` of approved orders at the moment `counted`."""

    __tablename__ = "awaiting_capture"

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int]
    counted: Mapped[datetime]
