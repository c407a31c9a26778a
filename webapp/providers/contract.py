"""What generic code asks of a provider: the Protocols that a provider's folder keeps, and the words they answer in."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from webapp.models.intent import Intent


class Answer(StrEnum):
    """What came back from sending."""

    DONE = "done"
    NOT_SENT = "not_sent"
    UNREADABLE = "unreadable"
    CONFLICT = "conflict"
    LIMIT_EXCEEDED = "limit_exceeded"
    INVALID_STATUS = "invalid_status"
    DECLINED = "declined"
    EXPIRED = "expired"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    REFUSED = "refused"
    THROTTLED = "throttled"
    LOST = "lost"


class Proof(StrEnum):
    """What reading back found. `OTHER`: there, but with different data. `NOT_OURS`: done, but by somebody else."""

    DONE = "done"
    OTHER = "other"
    NOT_OURS = "not_ours"
    MISSING = "missing"
    IMPOSSIBLE = "impossible"
    FAILED = "failed"
    NOT_ASKED = "not_asked"


class Client(Protocol):
    """What every client of a provider has, whatever its endpoints are."""

    @property
    def breaker_open(self) -> bool:
        """Whether calls are being stopped because the provider has not been answering."""

    @property
    def clock_skew(self) -> timedelta | None:
        """The provider's clock minus ours; None before the first answer."""

    def close(self) -> None:
        """Lets kept connections go."""


class Mover(Protocol):
    """Moves money at a provider for an intent that is on disk, and finds out whether it was moved."""

    @property
    def breaker_open(self) -> bool:
        """Whether calls are being stopped because the provider has not been answering."""

    def send(self, intent: Intent, *, deadline: float) -> Answer:
        """Sends the intent's fixed bytes once. DONE or UNREADABLE; raises GatewayError (see `answer_of`)."""

    def look(self, intent: Intent, *, deadline: float) -> Proof:
        """Reads back whether it was done. Raises nothing that a provider can cause: then it is FAILED."""

    def is_listed(self, intent: Intent, *, deadline: float) -> bool:
        """Whether a list at the provider has it, or cannot be read: then nothing is proved."""
