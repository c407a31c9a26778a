"""The audit log: a table that is only ever added to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp import audit_protection

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
    for statement in (*_SEARCH[dialect], *audit_protection.statements(dialect)):
        op.execute(sa.text(statement.replace(":", "\\:")))
