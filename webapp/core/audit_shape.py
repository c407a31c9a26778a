"""Whether the audit log stands in the database as the desk made it: table, constraints, indexes, triggers, words.

A table that was rebuilt with the same rows but without its keys takes whatever is written into it; a foreign trigger,
in PostgreSQL also a rule or a policy, could drop entries without a word before they are written or keep them from who
reads. `faults` names what differs.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Dialect, text
from sqlalchemy.schema import CreateIndex, CreateTable

from webapp.models.audit_entry import AuditEntry

from .audit_protection import POSTGRESQL_FUNCTIONS, POSTGRESQL_TRIGGERS, SQLITE_TRIGGERS

SEARCHED = ("event", "actor_label", "object_id", "reason", "before", "after", "request_id", "session_ref", "ip")
"""Columns whose words are found; as migration 0002 has them in the index, like all that follows."""
_WORDS = " || ' ' || ".join(f"coalesce({column}, '')" for column in SEARCHED)
_FACETS = (
    "'f' || replace(family, '_', 'щ') || ' e' || replace(replace(event, '.', 'ж'), '_', 'щ') || ' o' || outcome"
    " || coalesce(' a' || CAST(actor_id AS TEXT), '') || coalesce(' c' || replace(account, '-', 'ж'), '')"
)
_PUNCTUATION = "!\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~"
POSTGRESQL_SEARCH = (
    f"to_tsvector('simple', translate({_WORDS}, '{_PUNCTUATION}', '{' ' * 32}')) || to_tsvector('simple', {_FACETS})"
)
SQLITE_SEARCH = {
    "audit_text": f"CREATE VIEW audit_text (seq, words, facets) AS SELECT seq, {_WORDS}, {_FACETS} FROM audit_entry",  # noqa: S608
    "audit_search": (
        "CREATE VIRTUAL TABLE audit_search USING fts5"
        "(words, facets, content='audit_text', content_rowid='seq', columnsize=0, tokenize='unicode61')"
    ),
}
_TABLE = AuditEntry.__table__
_SIMILAR = {"VARCHAR": "character varying", "BIGINT": "bigint", "INTEGER": "integer", "TEXT": "text"}
_POSTGRESQL_CONSTRAINTS = {
    "pk_audit_entry": "PRIMARY KEY (seq)",
    "uq_audit_entry_prev_hash": "UNIQUE (prev_hash)",
}
_POSTGRESQL_WHERE = {
    "outcome <> 'ok'": " WHERE outcome::text <> 'ok'::text",
    "clock_set_back IS NOT NULL": " WHERE clock_set_back IS NOT NULL",
}

Texts = Mapping[str, str]


def faults(connection: Connection) -> list[str]:
    """The names of what is gone, switched off or not as the desk made it, and of what is not ours."""
    if connection.dialect.name == "sqlite":
        return _faults_of_sqlite(connection)
    return [
        *_differing(_wanted_columns(connection.dialect), _columns(connection)),
        *_differing(_POSTGRESQL_CONSTRAINTS, _constraints(connection)),
        *_differing(_wanted_indexes(), _indexes(connection)),
        *_differing(_wanted_triggers(), _triggers(connection)),
        *_strange_settings(connection),
    ]


def _differing(wanted: Texts, found: Texts) -> list[str]:
    return [name for name in {**wanted, **found} if wanted.get(name) != found.get(name)]


def _faults_of_sqlite(connection: Connection) -> list[str]:
    """Every statement that made a part of the log, as text but for blanks, quotes and the order of columns."""
    rows = connection.execute(text("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
    wanted = {
        "audit_entry": str(CreateTable(_TABLE).compile(dialect=connection.dialect)),  # type: ignore[arg-type]
        **{str(index.name): str(CreateIndex(index).compile(dialect=connection.dialect)) for index in _TABLE.indexes},  # type: ignore[attr-defined]
        **SQLITE_SEARCH,
        **SQLITE_TRIGGERS,
    }
    found = {
        row.name: row.sql
        for row in rows
        if row.name in wanted or row.tbl_name.lower() in ("audit_entry", "audit_text", "audit_search")
    }
    return _differing(*({name: _plain(sql) for name, sql in one.items()} for one in (wanted, found)))


def _plain(sql: str) -> str:
    """A statement without blanks and quotes, its columns and constraints in alphabetical order."""
    bare = " ".join(sql.replace('"', "").split())
    if not bare.startswith("CREATE TABLE "):
        return bare
    name, _, rest = bare.partition("(")
    body, _, options = rest.rpartition(")")
    return f"{name.strip()} ({', '.join(sorted(_items(body)))}){options}"


def _items(body: str) -> list[str]:
    """What stands between commas, but for those within brackets."""
    items = [""]
    for part in body.split(","):
        is_open = items[-1].count("(") > items[-1].count(")")
        items = [*items[:-1], f"{items[-1]},{part}"] if is_open else [*items, part]
    return [item.strip() for item in items[1:]]


def _wanted_columns(dialect: Dialect) -> Texts:
    wanted = {}
    for column in _TABLE.columns:
        kind, bracket, length = column.type.compile(dialect).partition("(")
        kind = _SIMILAR[kind] + bracket + length
        wanted[column.name] = f"{kind}{'' if column.nullable else ' not null'}"
    return {**wanted, "search": "tsvector generated"}


def _columns(connection: Connection) -> Texts:
    rows = connection.execute(
        text(
            "SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod)"
            " || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END"
            " || CASE WHEN a.attgenerated = 's' THEN ' generated' WHEN a.atthasdef THEN ' default' ELSE '' END"
            " || CASE WHEN a.attcollation <> t.typcollation THEN ' collated' ELSE '' END AS words"
            " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
            " WHERE a.attrelid = 'audit_entry'::regclass AND a.attnum > 0 AND NOT a.attisdropped"
        )
    )
    return {row.name: row.words for row in rows}


def _constraints(connection: Connection) -> Texts:
    rows = connection.execute(
        text(
            "SELECT conname AS name, pg_get_constraintdef(oid) AS words FROM pg_constraint"
            " WHERE conrelid = 'audit_entry'::regclass AND contype <> 'n'"
        )
    )
    return {row.name: row.words for row in rows}


def _wanted_indexes() -> Texts:
    wanted = {"ix_audit_entry_search": "CREATE INDEX ix_audit_entry_search ON audit_entry USING gin (search)"}
    for index in _TABLE.indexes:  # type: ignore[attr-defined]
        where = index.dialect_options["postgresql"]["where"]
        columns = ", ".join(column.name for column in index.columns)
        words = f"CREATE INDEX {index.name} ON audit_entry USING btree ({columns})"
        wanted[str(index.name)] = words + (_POSTGRESQL_WHERE[str(where)] if where is not None else "")
    return wanted


def _indexes(connection: Connection) -> Texts:
    """Without those of the constraints. One that is not in use stands with no words."""
    rows = connection.execute(
        text(
            "SELECT c.relname AS name, i.indisvalid AND i.indisready AND i.indislive AS stands,"
            " pg_get_indexdef(i.indexrelid, 0, true) AS words FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE i.indrelid = 'audit_entry'::regclass"
            " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)"
        )
    )
    return {row.name: row.words if row.stands else "" for row in rows}


def _wanted_triggers() -> Texts:
    return {
        name: f"CREATE TRIGGER {name} {rest} {POSTGRESQL_FUNCTIONS[rest.split()[-1].removesuffix('()')]}"
        for name, rest in POSTGRESQL_TRIGGERS.items()
    }


def _triggers(connection: Connection) -> Texts:
    """With the text of their functions. One that does not always fire stands with no words."""
    rows = connection.execute(
        text(
            "SELECT t.tgname AS name, t.tgenabled = 'A' AND l.lanname = 'plpgsql' AND p.proconfig IS NULL AS stands,"
            " pg_get_triggerdef(t.oid, true) AS words, p.prosrc AS body FROM pg_trigger t"
            " JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang"
            " WHERE t.tgrelid = 'audit_entry'::regclass AND NOT t.tgisinternal"
        )
    )
    return {row.name: f"{row.words} {row.body}" if row.stands else "" for row in rows}


def _strange_settings(connection: Connection) -> list[str]:
    """What else can hide rows or lose them: rules, policies, other tables that are read with it, no crash safety."""
    row = connection.execute(
        text(
            "SELECT relkind = 'r' AS is_table, relpersistence = 'p' AS is_kept,"
            " NOT (relrowsecurity OR relforcerowsecurity) AS is_open,"
            " NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid OR inhparent = c.oid) AS is_alone"
            " FROM pg_class c WHERE c.oid = 'audit_entry'::regclass"
        )
    ).one()
    rules = connection.execute(text("SELECT rulename FROM pg_rewrite WHERE ev_class = 'audit_entry'::regclass"))
    words = {"is_table": "no table", "is_kept": "no crash safety", "is_open": "row security", "is_alone": "inheritance"}
    return [*(said for name, said in words.items() if not getattr(row, name)), *sorted(rules.scalars())]
