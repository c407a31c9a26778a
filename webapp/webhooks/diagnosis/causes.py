"""The mistakes that the bench knows, what points to one that it cannot try, and the guesses that lead to them."""

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
    CHARSET = "charset"
    NORMALISED = "normalised"
    TYPOGRAPHY = "typography"
    HTML_ESCAPED = "html_escaped"
    PERCENT_ENCODED = "percent_encoded"
    BODY_QUOTED = "body_quoted"
    BODY_ENCODED = "body_encoded"
    HEADERS_IN_BODY = "headers_in_body"
    RESERIALISED = "reserialised"
    KEYS_REORDERED = "keys_reordered"
    EMPTY_BODY = "empty_body"
    OBJECT_AS_TEXT = "object_as_text"

    SECRET_BLANKS = "secret_blanks"  # noqa: S105 - the name of a mistake
    SECRET_NEWLINE = "secret_newline"  # noqa: S105
    SECRET_QUOTED = "secret_quoted"  # noqa: S105
    SECRET_NAMED = "secret_named"  # noqa: S105
    SECRET_PREFIX = "secret_prefix"  # noqa: S105
    SECRET_CASE = "secret_case"  # noqa: S105
    SECRET_DECODED = "secret_decoded"  # noqa: S105
    SECRET_ENCODED = "secret_encoded"  # noqa: S105
    OTHER_SECRET = "other_secret"  # noqa: S105
    EMPTY_SECRET = "empty_secret"  # noqa: S105

    TIME_NOT_SIGNED = "time_not_signed"
    TIME_MISSING = "time_missing"
    TIME_WRONG = "time_wrong"
    TIME_IN_BODY = "time_in_body"
    TIME_IN_MILLISECONDS = "time_in_milliseconds"
    TIME_NOT_SECONDS = "time_not_seconds"
    OTHER_JOIN = "other_join"

    SWAPPED_ARGUMENTS = "swapped_arguments"
    UNKEYED = "unkeyed"
    CONCATENATED = "concatenated"
    HASH_SIGNED = "hash_signed"

    BASE64 = "base64"
    UPPER_CASE = "upper_case"
    PREFIX = "prefix"
    STRIPE_HEADER = "stripe_header"
    SVIX_HEADER = "svix_header"
    OTHER_HEADER = "other_header"
    SEVERAL_HEADERS = "several_headers"
    OTHER_SEPARATOR = "other_separator"
    SWAPPED_PARTS = "swapped_parts"
    SIGNATURE_QUOTED = "signature_quoted"
    SIGNATURE_BLANKS = "signature_blanks"
    SIGNATURE_PERCENT = "signature_percent"
    CUT = "cut"
    OTHER_HASH = "other_hash"


class Clue(StrEnum):
    """What points to a mistake that cannot be tried out: too much was lost, or too many ways lead back."""

    SHORT_DIGEST = "short_digest"
    KEYS_SORTED = "keys_sorted"
    CHARACTERS_LOST = "characters_lost"
    BODY_CUT = "body_cut"
    BODY_MASKED = "body_masked"
    SECRET_MASKED = "secret_masked"  # noqa: S105
    NOT_ALL_TRIED = "not_all_tried"


class Guess(NamedTuple):
    """A body, or a secret, as it may have been when it was signed; no cause where it is as it was pasted."""

    value: bytes
    cause: Cause | None = None
    note: str = ""
