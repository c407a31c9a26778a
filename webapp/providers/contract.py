"""What generic code asks of a provider: the Protocols that a provider's folder keeps, and the words they answer in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, TypeVar

from webapp.models.operation import Operation

OperationT = TypeVar("OperationT", bound=Operation, contravariant=True)
Method = TypeVar("Method", bound=Callable[..., Any])


def writes(method: Method) -> Method:
    """Marks a client's method that changes something at the provider: only services may call it."""
    method.writes = True  # type: ignore[attr-defined]
    return method


class Promise(StrEnum):
    """What goes with an operation that the provider knows it by: an id of ours, a mark, or nothing.

    Only what is NAMED is ever sent again without a person.
    """

    NAMED = "named"
    MARKED = "marked"
    BARE = "bare"


class Answer(StrEnum):
    """What came back from sending. `WITHHELD`: nothing spoke for it any more at the last moment, so it was not sent."""

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
    GONE = "gone"
    WITHHELD = "withheld"


class Proof(StrEnum):
    """What reading back found.

    `ADOPTED`: it is there, under an id of the provider's. `OTHER`: there, but with different data; `NOT_OURS`: done,
    but by somebody else; `SEVERAL`: any of several may be it. `GONE`: what was to be changed is there no more;
    `UNPROVED`: reading cannot tell; `UNSENDABLE`: nor can it be sent again, for what is to be sent is lost.
    """

    DONE = "done"
    ADOPTED = "adopted"
    OTHER = "other"
    NOT_OURS = "not_ours"
    MISSING = "missing"
    IMPOSSIBLE = "impossible"
    FAILED = "failed"
    NOT_ASKED = "not_asked"
    GONE = "gone"
    SEVERAL = "several"
    UNPROVED = "unproved"
    UNSENDABLE = "unsendable"


class Sent(NamedTuple):
    """What came back from sending, and the provider's own id where it gave one."""

    answer: Answer
    provider_id: str | None = None


class Found(NamedTuple):
    """What a reading proves, and the provider's own id of what it found."""

    proof: Proof
    provider_id: str | None = None


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


class Mover(Protocol[OperationT]):
    """Does at a provider what is on disk as an operation, and finds out whether it was done."""

    @property
    def promise(self) -> Promise:
        """By what the provider knows it."""

    @property
    def breaker_open(self) -> bool:
        """Whether calls are being stopped because the provider has not been answering."""

    def send(self, operation: OperationT, *, deadline: float) -> Sent:
        """Sends what is fixed in the row once. Raises GatewayError (see `answer_of`)."""

    def look(self, operation: OperationT, *, deadline: float, in_lists: bool = False) -> Found:
        """Reads back whether it was done, `in_lists` in the lists as well.

        Raises nothing that a provider can cause: then it is FAILED.
        """
