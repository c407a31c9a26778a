"""Changes of webhooks: what an admin decided, written down before the provider is asked."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from .base import Base
from .operation import UNDECIDED, Operation, State
from .user import User


class HookAction(StrEnum):
    CREATE = "create"
    EDIT = "edit"
    SECRET = "secret"  # noqa: S105 - the name of an action
    ACTIVATE = "activate"
    PAUSE = "pause"
    DELETE = "delete"


ChangeState = State

OPEN_STATES = UNDECIDED
CANNOT_UNSEAL = "cannot_unseal"
"""As `outcome_code`: the desk has lost the secret with its keys."""
_OPEN = text("state IN ('pending', 'unknown')")
_OPEN_CREATE = text("action = 'create' AND state IN ('pending', 'unknown')")


class HookChange(Operation, Base):
    """One change of one webhook; at most one open per webhook, and per address that is being created.

    `hook_id` of a creation is known when it is done. `events` are separated by commas. `url`, `events` and `active`
    are what shall be; for a change that leaves them, what they were. `secret_sealed` goes when the secret was shown
    or is of no use. `refused_fields` is JSON: what the provider said of each field.
    `by_desk`: the desk itself went on with what `requester` had begun.
    """

    refusal = None

    __tablename__ = "hook_change"
    __table_args__ = (
        Index(
            "uq_hook_change_open_hook",
            "account",
            "hook_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(
            "uq_hook_change_open_url",
            "account",
            "url",
            unique=True,
            sqlite_where=_OPEN_CREATE,
            postgresql_where=_OPEN_CREATE,
        ),
        Index(None, "account", "hook_id", "id"),
        Index(None, "state", "next_check"),
        Index(None, "rotation_id"),
        CheckConstraint("action IN ('create', 'edit', 'secret', 'activate', 'pause', 'delete')", name="action"),
        CheckConstraint("state IN ('pending', 'unknown', 'succeeded', 'refused', 'closed')", name="state"),
    )

    action: Mapped[str] = mapped_column(String(8))
    hook_id: Mapped[str | None] = mapped_column(String(255))
    rotation_id: Mapped[int | None] = mapped_column(ForeignKey("rotation.id"))
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[str] = mapped_column(String(80))
    active: Mapped[bool]
    secret_sealed: Mapped[str | None] = mapped_column(Text)
    secret_fingerprint: Mapped[str | None] = mapped_column(String(16))
    secret_shown: Mapped[datetime | None]
    secret_shown_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    requested_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    by_desk: Mapped[bool] = mapped_column(default=False, server_default=false())
    state: Mapped[str] = mapped_column(String(9), default=ChangeState.PENDING)
    refused_fields: Mapped[str | None] = mapped_column(Text)
    first_sent = synonym("created")
    last_sent: Mapped[datetime]

    requester: Mapped[User] = relationship(foreign_keys=[requested_by], lazy="joined", innerjoin=True)
    shower: Mapped[User | None] = relationship(foreign_keys=[secret_shown_by], lazy="joined")

    @property
    def event_list(self) -> tuple[str, ...]:
        return tuple(self.events.split(",")) if self.events else ()

    @property
    def field_messages(self) -> dict[str, list[str]]:
        """What the provider said of each field of a change that it refused."""
        return json.loads(self.refused_fields) if self.refused_fields else {}

    @property
    def is_sent_again(self) -> bool:
        """A secret only, which nothing else can prove, while the desk can read it."""
        return self.action == HookAction.SECRET and self.outcome_code != CANNOT_UNSEAL

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def brings_secret(self) -> bool:
        return self.action in (HookAction.CREATE, HookAction.SECRET)

    @property
    def was_shown_first(self) -> bool:
        """Whether its secret was shown before it was sent."""
        return self.secret_shown is not None and self.secret_shown <= self.created

    @property
    def can_show_secret(self) -> bool:
        """Whether its secret is in force and nobody has seen it yet."""
        return self.state == ChangeState.SUCCEEDED and self.secret_sealed is not None and self.secret_shown is None
