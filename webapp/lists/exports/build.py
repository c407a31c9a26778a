"""The job of an export: read every row, prove that none is missing, write the file.

The proof: as many different ids were read as the keeper of the rows counts, before and after. When rows moved in
between it is read again, a few times; without a proof there is no file.
"""

from __future__ import annotations

import json
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from webapp import audit
from webapp.access.roles import roles_of
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.core.staging import Staging
from webapp.jobs import Failed, JobContext, performs
from webapp.models.base import now
from webapp.models.export import Export, ExportChunk
from webapp.models.job import Job, JobState
from webapp.models.user import User
from webapp.providers.http.errors import UnreadableRow
from webapp.providers.http.patience import ask_patiently

from .body import Body
from .cells import Column, Columns
from .csv_file import CsvFile
from .kinds import KINDS, may_export
from .list_state import Viewer, read_screen
from .manifest import manifest
from .quota import DiskWatch
from .request import KEPT_FOR, export_of_job, parse, record
from .source import Asked
from .xlsx_file import MOST_ROWS, XlsxFile

READINGS = 3
MOST_ASKED = 8


def _ended(job: Job) -> None:
    """On record in the very transaction that ends the job; what is not offered is not kept either."""
    export = db.session.scalars(select(Export).where(Export.job_id == job.id)).one()
    if job.state == JobState.DONE:
        facts = {"rows": export.rows, "counted": export.counted, "sha256": export.sha256, "file": export.file_name}
        record(audit.Action.EXPORT_FINISHED, export, **facts)
        return
    db.session.execute(delete(ExportChunk).where(ExportChunk.export_id == export.id))
    export.size = None
    if job.state == JobState.FAILED:
        record(audit.Action.EXPORT_FAILED, export, rows=export.rows, counted=export.counted, cause=job.cause)
    else:
        record(audit.Action.EXPORT_CANCELLED, export)


@performs("export", ended=_ended)
def make(job: JobContext) -> None:
    """Reads, proves and writes one export."""
    export = export_of_job(job.job_id)
    asked = _bounded(job, export, _asked(job.account, export))
    DiskWatch().look()
    with Staging() as spool:
        try:
            _read(job, export, asked, spool)
        except UnreadableRow as error:
            _name_the_row(job, export, error)
            raise Failed("bad_row") from None
        _write(job, export, asked, spool)


def _asked(account: Account, export: Export) -> Asked:
    """The question of the screen again, as it was at the moment of the request."""
    owner = db.session.get_one(User, export.owner_id)
    viewer = Viewer.of(owner.id, roles_of(db.session, owner.id), account)
    release()
    if not owner.active or not may_export(export.what, viewer.permissions):
        raise Failed("no_access")
    screen = read_screen(export.what, parse(export.filters), account, export.bound, viewer)
    if screen.errors:
        raise Failed("unreadable")
    return Asked(account, screen.query, export.object_id, export.bound)


def _bounded(job: JobContext, export: Export, asked: Asked) -> Asked:
    """With the moment until which the rows are known, where that is not the moment of the request."""
    bound = KINDS[export.what].prepare(asked, job)
    if bound == asked.bound:
        return asked
    with job.writing() as session:
        session.get_one(Export, export.id).bound = bound
    return replace(asked, bound=bound)


def _read(job: JobContext, export: Export, asked: Asked, spool: Staging) -> None:
    """Fills the spool. Raises Failed when what was read cannot be proved to be everything."""
    kind = KINDS[export.what]
    take, watch = kind.takes(asked), DiskWatch()
    for reading in range(1, READINGS + 1):
        _note(job, export, reading=reading, rows=None, counted=None, recounted=None)
        spool.clear()
        job.tell(spool.arrived)
        rows = kind.rows(asked, job.pause)
        for batch in rows:
            watch.look()
            spool.add(map(take, batch))
            job.tell(spool.arrived, rows.counted)
            if (rows.counted or 0) > MOST_ROWS:
                raise Failed("too_many")
        recounted = ask_patiently(rows.recount, job.pause, times=MOST_ASKED)
        different = len(spool)
        _note(job, export, reading=reading, rows=different, counted=rows.counted, recounted=recounted)
        if different == rows.counted == recounted:
            return
    raise Failed("incomplete")


def _name_the_row(job: JobContext, export: Export, error: UnreadableRow) -> None:
    """Keeps which row cannot be read, for the page: what is not proved has no manifest but this."""
    told = {"cannot_read": {"row": error.row, "field": error.field, "endpoint": error.endpoint}}
    with job.writing() as session:
        session.get_one(Export, export.id).manifest = json.dumps(told)


def _note(job: JobContext, export: Export, **seen: int | None) -> None:
    """Keeps what was seen, for the page."""
    with job.writing() as session:
        kept = session.get_one(Export, export.id)
        for name, value in seen.items():
            setattr(kept, name, value)


def _write(job: JobContext, export: Export, asked: Asked, spool: Staging) -> None:
    """Writes the body in the order of the screen, then what proves it."""
    zone = ZoneInfo(export.zone)
    columns = Columns(zone)
    kind = KINDS[export.what]
    kind.lay_out(columns, asked)
    body = Body(job, export.id)
    if export.format == "csv":
        file: CsvFile | XlsxFile = CsvFile(columns.every, zone)
    else:
        file = XlsxFile(columns.every, zone, str(kind.label), export.bound)
    watch = DiskWatch()
    with file:
        for rows in spool.in_order():
            watch.look()
            file.add(rows, body)
            job.tell(spool.arrived)
        file.close(body)
    _prove(job, export, columns.every, body)


def _prove(job: JobContext, export: Export, columns: list[Column], body: Body) -> None:
    sha256 = body.close()
    with job.writing() as session:
        kept = session.get_one(Export, export.id)
        owner = session.get_one(User, export.owner_id)
        kept.size, kept.sha256, kept.proved, kept.expires = body.size, sha256, True, now() + KEPT_FOR
        kept.manifest = manifest(
            kept,
            session.get_one(Job, job.job_id),
            columns,
            who=owner.name,
            environment=job.account.environment.value,
            finished=now(),
        )
