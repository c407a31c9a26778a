"""Every sentence about what became of something that was asked of the provider: one row per kind, standing and cause.

A row says what is known, who must act, what they do, and what nobody should do. Causes are the codes that the engines
write down, and a few of the table's own. Tests walk all that can be written down, so a new code without a row fails,
and hold each row against what the engines do.
"""

from __future__ import annotations

from enum import StrEnum

from .payments import PAYMENT_ROWS
from .rows import OTHER, Key, Row
from .webhooks import WEBHOOK_ROWS

ROWS: dict[Key, Row] = PAYMENT_ROWS | WEBHOOK_ROWS


def row(kind: StrEnum, standing: StrEnum, cause: str) -> Row:
    """The row, or the one for other causes."""
    return ROWS.get((kind, standing, cause)) or ROWS[kind, standing, OTHER]
