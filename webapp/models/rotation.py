"""Replacements of a webhook's secret without a gap: a second webhook at the same address takes over."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, now
from .user import User


class RotationStep(StrEnum):
    """Where a rotation stands: what has to be done next, or how it ended.

    `make` the second webhook, still paused -> `install` its secret in the shop -> `watch` both deliver ->
    `quiet`: the old one is paused -> `done`. Every step can be taken back until the old one is deleted: `undone`.
    """

    MAKE = "make"
    INSTALL = "install"
    WATCH = "watch"
    QUIET = "quiet"
    DONE = "done"
    UNDONE = "undone"


class Standing(StrEnum):
    """How the new webhook of a rotation does, as one look at the provider says.

    `taken`: the shop took its last delivery; `waiting`: nothing was delivered yet. The rest is trouble. `refused`: the
    shop did not take the last one; `silent`: orders changed, and nothing was delivered; `changed`: it is paused, or
    leads elsewhere; `gone`; `old_changed`: the old webhook is not as the rotation left it.
    """

    TAKEN = "taken"
    WAITING = "waiting"
    REFUSED = "refused"
    SILENT = "silent"
    CHANGED = "changed"
    GONE = "gone"
    OLD_CHANGED = "old_changed"

    @property
    def is_trouble(self) -> bool:
        return self not in (Standing.TAKEN, Standing.WAITING)


ENDED = (RotationStep.DONE, RotationStep.UNDONE)
_OPEN = text("step NOT IN ('done', 'undone')")


class Rotation(Base):
    """One rotation of the webhook `hook_id`; at most one open for a webhook. `changed`: since when it stands here.

    `was_active`: whether the new webhook has ever been switched on, so that its last response means its one secret.
    `quiet_until` is when the quiet time ends; None while `trouble`, which began at `trouble_since`, stops its clock.
    `watched`: when the quiet time was last looked after.
    """

    __tablename__ = "rotation"
    __table_args__ = (
        Index(
            "uq_rotation_open_hook",
            "account",
            "hook_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(None, "account", "new_hook_id"),
        CheckConstraint("step IN ('make', 'install', 'watch', 'quiet', 'done', 'undone')", name="step"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    hook_id: Mapped[str] = mapped_column(String(255))
    new_hook_id: Mapped[str | None] = mapped_column(String(255))
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[str] = mapped_column(String(80))
    step: Mapped[str] = mapped_column(String(7), default=RotationStep.MAKE)
    undoing: Mapped[bool] = mapped_column(default=False)
    was_active: Mapped[bool] = mapped_column(default=False)
    start_token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    started_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    started: Mapped[datetime] = mapped_column(default=now)
    changed: Mapped[datetime] = mapped_column(default=now)
    quiet_until: Mapped[datetime | None]
    trouble: Mapped[str | None] = mapped_column(String(12))
    trouble_since: Mapped[datetime | None]
    watched: Mapped[datetime | None]
    ended: Mapped[datetime | None]

    starter: Mapped[User] = relationship(foreign_keys=[started_by], lazy="joined", innerjoin=True)

    @property
    def is_open(self) -> bool:
        return self.step not in ENDED

    def is_quiet_over(self, moment: datetime) -> bool:
        """Whether the old webhook has been paused for long enough, without trouble."""
        return self.quiet_until is not None and self.quiet_until <= moment

    @property
    def event_list(self) -> tuple[str, ...]:
        return tuple(self.events.split(","))
