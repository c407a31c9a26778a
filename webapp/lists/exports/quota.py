"""How much one person may have made: so many files, of so many bytes together, within any 24 hours.

And nobody gets anything made while a disk is nearly full: what cannot be written would stop the whole desk.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from webapp.core import disk
from webapp.core.settings import Settings
from webapp.jobs import Failed
from webapp.models.base import now
from webapp.models.export import Export

DAY = timedelta(days=1)
LOOK_EVERY = 1.0
"""Seconds between two looks of a job at the disks."""


class QuotaReached(Exception):
    """A person has had as much made as one may; `free_at` is when the oldest of it no longer counts."""

    def __init__(self, most: int, free_at: datetime) -> None:
        super().__init__("quota of exports")
        self.most = most
        self.free_at = free_at


class TooManyFiles(QuotaReached):
    """`most` files."""


class TooManyBytes(QuotaReached):
    """`most` megabytes."""


class NoSpace(Exception):
    """The disk of the database or of temporary files is nearly full."""


class DiskWatch:
    """Looks at the disks while a job fills them, now and then."""

    def __init__(self) -> None:
        self._next = 0.0

    def look(self) -> None:
        """Raises Failed while one is nearly full."""
        moment = time.monotonic()
        if moment < self._next:
            return
        self._next = moment + LOOK_EVERY
        if is_nearly_full():
            raise Failed("no_space")


def is_nearly_full() -> bool:
    """Whether no file should be begun."""
    return disk.is_nearly_full(_settings())


def check_quota(session: Session, owner_id: int) -> None:
    """Whether the person may have another file made. Raises QuotaReached."""
    settings, of_a_day = _settings(), _of_a_day(owner_id)
    files, size = session.execute(select(func.count(), func.sum(Export.size)).where(*of_a_day)).one()
    first = select(func.min(Export.created)).where(*of_a_day)
    if files >= settings.export_files_a_day:
        raise TooManyFiles(settings.export_files_a_day, session.scalars(first).one() + DAY)
    if (size or 0) >= _most_bytes():
        raise TooManyBytes(settings.export_megabytes_a_day, session.scalars(first.where(Export.size > 0)).one() + DAY)


def note_bytes(session: Session, export_id: int, size: int) -> None:
    """Writes down how large the file has become. Raises Failed when that is more than its owner may have made."""
    export = session.get_one(Export, export_id)
    export.size = size
    session.flush()
    total = session.scalar(select(func.sum(Export.size)).where(*_of_a_day(export.owner_id)))
    if (total or 0) > _most_bytes():
        raise Failed("quota")


def _of_a_day(owner_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Export.owner_id == owner_id, Export.created > now() - DAY)


def _most_bytes() -> int:
    return _settings().export_megabytes_a_day * disk.MEGABYTE


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
