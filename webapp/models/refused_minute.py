"""How many deliveries were refused, minute by minute: what the page about the connection and the alerts add up."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class RefusalCause(StrEnum):
    """Why a delivery was not taken. The first three are verdicts on its signature, by the same names.

    `CANNOT_JUDGE`: the desk cannot read one of its own secrets; `NOT_SERVED`: the desk was busy or failed;
    `UNKNOWN_ADDRESS`: its address is of no receiver (any more), which anybody can send to.
    """

    UNSIGNED = "unsigned"
    WRONG = "wrong"
    OUT_OF_TIME = "out_of_time"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    CANNOT_JUDGE = "cannot_judge"
    NOT_SERVED = "not_served"
    UNKNOWN_ADDRESS = "unknown_address"


class RefusedMinute(Base):
    """Deliveries refused for one cause within one minute; all processes add to the same row."""

    __tablename__ = "refused_minute"
    __table_args__ = (Index(None, "minute"),)

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    cause: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int]
