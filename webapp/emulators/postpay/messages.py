"""What goes over the wire: a request as it was sent, the answer to it, and the documented errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from string import printable
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_to_bytes

API_TYPE = "application/vnd.api+json"
HTML_TYPE = "text/html; charset=utf-8"
MAX_PARAMETERS = 1000

# The documents' tables of errors, those of capture and refunds included: code -> status and message.
ERRORS: dict[str, tuple[int, str]] = {
    "invalid": (400, "Invalid input."),
    "parse_error": (400, "Malformed request."),
    "authentication_failed": (401, "Invalid authentication credentials."),
    "payment_required": (402, "Payment required."),
    "capture_error": (402, "Payment transaction declined."),
    "permission_denied": (403, "You do not have permission to perform this action."),
    "not_found": (404, "Not found."),
    "method_not_allowed": (405, "HTTP method not allowed."),
    "not_acceptable": (406, "Could not satisfy the request Accept header."),
    "conflict": (409, "A conflict of data exists, even with valid information."),
    "invalid_status": (409, "The status of the order does not allow this."),
    "limit_exceeded": (409, "The amount exceeds the limit."),
    "gone": (410, "The target resource is no longer available."),
    "expired": (410, "The capture has expired."),
    "unsupported_media_type": (415, "Unsupported media type in request."),
    "unprocessable": (422, "The requested information is okay, but invalid."),
    "throttled": (429, "Request was throttled."),
    "error": (500, "Oops!!"),
}


class Delivery(Enum):
    """How the bytes of an answer travel; all but WHOLE exist for the sake of faults."""

    WHOLE = "whole"
    CLOSED = "closed"
    RESET = "reset"
    TRUNCATED = "truncated"
    DRIPPED = "dripped"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was sent: path and query are raw, header names lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    peer: str = "127.0.0.1"
    oversized: bool = False

    @property
    def parameters(self) -> dict[str, str]:
        """The query decoded; of a name given twice the last wins."""
        try:
            query = quote(self.query, safe=printable, encoding="latin-1")
            pairs = parse_qsl(query, keep_blank_values=True, errors="replace", max_num_fields=MAX_PARAMETERS)
        except ValueError as error:
            raise Refusal("parse_error") from error
        return dict(pairs)

    @property
    def parts(self) -> list[str]:
        """The path cut at its slashes *before* decoding, for ids may hold an encoded slash."""
        try:
            return [unquote_to_bytes(part.encode("latin-1")).decode() for part in self.path.split("/")[1:]]
        except UnicodeError as error:
            raise Refusal("not_found") from error


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and how it is to be delivered; `pause` is the time in seconds that a dripped body takes."""

    status: int
    body: bytes = b""
    content_type: str = API_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery.WHOLE
    pause: float = 0.0

    @classmethod
    def of(cls, data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
        return cls(status, as_json(data), headers=headers or {})

    def with_headers(self, headers: Mapping[str, str]) -> Answer:
        return replace(self, headers={**self.headers, **headers})


class Refusal(Exception):
    """A documented error: raised anywhere in the work, answered in the documents' shape."""

    def __init__(
        self,
        code: str,
        *,
        fields: Any = None,
        message: str | None = None,
        headers: Mapping[str, str] | None = None,
        status: int | None = None,
    ) -> None:
        self.code = code
        self.status = status or ERRORS[code][0]
        self.message = message or ERRORS[code][1]
        self.fields = fields
        self.headers = headers or {}
        super().__init__(f"{self.status} {code}")

    def answer(self) -> Answer:
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.fields is not None:
            error["fields"] = self.fields
        return Answer.of({"error": error}, self.status, self.headers)


def code_of(status: int) -> str:
    """The documented general code of a status, for faults that name only the status."""
    return next((code for code, (known, _) in ERRORS.items() if known == status), "error")


def as_json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
