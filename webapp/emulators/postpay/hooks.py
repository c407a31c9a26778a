"""Hooks: list, one, making, editing and deleting them. A hook's secret never leaves."""

from __future__ import annotations

import json
import secrets
import sqlite3
from typing import Any

from webapp.emulators.kit import clock
from webapp.emulators.kit.fields import boolean, receiver
from webapp.emulators.kit.json_body import read_json
from webapp.emulators.kit.messages import Answer, Refusal
from webapp.emulators.kit.store import insert
from webapp.emulators.kit.validation import Check, Field, choice, required, rows, text, validate

from . import lookups
from .pagination import PagedTable, answer_list
from .world import Call

EVENTS = ("order", "transaction")


def speak(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "active": bool(row["active"]),
        "events": json.loads(row["events"]),
        "url": row["url"],
        "last_response": {"code": row["last_code"], "status": row["last_status"]},
        "created": clock.spoken(row["created"]),
        "modified": clock.spoken(row["modified"]),
    }


LISTING = PagedTable(
    table="hooks",
    columns="*",
    source="hooks",
    filters={
        **lookups.identifier("id"),
        **lookups.events("events"),
        **lookups.identifier("url"),
        **lookups.text("url"),
        **lookups.flag("active"),
        **lookups.number("last_response_code", "last_code", listed=True),
        **lookups.moment("created"),
    },
    orderings={"created": "created"},
    speak=speak,
)


def _events(value: Any) -> str:
    """The set of events in a fixed order, as kept in its column."""
    return json.dumps(sorted(set(rows(choice(*EVENTS), empty=False)(value))))


CHECKS: dict[str, Check] = {
    "active": boolean,
    "events": _events,
    "url": receiver,
    "secret": text(blank=False),
}
CREATION = {
    name: required(check) if name != "active" else Field(check, nullable=False) for name, check in CHECKS.items()
}
EDIT = {name: Field(check, nullable=False) for name, check in CHECKS.items()}


def list_hooks(call: Call) -> Answer:
    return answer_list(call, LISTING, "merchant = ?", [call.merchant])


def get_hook(call: Call) -> Answer:
    with call.world.store.read() as db:
        return Answer.of(speak(_find(db, call)))


def create_hook(call: Call) -> Answer:
    """200, as documented; never delivered to yet, so its last response is unused."""
    given = validate(read_json(call.request), CREATION)
    moment = clock.now()
    values = {
        "merchant": call.merchant,
        "id": secrets.token_hex(16),
        "active": True,
        "last_code": None,
        "last_status": "unused",
        "created": moment,
        "modified": moment,
        **given,
    }
    with call.world.store.write() as db:
        insert(db, "hooks", values)
        row = db.execute("SELECT * FROM hooks WHERE id = ?", (values["id"],)).fetchone()
    return Answer.of(speak(row))


def edit_hook(call: Call) -> Answer:
    """Changes what is given and leaves the rest."""
    with call.world.store.read() as db:
        _find(db, call)
    given = validate(read_json(call.request), EDIT)
    with call.world.store.write() as db:
        hook = {**dict(_find(db, call)), **given, "modified": clock.now()}
        names = ("active", "events", "url", "secret", "modified", "key")
        sql = "UPDATE hooks SET active = ?, events = ?, url = ?, secret = ?, modified = ? WHERE key = ?"
        db.execute(sql, tuple(hook[name] for name in names))
        return Answer.of(speak(_find(db, call)))


def delete_hook(call: Call) -> Answer:
    """204; the `[]` that the official client sends along is ignored."""
    with call.world.store.write() as db:
        db.execute("DELETE FROM hooks WHERE key = ?", (_find(db, call)["key"],))
    return Answer(204)


def _find(db: sqlite3.Connection, call: Call) -> sqlite3.Row:
    sql = "SELECT * FROM hooks WHERE merchant = ? AND id = ?"
    row: sqlite3.Row | None = db.execute(sql, (call.merchant, call.ids[0])).fetchone()
    if not row:
        raise Refusal("not_found")
    return row
