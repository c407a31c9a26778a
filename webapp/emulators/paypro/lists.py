"""Lists: newest first, cut at a cursor that holds a direction and an id."""

from __future__ import annotations

import base64
import binascii
import re
import sqlite3
from typing import Any
from urllib.parse import urlencode

from webapp.emulators.kit.messages import Answer

from . import things
from .errors import wrong
from .speaking import envelope, speak
from .world import Call

USUAL, MOST = 10, 100


def answer_list(call: Call, kind: str, owner: tuple[str, str] | None = None) -> Answer:
    """The asked page of a kind, or of those that belong to an owner: the column that names it, and its id."""
    limit = _limit(call.request.parameters.get("limit"))
    where, values = "account = ? AND kind = ? AND NOT gone", [call.account, kind]
    if owner:
        where, values = f"{where} AND {owner[0]} = ?", [*values, owner[1]]
    with call.world.store.read() as db:
        direction, at = _cursor(db, call, kind)
        rows = _page(db, where, values, direction, at, limit)
        data = [speak(db, things.read(row), call.base_url) for row in rows]
        newer, older = ((_beyond(db, where, values, end, rows)) for end in ("p", "n"))
    links = {"self": f"{call.base_url}{call.request.path}"}
    if older:
        links["next"] = _link(call, "n", rows[-1]["id"])
    if newer:
        links["prev"] = _link(call, "p", rows[0]["id"])
    return Answer.of(envelope(data, links, count=0 if call.world.quirks.count_zero else None))


def _limit(text: str | None) -> int:
    limit = USUAL if text is None else int(text) if re.fullmatch(r"[0-9]{1,4}", text) else 0
    if not 1 <= limit <= MOST:
        raise wrong("limit", f"must be between 1 and {MOST}")
    return limit


def _cursor(db: sqlite3.Connection, call: Call, kind: str) -> tuple[str, tuple[int, int] | None]:
    """Direction, and where in the order the page begins. Things that are gone keep their place."""
    cursor = call.request.parameters.get("cursor")
    if cursor is None:
        return "n", None
    try:
        text = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise wrong("cursor", "is invalid") from error
    direction, _, thing_id = text.partition(":")
    sql = "SELECT created, key FROM things WHERE account = ? AND kind = ? AND id = ?"
    found = db.execute(sql, (call.account, kind, thing_id)).fetchone() if direction in ("n", "p") else None
    if not found:
        raise wrong("cursor", "is invalid")
    return direction, (found["created"], found["key"])


def _page(
    db: sqlite3.Connection, where: str, values: list[Any], direction: str, at: tuple[int, int] | None, limit: int
) -> list[sqlite3.Row]:
    """Newest first. Towards the newer it is the rows next to the cursor."""
    side, order = ("<", "DESC") if direction == "n" else (">", "ASC")
    if at:
        where, values = f"{where} AND (created, key) {side} (?, ?)", [*values, *at]
    sql = f"SELECT * FROM things WHERE {where} ORDER BY created {order}, key {order} LIMIT ?"  # noqa: S608
    rows = db.execute(sql, (*values, limit)).fetchall()
    return rows if direction == "n" else rows[::-1]


def _beyond(db: sqlite3.Connection, where: str, values: list[Any], direction: str, rows: list[sqlite3.Row]) -> bool:
    """Whether there is more in that direction than the page shows."""
    if not rows:
        return False
    end = rows[-1] if direction == "n" else rows[0]
    return bool(_page(db, where, values, direction, (end["created"], end["key"]), 1))


def _link(call: Call, direction: str, thing_id: str) -> str:
    cursor = base64.urlsafe_b64encode(f"{direction}:{thing_id}".encode()).decode().rstrip("=")
    query = {"cursor": cursor}
    if "limit" in call.request.parameters:
        query["limit"] = call.request.parameters["limit"]
    return f"{call.world.quirks.link_host or call.base_url}{call.request.path}?{urlencode(query)}"
