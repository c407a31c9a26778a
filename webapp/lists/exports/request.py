"""An export begins: what the screen shows is written down with the moment of the request, and a job is started."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qsl

from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from webapp import audit
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.jobs import start
from webapp.models.base import now
from webapp.models.export import Export
from webapp.models.job import OPEN_JOB_STATES, Job

from .kinds import KINDS
from .list_state import Screen, Viewer, Word, read_screen
from .quota import NoSpace, check_quota, is_nearly_full

FORMATS = ("csv", "xlsx")
KEPT_FOR = timedelta(days=1)
MOST_OPEN = 5
"""Exports of one person that may be under way."""
MOST_LOGGED = 200
LONGEST_PART = 60


class TooMany(Exception):
    """The person has as many exports under way as one may have."""


class NotAsked(Exception):
    """The filters cannot be asked; `errors` by field."""

    def __init__(self, screen: Screen) -> None:
        super().__init__("filters with mistakes")
        self.errors = screen.errors


def parse(query_string: str) -> MultiDict[str, str]:
    """A list's query string as its view would get it."""
    return MultiDict(parse_qsl(query_string.removeprefix("?"), keep_blank_values=True))


class Wanted(NamedTuple):
    """What a button sends: of which kind, as "csv" or "xlsx", the list's query string, and for some kinds of what."""

    what: str
    format: str
    address: str
    object_id: str | None = None


def start_export(account: Account, viewer: Viewer, wanted: Wanted, *, request_id: str | None) -> Export:
    """The new export, or the same person's open one of the same question.

    Raises NotAsked, and where another one would be too much TooMany, QuotaReached, NoSpace.
    """
    bound, has_space = now(), not is_nearly_full()
    screen = read_screen(wanted.what, parse(wanted.address), account, bound, viewer)
    if screen.errors:
        raise NotAsked(screen)
    if wanted.object_id:  # its rows are all of it, whatever period the list beside it would show
        screen = replace(screen, words=(), days=None)
    key = _key(viewer, wanted, screen)
    with writing() as session:
        job = start("export", account=account.slug, key=key, parameters={}, owner_id=viewer.id, request_id=request_id)
        export = session.scalars(select(Export).where(Export.job_id == job.id)).one_or_none()
        if export is None:
            if not has_space:
                raise NoSpace
            _check_most(session, viewer)
            export = _new(account, job, wanted, screen, bound)
            session.add(export)
            session.flush()
            record(audit.Action.EXPORT_STARTED, export, filters=_logged(screen.words))
            if wanted.what == "audit":
                audit.record(audit.Action.AUDIT_EXPORTED, after={"format": wanted.format})
    return export


def _check_most(session: Session, viewer: Viewer) -> None:
    """Whether the person may have another one, whose job is open already. Raises TooMany, QuotaReached."""
    mine = (Job.kind == "export", Job.owner_id == viewer.id, Job.state.in_(OPEN_JOB_STATES))
    if (session.scalar(select(func.count()).where(*mine)) or 0) > MOST_OPEN:
        raise TooMany
    check_quota(session, viewer.id)


def _key(viewer: Viewer, wanted: Wanted, screen: Screen) -> str:
    asked = [viewer.id, wanted.what, wanted.format, wanted.object_id, screen.address]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def _new(account: Account, job: Job, wanted: Wanted, screen: Screen, bound: datetime) -> Export:
    return Export(
        job_id=job.id,
        account=account.slug,
        owner_id=job.owner_id,
        what=wanted.what,
        format=wanted.format,
        object_id=wanted.object_id,
        filters=screen.address,
        filter_words=json.dumps(screen.words, ensure_ascii=False),
        zone=account.time_zone,
        bound=bound,
        file_name=file_name(account, wanted, screen, bound),
        expires=bound + KEPT_FOR,
    )


def file_name(account: Account, wanted: Wanted, screen: Screen, bound: datetime) -> str:
    """ "demo-orders-2026-11-21-Asia-Dubai.csv": whose, what, up to which day, and in which zone that is a day; of a
    list that has first and last days, both: "demo-payouts-2026-09-01-to-2026-09-30-Asia-Dubai.csv".
    """
    parts = [account.slug if KINDS[wanted.what].is_of_account else "desk", wanted.what]
    if wanted.object_id:
        parts.append(re.sub(r"[^\w.-]+", "-", wanted.object_id)[:LONGEST_PART].strip("-."))
    day = f"{bound.astimezone(account.zone):%Y-%m-%d}"
    parts += ["-to-".join(map(str, screen.days)) if screen.days else day, account.time_zone.replace("/", "-")]
    return f"{'-'.join(part for part in parts if part)}.{wanted.format}"


def words_of(export: Export) -> list[Word]:
    """The filters as the screen's chips say them."""
    return [Word(*each) for each in json.loads(export.filter_words or "[]")]


def _logged(words: tuple[Word, ...]) -> str | None:
    """Filters for the audit log: what was typed may be somebody's address or phone, so only that it was."""
    told = [f"{word.label}: {gettext('typed, not kept')}" if word.is_typed else str(word) for word in words]
    return "; ".join(dict.fromkeys(told))[:MOST_LOGGED] or None


def record(action: audit.Action, export: Export, **facts: str | int | bool | None) -> None:
    """One entry about an export. Inside of `writing()`."""
    outcome: audit.Outcome = "failed" if action is audit.Action.EXPORT_FAILED else "ok"
    told = {"what": export.what, "format": export.format, "zone": export.zone, "bound": export.bound.isoformat()}
    told |= {name: value for name, value in facts.items() if value is not None}  # type: ignore[misc]
    audit.record(
        action,
        outcome=outcome,
        account=export.account,
        object_type="export",
        object_id=export.id,
        after={**told, "by_object": True} if export.object_id else told,
    )


def export_of_job(job_id: int) -> Export:
    export = db.session.scalars(select(Export).where(Export.job_id == job_id)).one()
    release()
    return export
