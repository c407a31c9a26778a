"""The mistakes that the bench knows, and the guesses that each of them leads to."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Cause(StrEnum):
    """One way in which what was pasted differs from what was signed, or the signature from what it should be."""

    NEWLINE_ADDED = "newline_added"
    NEWLINE_REMOVED = "newline_removed"
    BLANKS_ADDED = "blanks_added"
    LINE_ENDS = "line_ends"
    BYTE_ORDER_MARK = "byte_order_mark"
    RESERIALISED = "reserialised"

    SECRET_BLANKS = "secret_blanks"  # noqa: S105 - the name of a mistake
    SECRET_NEWLINE = "secret_newline"  # noqa: S105
    SECRET_QUOTED = "secret_quoted"  # noqa: S105
    SECRET_CASE = "secret_case"  # noqa: S105
    SECRET_DECODED = "secret_decoded"  # noqa: S105
    OTHER_SECRET = "other_secret"  # noqa: S105

    TIME_NOT_SIGNED = "time_not_signed"
    TIME_MISSING = "time_missing"
    TIME_WRONG = "time_wrong"
    TIME_IN_MILLISECONDS = "time_in_milliseconds"
    OTHER_JOIN = "other_join"

    BASE64 = "base64"
    UPPER_CASE = "upper_case"
    PREFIX = "prefix"
    OTHER_HASH = "other_hash"


class Guess(NamedTuple):
    """A body, or a secret, as it may have been when it was signed; no cause where it is as it was pasted."""

    value: bytes
    cause: Cause | None = None
    note: str = ""
