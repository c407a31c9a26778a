"""The search index: digests to find orders by, sealed lines to show them, how far it reaches, and what is asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_MOMENT = sa.DateTime(timezone=True)
_TOKENS = sa.LargeBinary().with_variant(sa.ARRAY(sa.Integer()), "postgresql")

# Each engine finds tokens by means of its own. PostgreSQL's list of what is not sorted in yet would slow searches down.
_WORDS = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_word USING fts5"
        "(tokens, content='', columnsize=0, detail=none, tokenize='ascii')",
    ),
    "postgresql": (
        "CREATE INDEX ix_search_order_tokens ON search_order USING gin (tokens) WITH (fastupdate = off)",
        "ALTER TABLE search_order ALTER COLUMN tokens SET STATISTICS 500",
    ),
}


def upgrade() -> None:
    op.create_table(
        "search_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_sealed", sa.Text(), nullable=False),
        sa.Column("spelling", sa.String(length=16), nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_key")),
    )
    op.create_table(
        "search_order",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.SmallInteger(), nullable=False),
        sa.Column("tokens", _TOKENS, nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["search_key.id"], name=op.f("fk_search_order_key_id_search_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_order")),
    )
    for statement in _WORDS[op.get_bind().dialect.name]:
        op.execute(statement)
    _reach()
    op.create_table(
        "search_query",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("asked_sealed", sa.Text(), nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_query")),
    )
    op.create_index(op.f("ix_search_query_user_id"), "search_query", ["user_id"], unique=False)
    op.create_index(op.f("ix_search_query_created"), "search_query", ["created"], unique=False)


def _reach() -> None:
    """What has been read, what is still to read, and what must not come back."""
    op.create_table(
        "search_reach",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("oldest", _MOMENT, nullable=False),
        sa.Column("newest", _MOMENT, nullable=False),
        sa.Column("looked", _MOMENT, nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_search_reach")),
    )
    op.create_table(
        "search_to_read",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.String(length=255), nullable=False),
        sa.Column("with_refunds", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account", "order_id", name=op.f("pk_search_to_read")),
    )
    op.create_table(
        "search_erased",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("account", "order_id", name=op.f("pk_search_erased")),
    )
