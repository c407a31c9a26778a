"""What can go wrong when a provider is asked, by what the caller can do about it. Neutral of the vendor.

    GatewayError
      NoAnswer            nothing came back
        NotSent           surely no byte of the request reached the provider
        AnswerLost        it may have: after a write, nobody knows
      Refused             a 4xx with a readable error
      UnreadableAnswer    a 2xx or 4xx whose body is not what was promised
      ProviderFailed      5xx, 408, 3xx

`str()` of each is safe for logs: endpoint, method, status, code; never a body, an id or a secret.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple, Self


class GatewayError(Exception):
    """A call did not end as hoped. `endpoint` is the client method's name, `reason` a few words of our own."""

    def __init__(self, endpoint: str, method: str, reason: str, *, status: int | None = None) -> None:
        super().__init__(endpoint, method, reason)
        self.endpoint = endpoint
        self.method = method
        self.reason = reason
        self.status = status

    def light(self) -> Self:
        """Without what led to it, which would keep the whole body in memory for as long as the error is kept."""
        self.__cause__ = self.__context__ = None
        return self.with_traceback(None)

    def __str__(self) -> str:
        status = "" if self.status is None else f" {self.status}"
        return f"{self.endpoint} ({self.method}):{status} {self.reason}"


class NoAnswer(GatewayError):
    """No status came back."""


class NotSent(NoAnswer):
    """Name not found, refused, connect timeout, TLS failure, breaker open, too many calls: safe to start again."""


class BreakerOpen(NotSent):
    """The provider has not answered for a while; it was not asked."""


class TooManyCalls(NotSent):
    """All places for calls to this account are taken, by calls that wait for the provider."""


class AnswerLost(NoAnswer):
    """Read timeout, reset, deadline: the provider may have acted."""


class ProviderFailed(GatewayError):
    """The provider, or a machine before it, failed: 5xx, 408, or a redirect, which is never followed.

    retry_after: seconds it asked us to wait, if it did.
    """

    def __init__(self, endpoint: str, method: str, *, status: int, retry_after: float | None = None) -> None:
        super().__init__(endpoint, method, "the provider failed", status=status)
        self.status: int = status
        self.retry_after = retry_after


class UnreadableAnswer(GatewayError):
    """Malformed, truncated, too large or too deep, wrong types, or about something else than was asked."""

    def __init__(self, endpoint: str, method: str, reason: str, *, status: int) -> None:
        super().__init__(endpoint, method, reason, status=status)
        self.status: int = status


class BadRow(NamedTuple):
    """A row that cannot be read: its place in the answer, its id (empty where that cannot be read), its field."""

    place: int
    id: str
    field: str


class UnreadableRow(UnreadableAnswer):
    """An object, or one row of a list, is not what was promised; `row` is its id, empty where that cannot be read.

    `bad` are all such rows, and `others` those beside them, where the list was read to its end all the same.
    """

    def __init__(self, endpoint: str, method: str, reason: str, *, status: int, row: str, field: str) -> None:
        super().__init__(endpoint, method, reason, status=status)
        self.row = row
        self.field = field
        self.bad: tuple[BadRow, ...] = (BadRow(0, row, field),)
        self.others: tuple[Any, ...] = ()


class Refused(GatewayError):
    """The provider understood and said no.

    code: compare this, never the message. message: the provider's words, to be escaped like any foreign text.
    fields: messages by field, nested names joined with dots ("merchant.confirmation_url").
    retry_after: seconds, or None.
    """

    def __init__(
        self,
        endpoint: str,
        method: str,
        *,
        status: int,
        code: str,
        message: str = "",
        fields: dict[str, list[str]] | None = None,
        retry_after: float | None = None,
    ) -> None:
        spoken = code if re.fullmatch(r"[a-z_]{1,40}", code) else "a code of its own"
        super().__init__(endpoint, method, spoken, status=status)
        self.status: int = status
        self.code = code
        self.message = message
        self.fields = fields or {}
        self.retry_after = retry_after


class NotFound(Refused):
    """There is no such thing in this merchant's account."""


class Unauthorized(Refused):
    """Our credentials are not accepted: a misconfiguration of ours, never the agent's missing right."""


class Forbidden(Refused):
    """Our credentials are known, and may not do this."""


class Invalid(Refused):
    """The input is wrong; `fields` says where."""


class Conflict(Refused):
    """The id is already in use."""


class InvalidStatus(Refused):
    """The order's status does not allow it."""


class LimitExceeded(Refused):
    """The amount is above what remains."""


class CaptureDeclined(Refused):
    """The payment was declined; the order stays as it was."""


class CaptureExpired(Refused):
    """The time for capturing is over."""


class Throttled(Refused):
    """Too many calls; wait for `retry_after` seconds."""


def told_as(error: GatewayError) -> type[GatewayError]:
    """The kind that a person is told. A 403 in HTML, of a machine before the provider, means what a 403 means; only
    after a write it proves less, for such a machine may also stop an answer on its way back.
    """
    return Forbidden if isinstance(error, UnreadableAnswer) and error.status == 403 else type(error)
