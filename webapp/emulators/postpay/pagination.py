"""Lists: filtered, ordered and cut into pages, as Django REST framework's page numbers do it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from webapp.emulators.kit.messages import Answer, Refusal

from . import lookups
from .world import Call

PAGE_SIZE, MAX_PAGE_SIZE = 20, 50


@dataclass(frozen=True)
class PagedTable:
    """What one list address shows: from which table, by which filters and orderings, each row spoken how."""

    table: str
    columns: str
    source: str
    filters: lookups.Table
    orderings: Mapping[str, str]
    speak: Callable[[sqlite3.Row], dict[str, Any]]


def answer_list(call: Call, listing: PagedTable, scope: str, scope_values: Iterable[Any]) -> Answer:
    """The asked page of the rows within `scope`, a condition of SQL. Refuses bad filters (400) and pages (404)."""
    parameters = call.request.parameters
    condition, values = lookups.conditions(listing.filters, parameters)
    where = f"{scope} AND {condition}"
    values = (*scope_values, *values)
    size = _page_size(parameters.get("page_size", ""))
    page = _page_number(parameters.get("page") or "1")
    try:
        with call.world.store.read() as db:
            count = call.world.store.count(listing.table, where, values)
            if page > max(1, -(-count // size)):
                raise Refusal("not_found", message="Invalid page.")
            rows = db.execute(_page_sql(listing, where, parameters), (*values, size, (page - 1) * size)).fetchall()
    except sqlite3.OperationalError as error:
        raise _too_slow(parameters, error) from error
    body = {
        "count": count,
        "next": _address(call, parameters, page + 1) if page * size < count else None,
        "previous": _address(call, parameters, page - 1) if page > 1 else None,
        "results": [listing.speak(row) for row in rows],
    }
    return Answer.of(body)


def _page_sql(listing: PagedTable, where: str, parameters: Mapping[str, str]) -> str:
    """Finds the page's keys within an index alone, then reads only those rows."""
    inner = _order_by(listing, parameters, listing.table)
    keys = f"SELECT key FROM {listing.table} WHERE {where} ORDER BY {inner} LIMIT ? OFFSET ?"  # noqa: S608
    outer = _order_by(listing, parameters, listing.table)
    table = listing.table
    return f"SELECT {listing.columns} FROM {listing.source} WHERE {table}.key IN ({keys}) ORDER BY {outer}"  # noqa: S608


def _order_by(listing: PagedTable, parameters: Mapping[str, str], table: str) -> str:
    """Unknown fields are dropped; none left means newest first. Ties are broken by age in the last direction."""
    asked = [part.strip() for part in parameters.get("ordering", "").split(",")]
    known = [part for part in asked if part.removeprefix("-") in listing.orderings] or ["-created"]
    terms = []
    for part in known:
        descending = part.startswith("-")
        column = f"{table}.{listing.orderings[part.removeprefix('-')]}"
        # Where a moment is missing (not paid yet) it counts as the latest, as in the provider's likely database.
        nulls = "" if not column.endswith(".paid") else " NULLS FIRST" if descending else " NULLS LAST"
        terms.append(f"{column} {'DESC' if descending else 'ASC'}{nulls}")
    return ", ".join([*terms, f"{table}.key {'DESC' if descending else 'ASC'}"])


def _page_size(text: str) -> int:
    size = int(text) if re.fullmatch(r"[0-9]{1,4300}", text) else 0  # as many digits as Python reads
    return min(size, MAX_PAGE_SIZE) if size else PAGE_SIZE


def _page_number(text: str) -> int:
    page = int(text) if re.fullmatch(r"[0-9]{1,15}", text) else 0
    if page < 1:
        raise Refusal("not_found", message="Invalid page.")
    return page


def _address(call: Call, parameters: Mapping[str, str], page: int) -> str:
    """The whole address of a neighbouring page: the query is kept, and the first page has no number."""
    query = {name: value for name, value in parameters.items() if name != "page"}
    if page > 1:
        query["page"] = str(page)
    base = f"{call.base_url}{call.request.path}"
    return f"{base}?{urlencode(sorted(query.items()))}" if query else base


def _too_slow(parameters: Mapping[str, str], error: sqlite3.OperationalError) -> Exception:
    """The only function of ours that fails inside SQLite is a regular expression out of time."""
    named = [name for name in parameters if name.endswith("regex")]
    if not named:
        return error
    return Refusal("invalid", fields={name: ["This expression takes too long."] for name in named})
