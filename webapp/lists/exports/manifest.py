"""The companion of a file: what it holds, by which proof, who asked for it and when. JSON, for people and scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from webapp.models.export import Export
from webapp.models.job import Job
from webapp.version import __version__

from .cells import Column
from .request import words_of

BOUNDS = {"payouts": "the oldest month in the file was proved equal to the provider's count at this moment"}


def manifest(
    export: Export, job: Job, columns: Sequence[Column], *, who: str, environment: str, finished: datetime
) -> str:
    """Of a proved export whose body is written."""
    zone = ZoneInfo(export.zone)
    told = {
        "made_by": f"Postpay Desk {__version__}",
        "what": export.what,
        "of": export.object_id,
        "account": export.account,
        "environment": environment,
        "filters": [str(word) for word in words_of(export)],
        "address": export.filters,
        "zone": export.zone,
        "bound": _told(export.bound, zone),
        "bound_means": BOUNDS.get(export.what, "rows created from this moment on do not belong to the file"),
        "rows": export.rows,
        "counted_before": export.counted,
        "counted_after": export.recounted,
        "every_id_once": True,
        "readings": export.reading,
        "columns": [column.title for column in columns],
        "file": export.file_name,
        "format": export.format,
        "bytes": export.size,
        "sha256": export.sha256,
        "asked_by": who,
        "asked": _told(job.created, zone),
        "finished": _told(finished, zone),
        "request_id": job.request_id,
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _told(moment: datetime, zone: ZoneInfo) -> dict[str, str]:
    return {"utc": moment.isoformat().replace("+00:00", "Z"), "local": moment.astimezone(zone).isoformat()}
