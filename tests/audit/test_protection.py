"""The database itself refuses what the log does not do, on both engines; and on PostgreSQL a role with few rights."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.conftest import make_settings
from webapp import audit, create_app
from webapp.audit.recording import NotRecorded
from webapp.core.database import writing
from webapp.core.extensions import alembic, db

from .log import Log

COPY = (
    "INSERT INTO audit_entry"
    " (seq, ts, event, family, outcome, actor_label, app_version, schema, key_id, prev_hash, hash)"
    " SELECT {seq}, ts, event, family, outcome, actor_label, app_version, schema, key_id, {prev}, 'h'"
    " FROM audit_entry WHERE seq = 2"
)
HEAD = "(SELECT hash FROM audit_entry ORDER BY seq DESC LIMIT 1)"
REFUSED = (
    "UPDATE audit_entry SET ip = 'x' WHERE seq = 2",
    "UPDATE audit_entry SET seq = 9 WHERE seq = 4",
    "DELETE FROM audit_entry WHERE seq = 4",
    "DELETE FROM audit_entry",
    COPY.format(seq=9, prev=HEAD),
    COPY.format(seq=2, prev=HEAD),
    COPY.format(seq=5, prev="'x'"),
    COPY.format(seq=5, prev="(SELECT prev_hash FROM audit_entry WHERE seq = 4)"),
)
REFUSED_BY_POSTGRESQL = ("TRUNCATE audit_entry", "TRUNCATE audit_entry CASCADE")
TAKING_APART = (
    "DROP TABLE audit_entry",
    "DROP TABLE audit_search",
    "DROP VIEW audit_text",
    "DROP TRIGGER audit_entry_no_update",
    "DROP INDEX ix_audit_entry_event_seq",
    "ALTER TABLE audit_entry RENAME TO other",
    "ALTER TABLE audit_entry DROP COLUMN reason",
    "PRAGMA writable_schema = ON",
    "PRAGMA recursive_triggers = OFF",
    "DROP TRIGGER intent_terminal_update",
    "DROP TRIGGER intent_kept",
    "DROP TABLE intent",
    "ALTER TABLE intent RENAME TO other",
    "CREATE TRIGGER quiet BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(IGNORE); END",
    "CREATE TRIGGER quiet BEFORE DELETE ON intent BEGIN SELECT RAISE(IGNORE); END",
    "CREATE TRIGGER quiet INSTEAD OF INSERT ON audit_text BEGIN SELECT 1; END",
    "CREATE TEMP TABLE audit_entry (seq INTEGER)",
    "CREATE TEMP TABLE other (seq INTEGER)",
    "CREATE TEMP VIEW audit_text AS SELECT 1",
    "CREATE VIRTUAL TABLE temp.audit_search USING fts5 (words)",
    "DELETE FROM audit_search",
    "INSERT INTO audit_search (audit_search) VALUES ('delete-all')",
    "UPDATE audit_search SET words = ''",
    "CREATE TEMP TRIGGER quiet BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(IGNORE); END",
)


def attempt(statement: str) -> None:
    with writing() as session:
        session.execute(text(statement))


@pytest.mark.parametrize("statement", REFUSED)
def test_the_triggers_refuse(log: Log, statement: str) -> None:
    log.write(3)
    with pytest.raises(DBAPIError, match=r"only ever added to|must follow the last one"):
        attempt(statement)
    assert log.verify().entries == 4


def test_what_follows_the_last_entry_gets_past_the_triggers_but_not_past_the_chain(log: Log) -> None:
    log.write(3)
    attempt(COPY.format(seq=5, prev=HEAD))
    assert log.found() == ("changed", 5)


@pytest.mark.parametrize("statement", REFUSED_BY_POSTGRESQL)
def test_postgresql_refuses_to_empty_the_table(postgresql_log: Log, statement: str) -> None:
    postgresql_log.write(3)
    with pytest.raises(DBAPIError, match="only ever added to"):
        attempt(statement)


def test_the_triggers_of_postgresql_also_stop_a_superuser_who_plays_replica(postgresql_log: Log) -> None:
    postgresql_log.write(3)
    with writing() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        with pytest.raises(DBAPIError, match="only ever added to"):
            session.execute(text("UPDATE audit_entry SET ip = 'x'"))


def test_an_upsert_is_refused(sqlite_log: Log) -> None:
    sqlite_log.write(3)
    for verb in ("INSERT OR REPLACE", "REPLACE"):
        with pytest.raises(DBAPIError, match=r"only ever added to|must follow"):
            attempt(COPY.format(seq=3, prev=HEAD).replace("INSERT", verb, 1))


@pytest.mark.parametrize("statement", TAKING_APART)
def test_the_desks_own_connections_cannot_take_the_guards_away(sqlite_log: Log, statement: str) -> None:
    sqlite_log.write()
    with pytest.raises(DBAPIError, match="not authorized"):
        attempt(statement)
    assert sqlite_log.verify().ok


def test_other_tables_can_still_be_changed_by_migrations(sqlite_log: Log) -> None:
    attempt("ALTER TABLE finding ADD COLUMN seen INTEGER")
    attempt("CREATE TABLE other (id INTEGER)")
    attempt("DROP TABLE other")
    assert sqlite_log.found() == ("empty", 1)


def test_a_migration_leaves_no_connection_without_its_guard(tmp_path: Path) -> None:
    """Those that alter the intents have to lift it for themselves."""
    app = create_app(make_settings("http://127.0.0.1:1", f"sqlite:///{tmp_path}/new.sqlite3", tmp_path))
    with app.app_context():
        alembic.upgrade()
        with db.engine.connect() as one, db.engine.connect() as another:
            for connection in (one, another):
                with pytest.raises(DBAPIError, match="not authorized"):
                    connection.execute(text("ALTER TABLE intent ADD COLUMN x INTEGER"))
    with app.app_context():
        db.engine.dispose()


def test_a_change_made_by_the_owner_of_the_file_is_found(sqlite_log: Log, raw: sqlite3.Connection) -> None:
    sqlite_log.write(3)
    raw.execute("DROP TRIGGER audit_entry_no_update")
    raw.execute("UPDATE audit_entry SET actor_label = 'Somebody Else' WHERE seq = 3")
    assert sqlite_log.found() == ("changed", 3)


@pytest.mark.parametrize("column", ["ts", "outcome", "actor_label", "after", "object_id", "reason", "hash", "ip"])
def test_a_change_made_by_the_owner_of_postgresql_is_found(postgresql_log: Log, column: str) -> None:
    postgresql_log.write(5)
    with writing() as session:
        session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
        session.execute(text(f"UPDATE audit_entry SET {column} = coalesce(reverse({column}), 'x') WHERE seq = 4"))
    assert postgresql_log.found() == ("changed", 4)


def test_a_deletion_by_the_owner_of_postgresql_is_found(postgresql_log: Log) -> None:
    postgresql_log.write(5)
    with writing() as session:
        session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
        session.execute(text("DELETE FROM audit_entry WHERE seq = 4"))
    assert postgresql_log.found() == ("missing", 4)


@pytest.mark.parametrize(
    "weakening",
    [
        "ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_change",
        "DROP TRIGGER audit_entry_no_truncate ON audit_entry",
        "CREATE TRIGGER extra AFTER INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_follows()",
        "CREATE RULE quiet AS ON INSERT TO audit_entry WHERE NEW.actor_id = 2 DO INSTEAD NOTHING",
        "CREATE OR REPLACE FUNCTION audit_entry_stays() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_a_weakened_guard_of_postgresql_is_found(postgresql_log: Log, weakening: str) -> None:
    postgresql_log.write()
    attempt(weakening)
    assert postgresql_log.found() == ("unprotected", None)


QUIET = "CREATE TRIGGER a_quiet BEFORE INSERT ON audit_entry "


def make_a_table_on_record() -> None:
    with writing() as session:
        session.execute(text("CREATE TABLE done (id INTEGER)"))
        audit.record(audit.Action.REFUND_SUCCEEDED)


def test_what_the_log_does_not_keep_does_not_happen(sqlite_log: Log, raw: sqlite3.Connection) -> None:
    sqlite_log.write()
    raw.execute(QUIET + "WHEN NEW.event = 'refund.succeeded' BEGIN SELECT RAISE(IGNORE); END")
    with pytest.raises(NotRecorded):
        make_a_table_on_record()
    assert raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 'done'").fetchone() == (0,)
    assert sqlite_log.found() == ("unprotected", None)


def test_what_postgresql_does_not_keep_does_not_happen(postgresql_log: Log) -> None:
    postgresql_log.write()
    attempt("CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    attempt(QUIET + "FOR EACH ROW EXECUTE FUNCTION quiet()")
    with pytest.raises(NotRecorded):
        postgresql_log.write()
    assert len(postgresql_log.entries()) == 2
    assert postgresql_log.found() == ("unprotected", None)


def test_a_granted_role_can_add_and_read_and_no_more(postgresql_log: Log) -> None:
    postgresql_log.write()
    attempt("DROP ROLE IF EXISTS desk_app")
    attempt("CREATE ROLE desk_app LOGIN")
    result = postgresql_log.command("grant", "desk_app")
    assert (result.exit_code, "add to the audit log" in result.output) == (0, True), result.output
    engine = create_engine(db.engine.url.set(username="desk_app"))
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_entry")).scalar() == 2
        connection.execute(text(COPY.format(seq=3, prev=HEAD)))
        connection.execute(text("UPDATE finding SET resolved = now()"))
    for statement in (*REFUSED[:4], "TRUNCATE audit_entry", "DROP TABLE audit_entry", "DELETE FROM alembic_version"):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()
    attempt("REASSIGN OWNED BY desk_app TO CURRENT_USER; DROP OWNED BY desk_app; DROP ROLE desk_app")


def test_sqlite_has_no_roles_to_grant_to(sqlite_log: Log) -> None:
    result = sqlite_log.command("grant", "desk_app")
    assert (result.exit_code, "only PostgreSQL has roles" in result.output) == (1, True)
