"""What goes wrong right now and was told, and the messages in which it is told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, now


class AlertKind(StrEnum):
    """What is watched."""

    CREDENTIALS = "credentials"
    PROVIDER = "provider"
    REFUSED = "refused"
    FORWARDS = "forwards"
    SILENCE = "silence"


class AlertNews(StrEnum):
    """What a message says: it has begun, it still goes on, it is over; or that this is how alerts arrive."""

    BEGAN = "began"
    GOES_ON = "goes_on"
    OVER = "over"
    TEST = "test"


class AlertChannel(StrEnum):
    """The ways out."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class AlertMessageState(StrEnum):
    """`FAILED`: given up after many tries."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Alert(Base):
    """One thing that is watched in an account. It is there for all workers, so that one of them tells it, once.

    `since`: when it began to go wrong, None while all is well. `told`: when it was told last; `is_told`: whether what
    goes on now was told, and so its end will be.
    """

    __tablename__ = "alert"

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    since: Mapped[datetime | None]
    told: Mapped[datetime | None]
    is_told: Mapped[bool] = mapped_column(default=False)


class AlertMessage(Base):
    """One message by one way. `kind` is None of a test; `count` is what was counted, `since` when it began.

    `next_try` is when a worker may send it; one that sends it puts that off first, so that no other does too.
    """

    __tablename__ = "alert_message"
    __table_args__ = (
        Index(None, "account", "id"),
        Index(
            "ix_alert_message_waiting", "next_try",
            sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'"),
        ),
        CheckConstraint("news IN ('began', 'goes_on', 'over', 'test')", name="news"),
        CheckConstraint("channel IN ('mail', 'webhook')", name="channel"),
        CheckConstraint("state IN ('waiting', 'sent', 'failed')", name="state"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str | None] = mapped_column(String(16))
    news: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(8))
    count: Mapped[int]
    since: Mapped[datetime | None]
    created: Mapped[datetime] = mapped_column(default=now)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    state: Mapped[str] = mapped_column(String(8), default=AlertMessageState.WAITING.value)
    tries: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime] = mapped_column(default=now)
    settled: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(40))
