"""What a page that watches a job says of it beside its figures."""

from __future__ import annotations

from webapp.jobs import is_unattended
from webapp.models.job import Job, JobState
from webapp.presentation.job_words import cause_words, no_worker_words


def failure_words(job: Job) -> str | None:
    """Why it came to nothing; None where it did not."""
    return cause_words(job.cause) if job.state == JobState.FAILED else None


def unattended_words(job: Job) -> str | None:
    """That no worker takes it up; None where one does, or need not any more."""
    return no_worker_words() if is_unattended(job) else None
