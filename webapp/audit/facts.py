"""The facts of an entry, read back from the text that is stored and hashed."""

from __future__ import annotations

import json
from typing import Any


def facts_of(text: str | None) -> dict[str, Any]:
    """`before` or `after` as a dict; nothing where there is nothing, or nothing that can be read any more."""
    if not text:
        return {}
    try:
        facts = json.loads(text)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}
