"""What a row of the table of outcomes holds."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from flask_babel.speaklater import LazyString


class Who(StrEnum):
    """Who must act next. `person`: whoever started it, or a colleague."""

    NOBODY = "nobody"
    DESK = "desk"
    PERSON = "person"
    APPROVER = "approver"
    FINANCE = "finance"
    ADMIN = "admin"


class Row(NamedTuple):
    """One outcome in words; they may hold %(amount)s, %(left)s (refundable afterwards) and %(until)s (a moment)."""

    title: LazyString
    known: LazyString
    who: Who
    to_do: LazyString
    avoid: LazyString | None = None


Key = tuple[StrEnum, StrEnum, str]
"""Kind (a refund, a capture, or what is done with a webhook), standing and cause."""

OTHER = ""
"""The cause of a row for what no code was written down for, or one that only another version of the desk knows."""
INTERRUPTED = "interrupted"
"""Still pending, and nobody has it in hand: its process ended while it was being sent."""
