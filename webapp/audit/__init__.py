"""The audit log: who did what, when, with what outcome; chained, append-only, anchored outside of the database.

`record()` is one line at the point of action, inside `database.writing()`: the entry and what it tells of are
one transaction. Design: "Audit log" in the security chapter.
"""

from __future__ import annotations

from .access_log import record_look
from .actions import Action
from .recording import Facts, Outcome, Who, anchor, bind, by_the_desk, record, who

__all__ = [
    "Action", "Facts", "Outcome", "Who", "anchor", "bind", "by_the_desk", "record", "record_look", "who",
]  # fmt: skip
