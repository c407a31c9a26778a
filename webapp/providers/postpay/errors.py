"""What Postpay's refusals mean: (status, code) to exception, one table (document: Errors, Capture, Refunds)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from webapp.providers.http.errors import (
    CaptureDeclined,
    CaptureExpired,
    Conflict,
    Forbidden,
    GatewayError,
    Invalid,
    InvalidStatus,
    LimitExceeded,
    NotFound,
    Refused,
    Throttled,
    Unauthorized,
    UnreadableAnswer,
)
from webapp.providers.http.strict_json import NotJSON, read_object
from webapp.providers.http.transport import Call, HttpAnswer

REFUSALS: dict[tuple[int, str], type[Refused]] = {
    (400, "invalid"): Invalid,
    (400, "parse_error"): Invalid,
    (401, "authentication_failed"): Unauthorized,
    (402, "capture_error"): CaptureDeclined,
    (402, "payment_required"): Refused,
    (403, "permission_denied"): Forbidden,
    (404, "not_found"): NotFound,
    (405, "method_not_allowed"): Refused,
    (406, "not_acceptable"): Refused,
    (409, "conflict"): Conflict,
    (409, "invalid_status"): InvalidStatus,
    (409, "limit_exceeded"): LimitExceeded,
    (410, "expired"): CaptureExpired,
    (410, "gone"): Refused,
    (415, "unsupported_media_type"): Refused,
    (422, "unprocessable"): Invalid,
    (429, "throttled"): Throttled,
}

BY_STATUS: dict[int, type[Refused]] = {400: Invalid, 403: Forbidden, 404: NotFound, 422: Invalid}
"""For a code that no document names. 402, 409 and 410 mean nothing without theirs."""

WITHOUT_BODY: dict[int, type[Refused]] = {401: Unauthorized, 429: Throttled}
"""Machines before the provider say these in HTML, and mean the same."""

LONGEST_TEXT = 500
MOST_FIELDS = 50


def refusal(call: Call, answer: HttpAnswer) -> GatewayError:
    """The exception for a 4xx: a Refused, or UnreadableAnswer if it holds no error as documented."""
    status, retry_after = answer.status, answer.retry_after
    error = _error_of(answer.body)
    if error is None and status in WITHOUT_BODY:
        return WITHOUT_BODY[status](call.endpoint, call.method, status=status, code="", retry_after=retry_after)
    if error is None:
        return UnreadableAnswer(call.endpoint, call.method, "no error as documented", status=status)
    code = error["code"]
    kind = REFUSALS.get((status, code)) or BY_STATUS.get(status) or WITHOUT_BODY.get(status) or Refused
    return kind(
        call.endpoint,
        call.method,
        status=status,
        code=code,
        message=_text(error.get("message")),
        fields=flatten(error.get("fields")),
        retry_after=retry_after,
    )


def _error_of(body: bytes) -> dict[str, Any] | None:
    try:
        error = read_object(body).get("error")
    except NotJSON:
        return None
    if not isinstance(error, dict) or not isinstance(error.get("code"), str):
        return None
    return error


def flatten(fields: object) -> dict[str, list[str]]:
    """Messages by field, nested names joined with dots: {"merchant.confirmation_url": ["…"]}. At most `MOST_FIELDS`."""
    return dict(islice(_messages(fields, ""), MOST_FIELDS))


def _messages(fields: object, prefix: str) -> Iterator[tuple[str, list[str]]]:
    """Field by field, so that whoever has read enough can stop."""
    if not isinstance(fields, dict):
        return
    for name, messages in fields.items():
        path = f"{prefix}{name}"[:LONGEST_TEXT]
        if isinstance(messages, dict):
            yield from _messages(messages, f"{path}.")
        elif isinstance(messages, list) and any(isinstance(one, dict) for one in messages):
            yield from _messages({str(at): one for at, one in enumerate(messages)}, f"{path}.")
        else:
            spoken = messages if isinstance(messages, list) else [messages]
            yield path, [_text(one) for one in islice(filter(_is_text, spoken), MOST_FIELDS)]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _text(value: object) -> str:
    return value[:LONGEST_TEXT] if isinstance(value, str) else ""
