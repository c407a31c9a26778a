"""The audit log: a table that is only ever added to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# Every list of the page ends in ORDER BY seq: one index per pair of filters, so that no filter scans.
_INDEXES = (
    ["actor_id", "seq"],
    ["actor_id", "family", "seq"],
    ["actor_id", "event", "seq"],
    ["account", "seq"],
    ["account", "family", "seq"],
    ["account", "event", "seq"],
    ["family", "seq"],
    ["event", "seq"],
    ["object_id", "seq"],
    ["ts", "seq"],
)
# Nearly all is well: what is not has small indexes of its own, which most entries never touch.
_TROUBLE = sa.text("outcome <> 'ok'")
_INDEXES_OF_TROUBLE = (
    ["outcome", "seq"],
    ["actor_id", "outcome", "seq"],
    ["account", "outcome", "seq"],
    ["family", "outcome", "seq"],
    ["event", "outcome", "seq"],
)

# Words for people; facets so that a word and filters, or many filters, are one question to one index. A facet is one
# token: a letter for the filter, then its value with the dots, dashes and underscores made letters no value has.
_WORDS = " || ' ' || ".join(
    f"coalesce({column}, '')"
    for column in ("event", "actor_label", "object_id", "reason", "before", "after", "request_id", "session_ref", "ip")
)
_FACETS = (
    "'f' || replace(family, '_', 'щ') || ' e' || replace(replace(event, '.', 'ж'), '_', 'щ') || ' o' || outcome"
    " || coalesce(' a' || CAST(actor_id AS TEXT), '') || coalesce(' c' || replace(account, '-', 'ж'), '')"
)
_PUNCTUATION = "!\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~"
_SEARCH = {
    "sqlite": (
        f"CREATE VIEW audit_text (seq, words, facets) AS SELECT seq, {_WORDS}, {_FACETS} FROM audit_entry",  # noqa: S608
        "CREATE VIRTUAL TABLE audit_search USING fts5"
        "(words, facets, content='audit_text', content_rowid='seq', columnsize=0, tokenize='unicode61')",
    ),
    "postgresql": (
        "ALTER TABLE audit_entry ADD COLUMN search tsvector GENERATED ALWAYS AS "
        f"(to_tsvector('simple', translate({_WORDS}, '{_PUNCTUATION}', '{' ' * 32}'))"
        f" || to_tsvector('simple', {_FACETS})) STORED",
        "CREATE INDEX ix_audit_entry_search ON audit_entry USING gin (search)",
    ),
}


# What keeps the log append-only.
_SQLITE_TRIGGERS = {
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

_POSTGRESQL_FUNCTIONS = {
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
_POSTGRESQL_TRIGGERS = {
    "audit_entry_no_change": "BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_stays()",
    "audit_entry_no_truncate": (
        "BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_stays()"
    ),
    "audit_entry_in_order": "BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_follows()",
}


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("clock_set_back", sa.Integer(), nullable=True),
        sa.Column("event", sa.String(length=48), nullable=False),
        sa.Column("family", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_label", sa.String(length=120), nullable=False),
        sa.Column("actor_role", sa.String(length=16), nullable=True),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("session_ref", sa.String(length=12), nullable=True),
        sa.Column("ip", sa.String(length=45), nullable=True),
        sa.Column("user_agent", sa.String(length=256), nullable=True),
        sa.Column("request_id", sa.String(length=36), nullable=True),
        sa.Column("object_type", sa.String(length=24), nullable=True),
        sa.Column("object_id", sa.String(length=255), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("app_version", sa.String(length=32), nullable=False),
        sa.Column("schema", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("prev_hash", name=op.f("uq_audit_entry_prev_hash")),
    )
    for columns in _INDEXES:
        op.create_index(op.f("ix_audit_entry_" + "_".join(columns)), "audit_entry", columns, unique=False)
    for columns in _INDEXES_OF_TROUBLE:
        name = op.f("ix_audit_entry_" + "_".join(columns))
        op.create_index(name, "audit_entry", columns, unique=False, sqlite_where=_TROUBLE, postgresql_where=_TROUBLE)
    was_set_back = sa.text("clock_set_back IS NOT NULL")
    op.create_index(
        "ix_audit_entry_clock_set_back",
        "audit_entry",
        ["clock_set_back"],
        sqlite_where=was_set_back,
        postgresql_where=was_set_back,
    )
    dialect = op.get_bind().dialect.name
    for statement in (*_SEARCH[dialect], *_guards(dialect)):
        op.execute(sa.text(statement.replace(":", "\\:")))


def _guards(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return list(_SQLITE_TRIGGERS.values())
    return [
        *(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
            for name, body in _POSTGRESQL_FUNCTIONS.items()
        ),
        *(f"CREATE TRIGGER {name} {rest}" for name, rest in _POSTGRESQL_TRIGGERS.items()),
        # ALWAYS: also where a superuser plays replica to get round triggers.
        *(f"ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER {name}" for name in _POSTGRESQL_TRIGGERS),
    ]
