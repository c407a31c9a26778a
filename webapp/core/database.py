"""How the desk talks to its database: durable, one writer at a time on SQLite, and no write by accident.

Every transaction that writes is opened by `writing()`. On SQLite it starts with BEGIN IMMEDIATE, because a
transaction that first reads and then writes can lose a race that forks the audit chain; on PostgreSQL a named
advisory lock serialises what must be serial. No transaction is open while the provider is asked: `release()`.

SQLite lets whoever waits to write ask again and again, with longer and longer pauses, so of many one may never come
first. Therefore the threads of a process stand in a queue, and only its first waits with those of other processes.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Connection, Engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from webapp.models.base import Base

from .audit_protection import authorize
from .extensions import db
from .settings import Settings
from .turns import NoTurn, Turns

_WRITES = "desk_writes"
_TURNS = "desk_turns"

PATIENCE = 15
"""Seconds to wait for one's turn to write on SQLite."""
SQLITE_PRAGMAS = (
    f"PRAGMA busy_timeout={PATIENCE * 1000}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",
)


_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_SQLITE_AWAY = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY}
_POSTGRESQL_BUSY = ("40", "53300", "55P03", "57014")
"""Beginnings of SQLSTATE: serialisation and deadlocks, too many connections, a lock waited for too long, cancelled."""

_NO_SEAT = ("too many connections", "too many clients", "remaining connection slots")
"""Who is refused while connecting gets no SQLSTATE from libpq, only the server's words."""


class Trouble(StrEnum):
    """Why the database cannot be used now, through no fault of the statement: it would be good a moment later."""

    BUSY = "busy"
    AWAY = "away"


def trouble(error: BaseException) -> Trouble | None:
    """What keeps the database from being used; None for every other error."""
    if isinstance(error, NoConnectionFree):
        return Trouble.BUSY
    if not isinstance(error, OperationalError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        return Trouble.BUSY if code in _SQLITE_BUSY else Trouble.AWAY if code in _SQLITE_AWAY else None
    state = str(getattr(error.orig, "sqlstate", None) or "")
    is_busy = state.startswith(_POSTGRESQL_BUSY) or any(words in str(error.orig) for words in _NO_SEAT)
    return Trouble.BUSY if is_busy else Trouble.AWAY


def init_app(app: Flask, settings: Settings) -> None:
    """Binds the engine, with the habits of its kind."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    options: dict[str, Any] = {
        "url": url,
        "pool_size": settings.web_threads + 4,
        "max_overflow": 8,
        "hide_parameters": True,
    }
    if url.get_backend_name() == "sqlite" and url.database:
        path = Path(url.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    else:
        options["pool_pre_ping"] = True
    app.config["SQLALCHEMY_ENGINES"] = {"default": options}
    db.init_app(app)
    # It also closes asynchronous sessions, which the desk has none of, by starting a thread at the end of each request.
    app.teardown_appcontext_funcs[:] = [end for end in app.teardown_appcontext_funcs if not iscoroutinefunction(end)]
    app.extensions[_TURNS] = Turns() if url.get_backend_name() == "sqlite" else None
    with app.app_context():
        configure(db.engine)


def configure(engine: Engine) -> None:
    """Sets what each new connection and each transaction of the engine needs."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _prepare_postgresql)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late; see _begin_sqlite
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)
    connection.set_authorizer(authorize)


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    connection.autocommit = True
    connection.execute("SET synchronous_commit = on")
    connection.execute("SET lock_timeout = '15s'")
    connection.autocommit = False


def _begin_sqlite(connection: Connection) -> None:
    kind = "IMMEDIATE" if connection.get_execution_options().get(_WRITES) else "DEFERRED"
    connection.exec_driver_sql(f"BEGIN {kind}")


@event.listens_for(Session, "before_flush")
def _refuse_accidents(session: Session, _context: Any, _instances: Any) -> None:
    if not session.info.get(_WRITES):
        raise RuntimeError("rows changed outside of writing()")


@contextmanager
def writing(*, lock: str | None = None) -> Iterator[Session]:
    """One durable transaction: commits at the end, rolls back on an exception, never nests.

    `lock` names what must be serial across processes (SQLite has one writer anyway). Ask no provider inside.
    """
    session = db.session
    if session.info.get(_WRITES):
        raise RuntimeError("writing() does not nest")
    release()
    with _turn():
        session.info[_WRITES] = True
        try:
            connection = session.connection(execution_options={_WRITES: True})
            if lock is not None and connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key(lock)})
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.pop(_WRITES, None)


@contextmanager
def _turn() -> Iterator[None]:
    """On SQLite, this thread's turn among those of the process that write; whose does not come is told as SQLite would.

    PostgreSQL keeps queues of its own.
    """
    turns: Turns | None = current_app.extensions[_TURNS]
    if turns is None:
        yield
        return
    try:
        with turns.turn(PATIENCE):
            yield
    except NoTurn as error:
        raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked")) from error


def put(session: Session, row: type[Base], **values: Any) -> None:
    """Writes a row by its primary key, whether it is there or not: of two at the same moment both succeed.

    What the session knows of the row is read anew.
    """
    keys = [column.name for column in inspect(row).primary_key]
    statement = _insert(session, row).values(**values)
    changed = {name: statement.excluded[name] for name in values if name not in keys}
    written = statement.on_conflict_do_update(index_elements=keys, set_=changed).returning(row)
    session.scalars(written, execution_options={"populate_existing": True}).one()


def put_once(session: Session, row: type[Base], keys: Sequence[str], **values: Any) -> bool:
    """Writes a row unless one with these unique `keys` is there; whether it was ours that came first."""
    statement = _insert(session, row).values(**values).on_conflict_do_nothing(index_elements=keys)
    return session.execute(statement.returning(getattr(row, keys[0]))).first() is not None


def _insert(session: Session, row: type[Base]) -> postgresql.Insert | sqlite.Insert:
    return (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(row)


def is_writing() -> bool:
    """Whether this context is inside of `writing()`."""
    return bool(db.session.info.get(_WRITES))


def lock_key(name: str) -> int:
    """A name as PostgreSQL's advisory locks want it: a signed 64-bit number."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def release() -> None:
    """Ends the reading transaction, if one is open: nothing is held while the provider thinks."""
    if db.session.in_transaction():
        db.session.commit()
