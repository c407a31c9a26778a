"""Months as the ledger names them, counted from the present one: which of them are over is a matter of today."""

from __future__ import annotations

from datetime import datetime


def shifted(month: str, months: int) -> str:
    """So many months later, or earlier."""
    count = int(month[:4]) * 12 + int(month[5:]) - 1 + months
    return f"{count // 12:04}-{count % 12 + 1:02}"


def first_of(month: str) -> datetime:
    """Its first instant in UTC."""
    return datetime.fromisoformat(f"{month}-01T00:00:00+00:00")
