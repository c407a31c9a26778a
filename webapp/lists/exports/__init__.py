"""Lists as files that prove themselves: what a screen shows, whole, in its order, with a manifest beside it.

A person asks on a screen (`request`); a worker reads every row several calls at a time into a staging file, proves
that none is missing and writes the file (`build`); the database keeps it for a day (`body`, `retention`).
"""

from __future__ import annotations

from .body import blocks
from .build import READINGS
from .kinds import KINDS, is_personal, may_export
from .list_state import Screen, Viewer, Word, screen
from .quota import NoSpace, QuotaReached, TooManyBytes
from .request import FORMATS, NotAsked, TooMany, Wanted, record, start_export, words_of
from .retention import forget_exports

__all__ = [
    "FORMATS", "KINDS", "READINGS", "NoSpace", "NotAsked", "QuotaReached", "Screen", "TooMany", "TooManyBytes",
    "Viewer", "Wanted", "Word",
    "blocks", "forget_exports", "is_personal", "may_export", "record", "screen", "start_export", "words_of",
]  # fmt: skip
