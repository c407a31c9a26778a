"""Exports: what was asked for, the proof that it is whole, and the files themselves for a day."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, now


class Export(Base):
    """One export. How far it has come stands in its job; `proved` says that every check of it held.

    `filters` is the screen's query string, `filter_words` the same as a person reads it; `bound` is the frozen end.
    `sha256` is of the whole body, `size` its bytes. The body stands in `ExportChunk` until `expires`. `reading` counts
    how often the rows were read; `rows`, `counted` and `recounted` are what the last reading saw. `manifest` is JSON:
    what a proved file holds, or which row could not be read.
    """

    __tablename__ = "export"
    __table_args__ = (Index(None, "owner_id", "created"), Index(None, "expires"))

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), unique=True)
    account: Mapped[str] = mapped_column(String(40))
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    what: Mapped[str] = mapped_column(String(16))
    format: Mapped[str] = mapped_column(String(4))
    object_id: Mapped[str | None] = mapped_column(String(255))
    filters: Mapped[str] = mapped_column(Text, default="")
    filter_words: Mapped[str] = mapped_column(Text, default="")
    zone: Mapped[str] = mapped_column(String(64))
    bound: Mapped[datetime]
    file_name: Mapped[str] = mapped_column(String(200))
    rows: Mapped[int | None]
    counted: Mapped[int | None]
    recounted: Mapped[int | None]
    reading: Mapped[int] = mapped_column(default=0)
    size: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    manifest: Mapped[str | None] = mapped_column(Text)
    proved: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime]

    @property
    def bad_row(self) -> dict[str, str] | None:
        """The row for which there is no file: its id (may be empty), its field, and the endpoint that told it."""
        told = json.loads(self.manifest) if self.manifest and not self.proved else {}
        found: dict[str, str] | None = told.get("cannot_read")
        return found


class ExportChunk(Base):
    """A part of an export's body, compressed by zlib, so that any process of the desk can hand it out."""

    __tablename__ = "export_chunk"

    export_id: Mapped[int] = mapped_column(ForeignKey("export.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
