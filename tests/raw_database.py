"""All that a SQLite file holds, as somebody reads who has stolen it."""

from __future__ import annotations

import sqlite3

VIRTUAL = "CREATE VIRTUAL TABLE%"
"""What these hold stands in tables beside them, which are read."""


def everything_in(connection: sqlite3.Connection) -> str:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE ?"
    names = [name for (name,) in connection.execute(query, [VIRTUAL]).fetchall()]
    assert len(names) > 20
    return "\n".join(str(row) for name in names for row in connection.execute(f'SELECT * FROM "{name}"'))
