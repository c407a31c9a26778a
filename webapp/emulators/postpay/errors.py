"""The documented errors, and their shape."""

from __future__ import annotations

from typing import Any

from webapp.emulators.kit.messages import Answer, Refusal

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


def answer(refusal: Refusal) -> Answer:
    """An error in the documents' shape. A code unknown to them, which only faults have, has the last one's words."""
    code = refusal.code or code_of(refusal.status)
    status, message = ERRORS.get(code, ERRORS["error"])
    error: dict[str, Any] = {"code": code, "message": refusal.message or message}
    if refusal.fields is not None:
        error["fields"] = refusal.fields
    return Answer.of({"error": error}, refusal.status or status, refusal.headers)


def code_of(status: int | None) -> str:
    """The documented general code of a status, for faults that name only the status."""
    return next((code for code, (known, _) in ERRORS.items() if known == status), "error")
