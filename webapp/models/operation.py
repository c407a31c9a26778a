"""What every table of operations shares: something that a person decided, and that must happen exactly once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from .base import now


class State(StrEnum):
    """`awaiting_approval -> pending -> succeeded | refused | unknown`, `unknown -> succeeded | refused | attention`.

    `attention` needs a person, who closes it; so may, with care, who gives up what stays unknown: `closed`.
    """

    AWAITING_APPROVAL = "awaiting_approval"
    PENDING = "pending"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    ATTENTION = "attention"
    CLOSED = "closed"


UNDECIDED = (State.PENDING, State.UNKNOWN)
"""It was sent, or was about to be, and what became of it is not written down."""


class Operation:
    """A decided operation: written down before it is sent, and settled once.

    `attempt` counts the times it was sent, `checks` the times it was looked at since. Until `lease_until` it is in
    somebody's hands. `misses` are spaced readings that did not find it, and `refusal` is the 409 that a sending met
    while reading back did not settle it, where the table keeps them.
    """

    if TYPE_CHECKING:
        first_sent: Mapped[datetime | None]
        misses: Mapped[int]
        last_miss: Mapped[datetime | None]
        refusal: Mapped[str | None]

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    submit_token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(20), default=State.PENDING)
    attempt: Mapped[int] = mapped_column(default=1)
    checks: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime]
    next_check: Mapped[datetime]
    outcome_code: Mapped[str | None] = mapped_column(String(40))
    detail: Mapped[str | None] = mapped_column(String(300))
    error_class: Mapped[str | None] = mapped_column(String(40))
    created: Mapped[datetime] = mapped_column(default=now)
    settled: Mapped[datetime | None]

    @property
    def is_sent_again(self) -> bool:
        """Whether the desk itself sends it again for a while, where a look does not find it."""
        return True
