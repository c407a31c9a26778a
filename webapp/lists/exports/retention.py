"""How long exports are kept: the file for a day, that there was one for some months."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from webapp.core.database import writing
from webapp.models.base import now
from webapp.models.export import Export, ExportChunk
from webapp.models.job import OPEN_JOB_STATES, Job

KEEP_ROWS = timedelta(days=90)


def forget_exports() -> None:
    """Drops files that are over, then, long after, the exports themselves and every job that ended long ago."""
    moment = now()
    over = select(Export.id).where(Export.expires < moment)
    old_jobs = select(Job.id).where(Job.finished < moment - KEEP_ROWS, Job.state.not_in(OPEN_JOB_STATES))
    with writing() as session:
        session.execute(delete(ExportChunk).where(ExportChunk.export_id.in_(over)))
        session.execute(delete(Export).where(Export.job_id.in_(old_jobs)))
        session.execute(delete(Job).where(Job.id.in_(old_jobs)))
