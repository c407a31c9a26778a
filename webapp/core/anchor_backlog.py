"""How far the second place of the anchors (ANCHOR_COPY) is behind ANCHOR_FILE, as its sender notes beside that file."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path

from webapp.models.base import now

from .settings import Settings


def mark_of(settings: Settings) -> Path:
    """The file beside ANCHOR_FILE that says how many bytes of it have arrived; each place has its own."""
    place = hashlib.sha256(settings.anchor_copy.encode()).hexdigest()[:8]
    return settings.anchor_file.with_name(f"{settings.anchor_file.name}.copied-{place}")


def behind(settings: Settings) -> timedelta | None:
    """How long the oldest anchor waits that has not arrived there; None where there is no second place."""
    if not settings.anchor_copy:
        return None
    try:
        with settings.anchor_file.open("rb") as file:
            file.seek(_arrived(mark_of(settings)))
            written = json.loads(file.readline())["written"]
        return max(timedelta(0), now() - datetime.fromisoformat(written))
    except (OSError, ValueError, KeyError, TypeError):
        return timedelta(0)


def _arrived(mark: Path) -> int:
    try:
        return int(mark.read_bytes() or 0)
    except (OSError, ValueError):
        return 0
