"""Writes orders into the index and finds them, on either engine.

An order's id is the second at which it was created, times 1024, and a place within it: so whatever is found comes in
the order of creation, without sorting, and the row of an order is known without an index of ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Integer

from webapp.core.settings import Settings
from webapp.models.search import SearchErased, SearchKey, SearchOrder

from .entry import Entry
from .keys import IndexKey, IndexKeys, index_keys, spelled, spelled_all, writing_keys
from .question import All, Expression, Term, matches

PLACES = 1024
"""Orders that one second has room for."""
MOST_HITS = 200
FEW = 50
LOCK = "search index"
"""Of `writing()`: two that write the same order must come one after the other."""


@dataclass(frozen=True, slots=True)
class Row:
    """An order as it stands in the index."""

    id: int
    key_id: int
    tokens: tuple[int, ...]
    entry: Entry


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of what was found, newest first, MOST_HITS of them; `is_more`: there are others."""

    ids: tuple[int, ...] = ()
    is_more: bool = False


def keep(session: Session, settings: Settings, account: str, entries: Iterable[Entry]) -> int:
    """Writes what was read, unless a later reading is there already; returns how many orders changed.

    What was erased stays away. Inside of `writing(lock=LOCK)`.
    """
    told = list(entries)
    keys = writing_keys(session, settings)
    return sum(_keep(session, keys, account, entry) for entry in told if not _is_erased(session, account, entry))


def _is_erased(session: Session, account: str, entry: Entry) -> bool:
    return session.get(SearchErased, (account, entry.order_id)) is not None


def _keep(session: Session, keys: IndexKeys, account: str, entry: Entry) -> bool:
    row, free = _place(session, keys, account, entry.order_id, entry.created)
    if row and row.entry.read > entry.read:
        return False
    if row:
        entry = entry.knowing(row.entry)
        if row.key_id == keys.current.id and entry.says_as(row.entry):
            _write_line(session, keys.current, account, row.id, entry)
            return False
        _remove(session, row.id, row.tokens)
    row_id = row.id if row else free
    if row_id is None:
        return False
    _add(session, keys.current, account, row_id, entry)
    return True


def _place(
    session: Session, keys: IndexKeys, account: str, order_id: str, created: datetime
) -> tuple[Row | None, int | None]:
    """The order's row, or else the first free place of its second; neither where more orders came than have room."""
    first = first_id(created)
    taken = set()
    for row in session.execute(_ROWS.where(SearchOrder.id.between(first, first + PLACES - 1))):
        taken.add(row.id)
        entry = keys.open(account, row.id, row.key_id, row.line)
        if entry and entry.order_id == order_id:
            return Row(row.id, row.key_id, row.tokens, entry), None
    return None, next((one for one in range(first, first + PLACES) if one not in taken), None)


_ROWS = select(SearchOrder.id, SearchOrder.key_id, SearchOrder.tokens, SearchOrder.line)


def first_id(moment: datetime) -> int:
    """The first id of the second."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * PLACES


def _add(session: Session, key: IndexKey, account: str, row_id: int, entry: Entry) -> None:
    tokens = key.tokens(account, entry)
    line = key.seal_line(account, row_id, entry)
    session.execute(SearchOrder.__table__.insert().values(id=row_id, key_id=key.id, tokens=tokens, line=line))  # type: ignore[attr-defined]
    if _is_sqlite(session):
        session.execute(_SQLITE_ADD, {"id": row_id, "tokens": spelled_all(tokens)})


def _write_line(session: Session, key: IndexKey, account: str, row_id: int, entry: Entry) -> None:
    """Of an order that still says the same, when it was read: what was read before that comes too late from now on."""
    line = key.seal_line(account, row_id, entry)
    same = SearchOrder.id == row_id
    session.execute(update(SearchOrder).where(same).values(line=line).execution_options(synchronize_session=False))


def _remove(session: Session, row_id: int, tokens: Sequence[int]) -> None:
    session.execute(delete(SearchOrder).where(SearchOrder.id == row_id).execution_options(synchronize_session=False))
    if _is_sqlite(session):
        session.execute(_SQLITE_REMOVE, {"id": row_id, "tokens": spelled_all(tokens)})


_SQLITE_ADD = text("INSERT INTO search_word (rowid, tokens) VALUES (:id, :tokens)")
_SQLITE_REMOVE = text("INSERT INTO search_word (search_word, rowid, tokens) VALUES ('delete', :id, :tokens)")


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def find(session: Session, settings: Settings, account: str, question: Expression) -> Found:
    """The newest orders that match. Where they are few, each is looked at: a short digest can be that of two words."""
    keys = index_keys(session, settings)
    if not keys.each:
        return Found()
    ids = matching_ids(session, keys, account, question, MOST_HITS + 1)
    if len(ids) <= FEW:
        ids = [one for one, _ in _opened(session, keys, account, ids, question)]
    return Found(tuple(ids[:MOST_HITS]), len(ids) > MOST_HITS)


def open_rows(
    session: Session, settings: Settings, account: str, ids: Sequence[int], question: Expression
) -> list[Entry]:
    """Some of what was found, to be shown; without those that a digest alone found."""
    keys = index_keys(session, settings)
    return [entry for _, entry in _opened(session, keys, account, ids, question)]


def _opened(
    session: Session, keys: IndexKeys, account: str, ids: Sequence[int], question: Expression
) -> list[tuple[int, Entry]]:
    rows = {row.id: row for row in session.execute(_ROWS.where(SearchOrder.id.in_(ids)))}
    present = [rows[one] for one in ids if one in rows]
    opened = ((row.id, keys.open(account, row.id, row.key_id, row.line)) for row in present)
    return [(row_id, entry) for row_id, entry in opened if entry and matches(question, entry)]


def matching_ids(session: Session, keys: IndexKeys, account: str, question: Expression, most: int) -> list[int]:
    """The ids of the newest orders whose tokens match, by each of the keys."""
    if _is_sqlite(session):
        wanted = " OR ".join(f"({_fts(question, key, account)})" for key in keys.each)
        asked = text("SELECT rowid FROM search_word WHERE search_word MATCH :wanted ORDER BY rowid DESC LIMIT :most")
        return list(session.scalars(asked, {"wanted": wanted, "most": most}))
    holds = or_(*(_gin(question, key, account) for key in keys.each))
    return list(session.scalars(select(SearchOrder.id).where(holds).order_by(SearchOrder.id.desc()).limit(most)))


def _fts(asked: Expression, key: IndexKey, account: str) -> str:
    if isinstance(asked, Term):
        return f'"{spelled(key.token(account, asked.text))}"'
    parts = [_fts(part, key, account) for part in asked.parts]
    return "(" + (" AND " if isinstance(asked, All) else " OR ").join(parts) + ")"


def _gin(asked: Expression, key: IndexKey, account: str) -> ColumnElement[bool]:
    if isinstance(asked, Term):
        return _tokens(key, account, [asked], "@>")
    if all(isinstance(part, Term) for part in asked.parts):
        return _tokens(key, account, asked.parts, "@>" if isinstance(asked, All) else "&&")
    parts = [_gin(part, key, account) for part in asked.parts]
    return and_(*parts) if isinstance(asked, All) else or_(*parts)


def _tokens(key: IndexKey, account: str, asked: Sequence[Any], operator: str) -> ColumnElement[bool]:
    """Written into the statement itself: PostgreSQL's plan hangs on how frequent these are, so none is prepared."""
    wanted = sorted(key.token(account, term.text) for term in asked)
    array = literal(wanted, ARRAY(Integer), literal_execute=True)
    return SearchOrder.tokens.op(operator, is_comparison=True)(array)


def entries_of(
    session: Session, settings: Settings, account: str, orders: Iterable[tuple[str, datetime]]
) -> dict[str, Entry]:
    """What the index knows of these orders (id, when it was created), by their id."""
    keys, wanted = index_keys(session, settings), dict(orders)
    if not keys.each or not wanted:
        return {}
    seconds = {first_id(created) for created in wanted.values()}
    holds = or_(*(SearchOrder.id.between(first, first + PLACES - 1) for first in seconds))
    opened = (keys.open(account, row.id, row.key_id, row.line) for row in session.execute(_ROWS.where(holds)))
    return {entry.order_id: entry for entry in opened if entry and entry.order_id in wanted}


def forget(session: Session, settings: Settings, account: str, entries: Iterable[Entry]) -> int:
    """Takes orders out of the index; returns how many there were. Inside of `writing(lock=LOCK)`."""
    keys, count = index_keys(session, settings), 0
    for entry in entries:
        row, _ = _place(session, keys, account, entry.order_id, entry.created)
        if row:
            _remove(session, row.id, row.tokens)
            count += 1
    return count


def empty(session: Session) -> None:
    """Takes every order and every key out of the index. Inside of `writing(lock=LOCK)`."""
    if _is_sqlite(session):
        session.execute(text("INSERT INTO search_word (search_word) VALUES ('delete-all')"))
    for table in (SearchOrder, SearchKey):
        session.execute(delete(table).execution_options(synchronize_session=False))


def forget_before(session: Session, moment: datetime, most: int) -> int:
    """Takes out orders created before `moment`, whosever they are, oldest first, `most` at once."""
    before = select(SearchOrder.id, SearchOrder.tokens).where(SearchOrder.id < first_id(moment))
    rows = session.execute(before.order_by(SearchOrder.id).limit(most)).all()
    for row in rows:
        _remove(session, row.id, row.tokens)
    return len(rows)


def renew(session: Session, settings: Settings, accounts: Sequence[str], most: int) -> int:
    """Brings orders of older keys under the newest, `most` at once; returns how many are left to bring.

    What no account of the desk can open is dropped. Inside of `writing(lock=LOCK)`.
    """
    keys = writing_keys(session, settings)
    old = SearchOrder.key_id != keys.current.id
    for row in session.execute(_ROWS.where(old).order_by(SearchOrder.id.desc()).limit(most)).all():
        _remove(session, row.id, row.tokens)
        for account in accounts:
            if entry := keys.open(account, row.id, row.key_id, row.line):
                _add(session, keys.current, account, row.id, entry)
                break
    left = session.scalar(select(func.count()).select_from(SearchOrder).where(old)) or 0
    if not left:
        session.execute(delete(SearchKey).where(SearchKey.id != keys.current.id))
    return left
