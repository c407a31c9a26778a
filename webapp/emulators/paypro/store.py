"""PayPro's things in SQLite: one table, each row a thing as JSON, with what lists and the clock look for as columns."""

from __future__ import annotations

from pathlib import Path

from webapp.emulators.kit.store import Schema, Store

OWNERS = ("payment", "customer", "subscription", "installment_plan")
"""Things that own others: their ids stand in what they own."""
_OWNERS = ", ".join(f"{name} TEXT AS (json_extract(body, '$.{name}')) STORED" for name in OWNERS)

# `hidden` is what nobody reads back: IBANs, tokens, what is to become of a thing. `move` happens by itself at `due`.
TABLES = f"""
CREATE TABLE IF NOT EXISTS things (
  key INTEGER PRIMARY KEY, account INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL UNIQUE,
  created INTEGER NOT NULL, body TEXT NOT NULL, hidden TEXT NOT NULL DEFAULT '{{}}',
  move TEXT, due INTEGER, gone INTEGER NOT NULL DEFAULT 0,
  {_OWNERS},
  period TEXT AS (json_extract(hidden, '$.period')) STORED,
  token TEXT AS (json_extract(hidden, '$.token')) STORED);
"""
INDEXES = {
    "things_by_kind": "things (account, kind, created, key)",
    "things_by_due": "things (due) WHERE due IS NOT NULL",
    "things_by_token": "things (token) WHERE token IS NOT NULL",
    "things_by_period": "things (period) WHERE period IS NOT NULL",
    **{f"things_by_{name}": f"things ({name}, kind) WHERE {name} IS NOT NULL" for name in OWNERS},
}


def open_store(path: Path | str | None = None) -> Store:
    return Store(Schema(TABLES, INDEXES, ("things",)), path)
