"""What keeps the audit table append-only inside of the database: triggers, an authorizer, and a check that they stand.

None of it stops somebody who owns the database file or server; that is what the chain and the anchors are for.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy import Connection, text

SQLITE_TRIGGERS = {
    "audit_entry_no_update": """CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END""",
    "audit_entry_no_delete": """CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END""",
    "audit_entry_in_order": """CREATE TRIGGER audit_entry_in_order BEFORE INSERT ON audit_entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit_entry)
  OR NEW.prev_hash IS NOT coalesce((SELECT hash FROM audit_entry ORDER BY seq DESC LIMIT 1), printf('%064d', 0))
BEGIN SELECT RAISE(ABORT, 'an entry must follow the last one'); END""",
    "audit_entry_searchable": """CREATE TRIGGER audit_entry_searchable AFTER INSERT ON audit_entry
BEGIN INSERT INTO audit_search (rowid, words, facets)
SELECT seq, words, facets FROM audit_text WHERE seq = NEW.seq; END""",
}

POSTGRESQL_FUNCTIONS = {
    "audit_entry_stays": "BEGIN RAISE EXCEPTION 'the audit log is only ever added to'; END",
    # The table is named by the trigger itself: an unqualified name could be caught by a temporary table.
    "audit_entry_follows": """
DECLARE last_seq bigint; last_hash text;
BEGIN
  EXECUTE format('SELECT seq, hash FROM %I.%I ORDER BY seq DESC LIMIT 1', TG_TABLE_SCHEMA, TG_TABLE_NAME)
    INTO last_seq, last_hash;
  IF NEW.seq IS DISTINCT FROM coalesce(last_seq, 0) + 1
    OR NEW.prev_hash IS DISTINCT FROM coalesce(last_hash, repeat('0', 64)) THEN
    RAISE EXCEPTION 'an entry must follow the last one';
  END IF;
  RETURN NEW;
END""",
}
POSTGRESQL_TRIGGERS = {
    "audit_entry_no_change": "BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_stays()",
    "audit_entry_no_truncate": (
        "BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_stays()"
    ),
    "audit_entry_in_order": "BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_follows()",
}


def statements(dialect: str) -> list[str]:
    """What makes the table append-only, in the words of the engine."""
    if dialect == "sqlite":
        return list(SQLITE_TRIGGERS.values())
    return [
        *(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
            for name, body in POSTGRESQL_FUNCTIONS.items()
        ),
        *(f"CREATE TRIGGER {name} {rest}" for name, rest in POSTGRESQL_TRIGGERS.items()),
        # ALWAYS: also where a superuser plays replica to get round triggers.
        *(f"ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER {name}" for name in POSTGRESQL_TRIGGERS),
    ]


def grants(connection: Connection, role: str) -> list[str]:
    """The least that the running desk needs in PostgreSQL: of the audit log only SELECT and INSERT."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    to, schema = quote(role), quote(connection.execute(text("SELECT current_schema()")).scalar_one())
    return [
        f"GRANT USAGE ON SCHEMA {schema} TO {to}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {to}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {to}",
        f"REVOKE ALL ON audit_entry, alembic_version FROM {to}, PUBLIC",
        f"GRANT SELECT, INSERT ON audit_entry TO {to}",
        f"GRANT SELECT ON alembic_version TO {to}",
    ]


def missing(connection: Connection) -> list[str]:
    """The names of triggers and functions that are gone, switched off, or not as the desk made them."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        found = {row.name: row.sql for row in rows}
        return [name for name, sql in SQLITE_TRIGGERS.items() if found.get(name) != sql]
    bodies = connection.execute(text("SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'audit_entry_%'"))
    sources = {row.proname: row.prosrc for row in bodies}
    triggers = connection.execute(
        text(
            "SELECT t.tgname, p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE t.tgrelid = 'audit_entry'::regclass AND t.tgenabled = 'A' AND t.tgqual IS NULL"
        )
    )
    standing = {row.tgname: row.proname for row in triggers}
    return [name for name, body in POSTGRESQL_FUNCTIONS.items() if sources.get(name) != body] + [
        name for name, rest in POSTGRESQL_TRIGGERS.items() if f"{standing.get(name)}()" != rest.split()[-1]
    ]


_SHAPE = {
    sqlite3.SQLITE_DROP_TABLE,
    sqlite3.SQLITE_DROP_INDEX,
    sqlite3.SQLITE_DROP_TRIGGER,
    sqlite3.SQLITE_DROP_VIEW,
    sqlite3.SQLITE_DROP_VTABLE,
    sqlite3.SQLITE_ALTER_TABLE,
}
# With these a statement could get round the triggers, or write the schema by hand.
_GUARDED_PRAGMAS = {"writable_schema", "recursive_triggers", "trusted_schema"}


def authorize(action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None) -> int:
    """SQLite's authorizer of the desk's connections: nobody takes the audit tables or their triggers apart.

    A migration that must change them lifts it for its own connection with `set_authorizer(None)`.
    """
    if action in _SHAPE and any((name or "").lower().startswith("audit_") for name in (first, second)):
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA and second is not None and (first or "").lower() in _GUARDED_PRAGMAS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_CREATE_TEMP_TRIGGER:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK
