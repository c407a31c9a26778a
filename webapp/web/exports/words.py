"""An export in words: its state, how far it has come, its proof, and why there is no file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext
from markupsafe import Markup

from webapp.lists.exports import KINDS, READINGS, NoSpace, QuotaReached, TooMany, TooManyBytes, words_of
from webapp.models.base import now
from webapp.models.export import Export
from webapp.models.job import Job, JobState
from webapp.presentation.formatting import time_html, when_long
from webapp.presentation.job_words import cause_words, state_words
from webapp.presentation.unreadable_words import row_words
from webapp.web.job_status import unattended_words

FORMAT_WORDS = {"csv": "CSV", "xlsx": "Excel (XLSX)"}


@dataclass(frozen=True, slots=True)
class ShownExport:
    """An export as a page shows it. `percent` None: not known yet. `href`s are None where there is nothing to do."""

    href: str
    title: str
    format: str
    filters: list[str]
    state: tuple[str, str]
    is_open: bool
    is_ready: bool
    percent: int | None
    progress: str
    created: Markup
    until: Markup | None
    rows: int | None


def shown(export: Export, job: Job) -> ShownExport:
    """The parts that the list and the page share."""
    ready = is_ready(export, job)
    return ShownExport(
        href=url_for("exports.show_export", account=export.account, export_id=export.id),
        title=title(export),
        format=FORMAT_WORDS[export.format],
        filters=[str(word) for word in words_of(export)],
        state=_state(export, job),
        is_open=job.is_open,
        is_ready=ready,
        percent=_percent(job),
        progress=_progress(export, job),
        created=time_html(export.created),
        until=time_html(export.expires) if ready else None,
        rows=export.rows if job.state == JobState.DONE else None,
    )


def is_ready(export: Export, job: Job) -> bool:
    """Whether there is a file to fetch: proved, and not over."""
    return job.state == JobState.DONE and export.proved and export.expires > now()


def title(export: Export) -> str:
    """ "Orders", "Refunds of order order-01"."""
    label = str(KINDS[export.what].label)
    return f"{label} {export.object_id}" if export.object_id else label


def _state(export: Export, job: Job) -> tuple[str, str]:
    if job.state != JobState.DONE:
        return state_words(job.state)
    return (gettext("Complete"), "ok") if export.expires > now() else (gettext("Expired"), "idle")


def _percent(job: Job) -> int | None:
    """Never more than 99 while something is left to do."""
    if not job.total or job.state == JobState.WAITING:
        return None
    return min(99, job.done * 100 // job.total)


def _progress(export: Export, job: Job) -> str:
    """How far it has come, in a sentence."""
    if job.state == JobState.WAITING:
        return gettext("Waiting for a worker.")
    if job.total is None:
        return gettext("Asking how many rows there are.")
    if export.rows is not None and export.rows == export.counted == export.recounted:
        return gettext("All %(count)s rows are read. Writing the file.", count=f"{export.rows:,}")
    read = gettext("%(done)s of %(total)s rows read.", done=f"{job.done:,}", total=f"{job.total:,}")
    if export.reading > 1:
        again = gettext(
            "Rows were added or removed meanwhile, so this is reading %(n)s of at most %(most)s.",
            n=export.reading,
            most=READINGS,
        )
        return f"{read} {again}"
    return read


def warnings(job: Job) -> list[str]:
    """What a person who watches should know about the workers."""
    told = []
    if words := unattended_words(job):
        told.append(words)
    elif job.is_open and job.attempt > 1:
        told.append(gettext("The worker crashed, so another one has started again."))
    return told


def why(export: Export, job: Job) -> list[str]:
    """Why there is no file, of an export that failed."""
    bad = export.bad_row
    sentences = [row_words(bad["endpoint"], bad["row"], bad["field"])] if bad else []
    sentences.append(cause_words(job.cause))
    if job.cause == "incomplete" and export.rows is not None:
        sentences.append(
            gettext(
                "In the last reading %(rows)s different rows were read; the count was %(before)s before and"
                " %(after)s after.",
                rows=f"{export.rows:,}",
                before=f"{export.counted or 0:,}",
                after=f"{export.recounted or 0:,}",
            )
        )
    return sentences


def proof(export: Export) -> str:
    """What was checked, of an export that is complete."""
    keeper = gettext("Postpay") if export.what not in ("audit", "payouts") else gettext("The desk's database")
    count = export.rows or 0
    rows = ngettext("1 row.", "%(count)s rows, each ID once.", count, count=f"{count:,}")
    counted = gettext(
        "%(keeper)s counted %(count)s before the reading and %(after)s after it.",
        keeper=keeper,
        count=f"{export.counted or 0:,}",
        after=f"{export.recounted or 0:,}",
    )
    return f"{rows} {counted}"


def too_much(error: TooMany | QuotaReached | NoSpace) -> str:
    """Why no file was begun, and from when on there may be one."""
    if isinstance(error, NoSpace):
        return gettext("The desk's disk is nearly full, so no file is made. Tell an admin.")
    if isinstance(error, TooMany):
        return gettext("Five of your exports are under way. Wait for one of them, or cancel one.")
    free_at = when_long(error.free_at)
    if isinstance(error, TooManyBytes):
        return gettext(
            "The files that you exported in the last 24 hours take up %(most)s MB, the limit for one person."
            " The oldest of them counts until %(free_at)s.",
            most=f"{error.most:,}",
            free_at=free_at,
        )
    return ngettext(
        "You exported 1 file in the last 24 hours, the limit for one person. It counts until %(free_at)s.",
        "You exported %(most)s files in the last 24 hours, the limit for one person. The oldest of them counts until"
        " %(free_at)s.",
        error.most,
        most=f"{error.most:,}",
        free_at=free_at,
    )


def form_values(export: Export) -> dict[str, Any]:
    """What asks for the same again."""
    return {"what": export.what, "query": export.filters, "object_id": export.object_id or "", "format": export.format}
