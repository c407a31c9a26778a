"""What keeps the audit table append-only inside of the database: triggers, an authorizer, and the rights of a role.

None of it stops somebody who owns the database file or server; that is what the chain and the anchors are for.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy import Connection, text

# As migration 0002 has made them, for ever: a guard that changes gets a migration of its own.
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
    "audit_entry_no_change": "BEFORE DELETE OR UPDATE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_stays()",
    "audit_entry_no_truncate": (
        "BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_stays()"
    ),
    "audit_entry_in_order": "BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_follows()",
}


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


def powers(connection: Connection) -> list[str]:
    """What the role that is connected to PostgreSQL may do to the audit log beside reading and adding; best nothing."""
    row = connection.execute(
        text(
            "SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_super,"
            " pg_has_role(current_user, relowner, 'USAGE') AS is_owner,"
            " has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER') AS may_change"
            " FROM pg_class WHERE oid = 'audit_entry'::regclass"
        )
    ).one()
    if row.is_super:
        return ["do everything, as a superuser"]
    if row.is_owner:
        return ["take the audit log apart, as its owner"]
    return ["change the audit log"] if row.may_change else []


_SHAPE = {
    sqlite3.SQLITE_DROP_TABLE,
    sqlite3.SQLITE_DROP_INDEX,
    sqlite3.SQLITE_DROP_TRIGGER,
    sqlite3.SQLITE_DROP_VIEW,
    sqlite3.SQLITE_DROP_VTABLE,
    sqlite3.SQLITE_ALTER_TABLE,
}
# What is temporary comes before the real table of the same name, and may be renamed to it; the desk needs none.
_TEMPORARY = {
    sqlite3.SQLITE_CREATE_TEMP_TABLE,
    sqlite3.SQLITE_CREATE_TEMP_VIEW,
    sqlite3.SQLITE_CREATE_TEMP_TRIGGER,
}
_WRITES = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}
# With these a statement could get round the triggers, or write the schema by hand.
_GUARDED_PRAGMAS = {"writable_schema", "recursive_triggers", "trusted_schema"}
_INTENT_TRIGGERS = {"intent_terminal_update", "intent_kept"}
"""Of migration 0003; they keep what was asked of the provider."""


def authorize(action: int, first: str | None, second: str | None, database: str | None, trigger: str | None) -> int:
    """SQLite's authorizer of the desk's connections: nobody takes the audit tables, the book or their triggers apart.

    A migration that must change them lifts it for its own connection with `set_authorizer(None)`. The tables inside
    of the search index cannot be closed, for the index itself writes them in this same way: verify counts them.
    """
    names = ((first or "").lower(), (second or "").lower())
    is_denied = (
        action in _TEMPORARY
        or (action in _SHAPE and ("temp" in names or any(map(_is_guarded, names))))
        or (action == sqlite3.SQLITE_CREATE_VTABLE and database == "temp")
        or (action == sqlite3.SQLITE_CREATE_TRIGGER and _is_guarded(names[1]) and not _is_our_trigger(names[0]))
        or (action in _WRITES and names[0] == "audit_search" and trigger != "audit_entry_searchable")
        or (action == sqlite3.SQLITE_PRAGMA and second is not None and names[0] in _GUARDED_PRAGMAS)
    )
    return sqlite3.SQLITE_DENY if is_denied else sqlite3.SQLITE_OK


def _is_guarded(name: str) -> bool:
    return name.startswith("audit_") or name == "intent"


def _is_our_trigger(name: str) -> bool:
    """A migration makes them; later their names are taken, and none of them can be dropped."""
    return name in SQLITE_TRIGGERS or name in _INTENT_TRIGGERS
