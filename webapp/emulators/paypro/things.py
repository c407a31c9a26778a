"""One thing of PayPro's, whichever kind it is of: kept, found and changed."""

from __future__ import annotations

import json
import secrets
import sqlite3
from dataclasses import dataclass, field
from random import Random
from typing import Any

from webapp.emulators.kit.messages import Refusal

PREFIXES = {
    "payment": "PP",
    "refund": "PR",
    "chargeback": "PC",
    "customer": "CU",
    "mandate": "MD",
    "subscription": "PS",
    "subscription_period": "SP",
    "installment_plan": "PI",
    "installment_plan_period": "IP",
    "event": "EV",
    "webhook": "WH",
}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
COLUMNS = "account, kind, id, created, body, hidden, move, due, gone"


@dataclass(slots=True)
class Thing:
    """`body` is what is read back, `hidden` what is not; at `due`, if any, its `move` happens by itself."""

    account: int
    kind: str
    id: str
    created: int
    body: dict[str, Any]
    hidden: dict[str, Any] = field(default_factory=dict)
    move: str | None = None
    due: int | None = None
    gone: bool = False

    @property
    def state(self) -> str:
        return str(self.body.get("state"))

    @state.setter
    def state(self, value: str) -> None:
        self.body["state"] = value

    def plan(self, move: str | None, due: int | None) -> None:
        """What happens next by itself; nothing without both."""
        self.move, self.due = (move, due) if move and due is not None else (None, None)

    def row(self) -> tuple[Any, ...]:
        body, hidden = (json.dumps(part, ensure_ascii=False) for part in (self.body, self.hidden))
        return (self.account, self.kind, self.id, self.created, body, hidden, self.move, self.due, self.gone)


def new_id(kind: str, dice: Random | None = None) -> str:
    """14 upper-case letters and digits, the first two by kind."""
    choose = dice.choice if dice else secrets.choice
    return PREFIXES[kind] + "".join(choose(LETTERS) for _ in range(12))


def read(row: sqlite3.Row) -> Thing:
    values = {name: row[name] for name in ("account", "kind", "id", "created", "move", "due")}
    return Thing(body=json.loads(row["body"]), hidden=json.loads(row["hidden"]), gone=bool(row["gone"]), **values)


def find(db: sqlite3.Connection, account: int, kind: str, thing_id: Any) -> Thing | None:
    sql = "SELECT * FROM things WHERE id = ? AND account = ? AND kind = ? AND NOT gone"
    row = db.execute(sql, (thing_id, account, kind)).fetchone() if isinstance(thing_id, str) else None
    return read(row) if row else None


def get(db: sqlite3.Connection, account: int, kind: str, thing_id: str) -> Thing:
    """Refuses with `not_found`, also where the id is of another kind or account."""
    found = find(db, account, kind, thing_id)
    if not found:
        raise Refusal("not_found")
    return found


def owned(db: sqlite3.Connection, kind: str, column: str, owner: str) -> list[Thing]:
    """All things of a kind that belong to another, oldest first; the column's name comes from the code."""
    sql = f"SELECT * FROM things WHERE {column} = ? AND kind = ? AND NOT gone ORDER BY created, key"  # noqa: S608
    return [read(row) for row in db.execute(sql, (owner, kind)).fetchall()]


def add(db: sqlite3.Connection, thing: Thing) -> None:
    marks = ", ".join("?" * (COLUMNS.count(",") + 1))
    db.execute(f"INSERT INTO things ({COLUMNS}) VALUES ({marks})", thing.row())  # noqa: S608


def save(db: sqlite3.Connection, thing: Thing) -> None:
    columns = ", ".join(f"{name} = ?" for name in COLUMNS.split(", "))
    db.execute(f"UPDATE things SET {columns} WHERE id = ?", (*thing.row(), thing.id))  # noqa: S608
