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
from typing import Literal

from webapp.audit.actions import Action
from webapp.audit.anchors import Head, head
from webapp.audit.recording import Facts, record
from webapp.audit.search import AuditQuery, batches, count
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.presentation.audit.entries import names_in
from webapp.presentation.audit.sentences import plain_sentence

from .cells import guarded

Format = Literal["csv", "jsonl"]

BLOCK = 500
NAMES = tuple(column.name for column in AuditEntry.__table__.columns)
_BOM = "\ufeff"
_NO_CAP = 2**62


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file will hold: the matching entries up to `head`, `rows` of them."""

    query: AuditQuery
    head: Head
    rows: int
    format: Format


def record_export(query: AuditQuery, file_format: Format) -> Plan:
    """Plans a file of the log as it stands, and writes down that it leaves."""
    with db.engine.connect() as connection:
        last = head(connection) or Head(0, "", "")
    rows = count(db.session, query, _NO_CAP)
    release()
    plan = Plan(query, last, rows, file_format)
    with writing():
        record(Action.AUDIT_EXPORTED, after=_described(plan))
    return plan


def _described(plan: Plan) -> Facts:
    query = plan.query
    facts: dict[str, str | int | bool | None] = {
        "format": plan.format,
        "rows": plan.rows,
        "complete": True,
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
    """The CSV text of a plan, in blocks."""
    yield _BOM + _csv([["seq", "ts", "sentence", *NAMES[2:]]])
    for entries in _planned(plan):
        people = names_in(entries)
        yield _csv([_cells(entry, people) for entry in entries])


def jsonl_blocks(plan: Plan) -> Iterator[str]:
    """The stored columns of each entry as one JSON line, then one line with the log's head."""
    for entries in _planned(plan):
        lines = (json.dumps({name: getattr(entry, name) for name in NAMES}, ensure_ascii=False) for entry in entries)
        yield "".join(f"{line}\n" for line in lines)
    last = plan.head
    yield json.dumps({"head": {"seq": last.seq, "hash": last.hash, "ts": last.ts}, "complete": True}) + "\n"


def _planned(plan: Plan) -> Iterator[list[AuditEntry]]:
    return batches(db.session, plan.query, size=BLOCK, up_to=plan.head[0])


def _cells(entry: AuditEntry, people: Mapping[str, str]) -> list[object]:
    return [entry.seq, entry.ts, plain_sentence(entry, people), *(getattr(entry, name) for name in NAMES[2:])]


def _csv(rows: list[list[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue()
