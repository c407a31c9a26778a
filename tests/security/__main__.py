"""Writes the table anew."""

from __future__ import annotations

from .table import TABLE, proofs, requirements, written

TABLE.write_text(written(requirements(), proofs()), encoding="utf-8")
