"""Whom deliveries are forwarded to, what became of each there, and replays of what came earlier."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, now
from .delivery import ForwardState
from .job import Job
from .user import User

LONGEST_TARGET_NAME = 60
FRESH, REPLAYED = 0, 1
"""Turns of a forward: what has just come, and what somebody wants now, goes before what is replayed."""

_WAITING = text("state = 'waiting'")
_THERE = text("deleted IS NULL")


class ForwardTarget(Base):
    """An endpoint of the merchant's that deliveries are forwarded to, signed with a secret of its own, sealed.

    `events` are those that it is told of, by commas. Whoever sends to it holds it until `lease_until`; after an attempt
    without an answer nothing is sent before `silent_until`, later and later with `failures` in a row; `last_*` are of
    the newest attempt. One that was deleted keeps its name, for what was sent to it, and nothing else.
    """

    __tablename__ = "forward_target"
    __table_args__ = (
        Index(
            "uq_forward_target_name", "account", "name", unique=True, sqlite_where=_THERE, postgresql_where=_THERE
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(LONGEST_TARGET_NAME))
    url: Mapped[str] = mapped_column(Text)
    secret_sealed: Mapped[str | None] = mapped_column(Text)
    secret_fingerprint: Mapped[str] = mapped_column(String(16))
    events: Mapped[str] = mapped_column(String(80))
    active: Mapped[bool]
    off_since: Mapped[datetime | None]
    created: Mapped[datetime] = mapped_column(default=now)
    changed: Mapped[datetime] = mapped_column(default=now)
    changed_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    deleted: Mapped[datetime | None]

    served: Mapped[datetime] = mapped_column(default=now)
    lease_until: Mapped[datetime | None]
    holder: Mapped[str | None] = mapped_column(String(40))
    failures: Mapped[int] = mapped_column(default=0)
    silent_until: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    last_code: Mapped[int | None]
    last_error: Mapped[str | None] = mapped_column(String(40))
    last_ms: Mapped[int | None]

    changer: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @property
    def event_list(self) -> tuple[str, ...]:
        return tuple(self.events.split(","))


class Replay(Base):
    """Deliveries that somebody chose to send once more to a target: of a time, of an event, about an object.

    `since` is included, `until` is not; of what came after `last_id` nothing is sent. `scope` is "missing" (what the
    target has not taken) or "all". `chosen` and `replaced` were counted when it was confirmed: what is sent, and what
    is left out because a newer delivery tells of the same object. `cursor` is the last delivery that was looked at,
    `queued` how many were queued until then. One form is one replay, by `submit_token_hash`.
    """

    __tablename__ = "replay"
    __table_args__ = (Index(None, "account", "id"), Index(None, "target_id"), Index(None, "job_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    target_id: Mapped[int] = mapped_column(ForeignKey("forward_target.id"))
    submit_token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    requested_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created: Mapped[datetime] = mapped_column(default=now)
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    event: Mapped[str | None] = mapped_column(String(40))
    about: Mapped[str | None] = mapped_column(String(255))
    scope: Mapped[str] = mapped_column(String(8))
    newest_only: Mapped[bool]
    last_id: Mapped[int]
    chosen: Mapped[int]
    replaced: Mapped[int]
    cursor: Mapped[int] = mapped_column(default=0)
    queued: Mapped[int] = mapped_column(default=0)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    cancelled: Mapped[datetime | None]

    target: Mapped[ForwardTarget] = relationship(lazy="joined", innerjoin=True)
    requester: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    job: Mapped[Job | None] = relationship(lazy="joined")


class Forward(Base):
    """One delivery and one target: how far it has come. `turn` is FRESH or REPLAYED.

    It is tried again at `next_try`, and given up after `until`. `replay_id` is the last replay that has queued it, and
    `before` its state before that, None where the target had never been told.
    """

    __tablename__ = "forward"
    __table_args__ = (
        Index(None, "delivery_id", "target_id", unique=True),
        Index(None, "target_id", "state"),
        Index(None, "replay_id", "state"),
        Index(
            "ix_forward_due", "target_id", "turn", "next_try", sqlite_where=_WAITING, postgresql_where=_WAITING
        ),
        CheckConstraint("state IN ('waiting', 'sent', 'failed', 'superseded')", name="state"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id", ondelete="CASCADE"))
    target_id: Mapped[int] = mapped_column(ForeignKey("forward_target.id"))
    state: Mapped[str] = mapped_column(String(10), default=ForwardState.WAITING)
    turn: Mapped[int] = mapped_column(default=FRESH)
    tries: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime | None]
    until: Mapped[datetime | None]
    replay_id: Mapped[int | None] = mapped_column(ForeignKey("replay.id"))
    before: Mapped[str | None] = mapped_column(String(10))

    target: Mapped[ForwardTarget] = relationship(lazy="joined", innerjoin=True)


class ForwardAttempt(Base):
    """One try to forward a delivery to a target: its answer, with the first bytes, sealed, or the kind of failure."""

    __tablename__ = "forward_attempt"
    __table_args__ = (Index(None, "forward_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    forward_id: Mapped[int] = mapped_column(ForeignKey("forward.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(default=now)
    code: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(String(40))
    ms: Mapped[int]
    answer_sealed: Mapped[str | None] = mapped_column(Text)
