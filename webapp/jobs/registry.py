"""Who does the jobs of a kind, and the end of a job, whatever brought it about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from webapp.models.base import now
from webapp.models.job import Job, JobState

if TYPE_CHECKING:
    from .context import JobContext

Work = Callable[["JobContext"], None]
Ended = Callable[[Job], None]

performers: dict[str, tuple[Work, Ended | None]] = {}


def performs(kind: str, *, ended: Ended | None = None) -> Callable[[Work], Work]:
    """Registers what does the jobs of a kind; the module is one that the area starting them imports.

    `ended` is called inside of the transaction in which a job becomes done, failed or cancelled: for audit entries.
    """

    def register(work: Work) -> Work:
        performers[kind] = (work, ended)
        return work

    return register


def close(job: Job, state: JobState, cause: str | None) -> None:
    """Done, failed or cancelled, with what its kind has to say about it. Inside of `writing()`."""
    job.state, job.cause, job.finished, job.holder = state, cause, now(), None
    ended = performers.get(job.kind, (None, None))[1]
    if ended is not None:
        ended(job)
