"""The audit log as a file: its entries in words and in full, newest first as on its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from flask_babel import gettext

from webapp.audit.search import AuditQuery, batches, count
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.core.staging import StagedRow
from webapp.models.audit_entry import AuditEntry
from webapp.presentation.audit.entries import names_in
from webapp.presentation.audit.sentences import plain_sentence
from webapp.providers.http.patience import Wait

from .cells import Columns, micros
from .source import Asked, Rows

BLOCK = 500
NO_BOUND = 2**62
STORED = tuple(column.name for column in AuditEntry.__table__.columns if column.name not in ("seq", "ts"))

Row = tuple[AuditEntry, str]


class Entries:
    """Each entry with its sentence."""

    def __init__(self, query: AuditQuery, bound: datetime) -> None:
        self._query = replace(query, until=min(bound, query.until) if query.until else bound)
        self.counted: int | None = None

    def __iter__(self) -> Iterator[Sequence[Row]]:
        self.counted = self.recount()
        for entries in batches(db.session, self._query, size=BLOCK, up_to=NO_BOUND - 1):
            people = names_in(entries)
            release()
            yield [(entry, plain_sentence(entry, people)) for entry in entries]

    def recount(self) -> int:
        found = count(db.session, self._query, NO_BOUND)
        release()
        return found


def lay_out(columns: Columns, _asked: Asked) -> None:
    columns.number(gettext("Entry"))
    columns.moment(gettext("When"))
    columns.text(gettext("What happened"))
    for name in STORED:
        columns.text(name)


def rows(asked: Asked, _wait: Wait) -> Rows:
    return Entries(asked.query, asked.bound)


def takes(_asked: Asked) -> Callable[[Row], StagedRow]:
    def take(row: Row) -> StagedRow:
        entry, sentence = row
        stored = [getattr(entry, name) for name in STORED]
        texts = [None if value is None else str(value) for value in stored]
        moment = micros(datetime.fromisoformat(entry.ts))
        return StagedRow(str(entry.seq), -entry.seq, 0, [entry.seq, moment, sentence, *texts])

    return take
