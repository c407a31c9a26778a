"""The log as a file: CSV for people and spreadsheets, JSON lines that a script with the key can verify.

Written in blocks, in constant memory, each block its own short reading. The export is an entry of the log, made
before the first row leaves; what is added later is not part of the file.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flask_babel import gettext

from ..csv_guard import guarded
from ..database import release, writing
from ..extensions import db
from ..models.audit_entry import AuditEntry
from ..models.base import now
from .actions import Action
from .anchors import head
from .recording import Facts, record
from .search import AuditQuery, batches, count
from .telling import names_in
from .words import plain_sentence

Format = Literal["csv", "jsonl"]

BLOCK = 500
MOST_ROWS = 250_000
"""Of one file for a browser. The command has no such end."""
NAMES = tuple(column.name for column in AuditEntry.__table__.columns)
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file will hold: the matching entries up to `head`, `rows` of them, all of them or the oldest ones."""

    query: AuditQuery
    head: tuple[int, str, str]
    rows: int
    is_complete: bool
    made: datetime
    format: Format

    @property
    def file_name(self) -> str:
        """ "audit-log-2026-11-20-115604.csv", in UTC; said in the name when it is not all."""
        part = "" if self.is_complete else "-first-part"
        return f"audit-log-{self.made:%Y-%m-%d-%H%M%S}{part}.{self.format}"


def record_export(query: AuditQuery, file_format: Format, *, most: int | None = MOST_ROWS) -> Plan:
    """Plans a file of the log as it stands, and writes down that it leaves."""
    with db.engine.connect() as connection:
        last = head(connection) or (0, "", "")
    found = count(db.session, query, most if most is not None else 2**62)
    release()
    complete = most is None or found <= most
    plan = Plan(query, last, found if complete else most or 0, complete, now(), file_format)
    with writing():
        record(Action.AUDIT_EXPORTED, after=_described(plan))
    return plan


def _described(plan: Plan) -> Facts:
    query = plan.query
    facts: dict[str, str | int | bool | None] = {
        "format": plan.format,
        "rows": plan.rows,
        "complete": plan.is_complete,
        "last_seq": plan.head[0],
        "head_hash": plan.head[1],
        "since": query.since.isoformat() if query.since else None,
        "until": query.until.isoformat() if query.until else None,
        "actor_id": query.actor_id if query.only_actor is None else query.only_actor,
        "what": query.what,
        "outcome": query.outcome,
        "account": query.account,
        # What was typed to search by may be somebody's e-mail address or phone: the log only keeps that it was.
        "by_object": bool(query.object_id) or None,
        "by_words": bool(query.words) or None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def csv_blocks(plan: Plan) -> Iterator[str]:
    """The CSV text of a plan, in blocks; its last line says so when there is more than the file holds."""
    yield _BOM + _csv([["seq", "ts", "sentence", *NAMES[2:]]])
    for entries in _planned(plan):
        people = names_in(entries)
        yield _csv([_cells(entry, people) for entry in entries])
    if not plan.is_complete:
        yield _csv([[gettext("There is more: this file ends after %(count)s entries.", count=f"{plan.rows:,}")]])


def jsonl_blocks(plan: Plan) -> Iterator[str]:
    """The stored columns of each entry as one JSON line, then one line with the log's head."""
    for entries in _planned(plan):
        lines = (json.dumps({name: getattr(entry, name) for name in NAMES}, ensure_ascii=False) for entry in entries)
        yield "".join(f"{line}\n" for line in lines)
    seq, last_hash, ts = plan.head
    yield json.dumps({"head": {"seq": seq, "hash": last_hash, "ts": ts}, "complete": plan.is_complete}) + "\n"


def _planned(plan: Plan) -> Iterator[list[AuditEntry]]:
    left = plan.rows
    for entries in batches(db.session, plan.query, size=BLOCK, up_to=plan.head[0]):
        yield entries[:left]
        left -= len(entries)
        if left <= 0:
            return


def _cells(entry: AuditEntry, people: Mapping[str, str]) -> list[object]:
    return [entry.seq, entry.ts, plain_sentence(entry, people), *(getattr(entry, name) for name in NAMES[2:])]


def _csv(rows: list[list[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue()
