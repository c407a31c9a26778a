"""The file itself: kept in the database in compressed chunks, so that any process of the desk can hand it out."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator

from sqlalchemy import delete, select

from webapp.core.database import release
from webapp.core.extensions import db
from webapp.jobs import JobContext
from webapp.models.export import Export, ExportChunk

from .quota import note_bytes

CHUNK = 256 * 1024


class SpoiledFile(Exception):
    """What is kept is not what was proved; the download breaks off before its end."""


class Body:
    """Takes bytes and keeps them chunk by chunk, for as long as the job is ours; hashes them as they pass.

    Raises Failed as soon as they are more than their owner may have made.
    """

    def __init__(self, job: JobContext, export_id: int) -> None:
        self._job = job
        self._export_id = export_id
        self._waiting = bytearray()
        self._number = 0
        self._hash = hashlib.sha256()
        self.size = 0
        with job.writing() as session:  # what an earlier worker has left
            session.execute(delete(ExportChunk).where(ExportChunk.export_id == export_id))

    def write(self, data: bytes) -> None:
        self._hash.update(data)
        self.size += len(data)
        self._waiting += data
        while len(self._waiting) >= CHUNK:
            self._keep(bytes(self._waiting[:CHUNK]))
            del self._waiting[:CHUNK]

    def close(self) -> str:
        """Keeps the rest. Returns the SHA-256 of all that was written."""
        if self._waiting:
            self._keep(bytes(self._waiting))
            self._waiting.clear()
        return self._hash.hexdigest()

    def _keep(self, data: bytes) -> None:
        with self._job.writing() as session:
            session.add(ExportChunk(export_id=self._export_id, number=self._number, body=zlib.compress(data, 6)))
            session.flush()
            note_bytes(session, self._export_id, self.size)
            session.flush()
            session.expunge_all()
        self._number += 1


def blocks(export: Export) -> Iterator[bytes]:
    """The bytes of a file, in big blocks, each its own short reading.

    Raises SpoiledFile before the last block when they are not those that were proved: no browser takes such a
    download for complete.
    """
    found, number = hashlib.sha256(), 0
    block = _block(export.id, number)
    while block is not None:
        found.update(block)
        number += 1
        following = _block(export.id, number)
        if following is None and found.hexdigest() != export.sha256:
            break
        yield block
        block = following
    if found.hexdigest() != export.sha256:
        raise SpoiledFile(f"export {export.id}")


def _block(export_id: int, number: int) -> bytes | None:
    chosen = select(ExportChunk.body).where(ExportChunk.export_id == export_id, ExportChunk.number == number)
    body = db.session.scalar(chosen)
    release()
    return None if body is None else zlib.decompress(body)
