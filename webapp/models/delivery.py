"""What the provider told the desk by itself, where it told it, and to whom it was told on."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, now
from .hook_change import HookChange
from .user import User

LONGEST_NAME = 40
"""Of an event, and of the kind of thing that it speaks of."""


class Verdict(StrEnum):
    """`TIMED` and `BARE` are genuine, with a time in the signature or without; the others were not taken."""

    TIMED = "timed"
    BARE = "bare"
    OUT_OF_TIME = "out_of_time"
    WRONG = "wrong"
    UNSIGNED = "unsigned"


GENUINE = (Verdict.TIMED, Verdict.BARE)


class DeliveryOutcome(StrEnum):
    """What became of reading the object again. `NOTHING`: it speaks of none; `REFUSED`: it was not taken at all."""

    WAITING = "waiting"
    READ = "read"
    GONE = "gone"
    FAILED = "failed"
    NOTHING = "nothing"
    REFUSED = "refused"


class ForwardState(StrEnum):
    """`SUPERSEDED`: a newer delivery about the same object was sent on instead."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    SUPERSEDED = "superseded"


class Receiver(Base):
    """An address of the desk's own at which one account's deliveries arrive; at most one that is not stopped.

    It is found by the digest of its token; token and secrets are sealed, and gone once it is stopped. While a secret
    is being replaced, `other_sealed` is the one before, accepted since `other_since` beside the new one until an
    admin has it forgotten: nobody but they know whether the provider has taken the new one.
    """

    __tablename__ = "receiver"
    __table_args__ = (
        Index(
            "uq_receiver_open", "account", unique=True,
            sqlite_where=text("stopped IS NULL"), postgresql_where=text("stopped IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token_sealed: Mapped[str | None] = mapped_column(Text)
    secret_sealed: Mapped[str | None] = mapped_column(Text)
    secret_fingerprint: Mapped[str] = mapped_column(String(16))
    other_sealed: Mapped[str | None] = mapped_column(Text)
    other_fingerprint: Mapped[str | None] = mapped_column(String(16))
    other_since: Mapped[datetime | None]
    hook_change_id: Mapped[int | None] = mapped_column(ForeignKey("hook_change.id"))
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created: Mapped[datetime] = mapped_column(default=now)
    stopped: Mapped[datetime | None]

    creator: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    hook_change: Mapped[HookChange | None] = relationship()


class Delivery(Base):
    """One delivery. Headers and body are sealed in `content_sealed`, for they hold personal data.

    `digest` tells repetitions apart: of time and body where it was taken, else of all that came. `age`: seconds
    between its signature's time and its arrival (negative: signed ahead of our clock). `sender`: the network address
    that it came from. `secret_fingerprint`: of the secret that has signed it, where it is genuine. `object_state` is
    what the provider said when the object was read again. `tries` and `next_try` are of that reading.
    `forward_state` sums up its forwards: it waits while one waits, failed where one failed, was sent where one was
    sent; None where nobody was to be told.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index(None, "account", "digest", unique=True),
        Index(None, "account", "id"),
        Index(None, "account", "order_id", "id"),
        Index(None, "account", "object_id", "id"),
        Index(
            "ix_delivery_to_read", "account", "next_try",
            sqlite_where=text("outcome = 'waiting'"), postgresql_where=text("outcome = 'waiting'"),
        ),
        Index(None, "account", "received"),
        Index(None, "account", "verdict", "id"),
        Index(None, "account", "outcome", "id"),
        Index(
            "ix_delivery_not_forwarded", "account", "id",
            sqlite_where=text("forward_state = 'failed'"), postgresql_where=text("forward_state = 'failed'"),
        ),
        CheckConstraint("verdict IN ('timed', 'bare', 'out_of_time', 'wrong', 'unsigned')", name="verdict"),
        CheckConstraint("outcome IN ('waiting', 'read', 'gone', 'failed', 'nothing', 'refused')", name="outcome"),
        CheckConstraint("forward_state IN ('waiting', 'sent', 'failed', 'superseded')", name="forward_state"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    receiver_id: Mapped[int] = mapped_column(ForeignKey("receiver.id"))
    received: Mapped[datetime]
    sender: Mapped[str | None] = mapped_column(String(45))
    verdict: Mapped[str] = mapped_column(String(12))
    digest: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime | None]
    secret_fingerprint: Mapped[str | None] = mapped_column(String(16))
    age: Mapped[int | None]
    size: Mapped[int]
    event: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    object_kind: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    object_id: Mapped[str | None] = mapped_column(String(255))
    order_id: Mapped[str | None] = mapped_column(String(255))
    content_sealed: Mapped[str | None] = mapped_column(Text)
    repeats: Mapped[int] = mapped_column(default=0)
    last_repeat: Mapped[datetime | None]

    outcome: Mapped[str] = mapped_column(String(8))
    object_state: Mapped[str | None] = mapped_column(String(40))
    tries: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime]
    settled: Mapped[datetime | None]

    forward_state: Mapped[str | None] = mapped_column(String(10))

    @property
    def is_genuine(self) -> bool:
        return self.verdict in GENUINE
