"""Ids that a provider or a shop has chosen: orders, refunds, transactions."""

from __future__ import annotations

LONGEST_ID = 255


def is_provider_id(text: str) -> bool:
    """Whether a text may stand in the path of a call to the provider."""
    return 0 < len(text) <= LONGEST_ID and text not in (".", "..") and text.isprintable()
