"""What PayPro's refusals mean: status and `param` to exception. Only the envelope of a 422 is documented."""

from __future__ import annotations

from typing import Any

from webapp.providers.http.errors import (
    Conflict,
    Forbidden,
    GatewayError,
    Invalid,
    InvalidStatus,
    NotFound,
    Refused,
    Throttled,
    Unauthorized,
    UnreadableAnswer,
)
from webapp.providers.http.strict_json import NotJSON, read_object
from webapp.providers.http.transport import Call, HttpAnswer

BY_STATUS: dict[int, type[Refused]] = {
    400: Invalid,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    429: Throttled,
}
WITHOUT_BODY = (401, 429)
"""Machines before the provider say these in HTML, and mean the same."""
LONGEST_TEXT = 500


def refusal(call: Call, answer: HttpAnswer) -> GatewayError:
    """The exception for a 4xx; UnreadableAnswer where its body is no object, or a 422 has no error in it.

    A 422 about a field is Invalid and names it; one about none is InvalidStatus: the state does not allow it.
    """
    status = answer.status
    try:
        error: Any = read_object(answer.body).get("error")
    except NotJSON:
        if status in WITHOUT_BODY:
            return _refused(call, answer, BY_STATUS[status], {})
        return UnreadableAnswer(call.endpoint, call.method, "no error as documented", status=status)
    if not isinstance(error, dict):
        error = {}
    if status != 422:
        return _refused(call, answer, BY_STATUS.get(status, Refused), error)
    if not isinstance(error.get("message"), str):
        return UnreadableAnswer(call.endpoint, call.method, "no error as documented", status=status)
    return _refused(call, answer, Invalid if _text(error, "param") else InvalidStatus, error)


def _refused(call: Call, answer: HttpAnswer, kind: type[Refused], error: dict[str, Any]) -> Refused:
    message, field = _text(error, "message"), _text(error, "param")
    return kind(
        call.endpoint,
        call.method,
        status=answer.status,
        code=_text(error, "type"),
        message=message,
        fields={field: [message]} if field else {},
        retry_after=answer.retry_after,
    )


def _text(error: dict[str, Any], name: str) -> str:
    value = error.get(name)
    return value[:LONGEST_TEXT] if isinstance(value, str) else ""
