"""Why money is given back: the codes that the form and the audit log know, and their words."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext

from webapp.models.intent import LineRefund
from webapp.payments.refund_limits import OTHER_REASON

from .refund_line_words import short_lines_words

OTHER = OTHER_REASON
REASONS = {
    "returned": lazy_gettext("Item returned"),
    "damaged": lazy_gettext("Item damaged or faulty"),
    "not_delivered": lazy_gettext("Not delivered"),
    "cancelled": lazy_gettext("Order cancelled"),
    "price": lazy_gettext("Price or discount corrected"),
    "goodwill": lazy_gettext("Goodwill"),
    OTHER: lazy_gettext("Other (say why in the note)"),
}

LONGEST_LINES = 200
LONGEST_DESCRIPTION = 540
"""No document names a length. A reason and a note alone can come to 529 characters; lines get what is left."""


def refund_description(reason: str, note: str, lines: Sequence[LineRefund] = ()) -> str:
    """What the provider is told about a refund: why, of which lines of the order, and the note."""
    note, label = " ".join(note.split()), "" if reason == OTHER else str(REASONS.get(reason, reason))
    room = LONGEST_DESCRIPTION - len(label) - len(note) - len(" (): ")
    words = short_lines_words(lines, min(room, LONGEST_LINES)) if lines else ""
    what = f"{label} ({words})".strip() if words else label
    return ": ".join(part for part in (what, note) if part)
