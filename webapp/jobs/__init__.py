"""Work that outlasts a page: begun by a person, done by whichever worker is free, watched while it runs.

Safe with any number of workers on both engines: a job is claimed under a lock and held by a lease, which a heartbeat
renews. When its worker dies another one follows once the lease is over, a few times at most; a worker that is told to
stop gives it back. What a job writes, it writes in `JobContext.writing()`, so that a worker that lost it can spoil
nothing. No transaction is open while the provider is asked.
"""

from __future__ import annotations

from .causes import cause_of
from .context import Cancelled, Failed, JobContext, Lost, Stopping
from .registry import performs
from .runner import work_once
from .service import ask_to_cancel, is_unattended, latest, start

__all__ = [
    "Cancelled",
    "Failed",
    "JobContext",
    "Lost",
    "Stopping",
    "ask_to_cancel",
    "cause_of",
    "is_unattended",
    "latest",
    "performs",
    "start",
    "work_once",
]  # fmt: skip
