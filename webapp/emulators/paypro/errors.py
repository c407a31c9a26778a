"""The documented errors, and their shape; where the documents are silent, the same shape."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from webapp.emulators.kit.messages import Answer, Refusal

# What the work and the kit refuse: code -> status, type and message. Of 401 and 404 the documents give no body.
ERRORS: dict[str, tuple[int, str, str]] = {
    "invalid": (422, "invalid_request", "The request is invalid."),
    "invalid_state": (422, "invalid_state", "The state does not allow this."),
    "parse_error": (400, "bad_request", "The body cannot be read."),
    "unsupported_media_type": (400, "bad_request", "The body must be JSON."),
    "authentication_failed": (401, "authentication_error", "Invalid API key."),
    "permission_denied": (403, "permission_denied", "This is not allowed."),
    "not_found": (404, "not_found", "Not found."),
    "method_not_allowed": (405, "method_not_allowed", "This address has no such method."),
    "throttled": (429, "too_many_requests", "Too many requests."),
    "error": (500, "api_error", "Something went wrong."),
}
WHOLE = "non_field_errors"


def answer(refusal: Refusal) -> Answer:
    """An error in the documented envelope: message, the one field that is wrong or null, type."""
    code = refusal.code or _code_of(refusal.status)
    fields = refusal.fields if isinstance(refusal.fields, dict) else {}
    if WHOLE in fields:
        code, fields = "parse_error", {}
    status, kind, message = ERRORS.get(code, ERRORS["error"])
    param = next(iter(fields), None)
    said = refusal.message or (_first(fields[param]) if param else message)
    return Answer.of(
        {"error": {"message": said, "param": param, "type": kind}},
        refusal.status or status,
        {**request_id(), **refusal.headers},
    )


def wrong(field: str, message: str) -> Refusal:
    """422 about one field."""
    return Refusal("invalid", fields={field: [message]})


def request_id() -> Mapping[str, str]:
    return {"X-Request-Id": str(uuid.uuid4())}


def _first(problem: Any) -> str:
    """The first message within the problems of a field, however deep."""
    while isinstance(problem, dict | list):
        parts = list(problem.values()) if isinstance(problem, dict) else problem
        problem = next((part for part in parts if part), "is invalid")
    return str(problem)


def _code_of(status: int | None) -> str:
    """The code of a status, for faults that name only the status."""
    return next((code for code, (known, _, _) in ERRORS.items() if known == status), "error")
