"""Intents to move money, and refunds at the provider that fit none of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# A closed intent is history: whoever has the last word must find the row still open.
_TRIGGERS = {
    "sqlite": (
        """CREATE TRIGGER intent_terminal_update BEFORE UPDATE ON intent
        WHEN OLD.state IN ('succeeded', 'refused', 'closed')
        BEGIN SELECT RAISE(ABORT, 'a closed intent never changes'); END""",
        """CREATE TRIGGER intent_kept BEFORE DELETE ON intent
        BEGIN SELECT RAISE(ABORT, 'intents are kept'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION intent_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'a closed intent never changes, and intents are kept'; END $$""",
        """CREATE TRIGGER intent_terminal_update BEFORE UPDATE ON intent FOR EACH ROW
        WHEN (OLD.state IN ('succeeded', 'refused', 'closed')) EXECUTE FUNCTION intent_is_history()""",
        """CREATE TRIGGER intent_kept BEFORE DELETE ON intent FOR EACH ROW
        EXECUTE FUNCTION intent_is_history()""",
        """CREATE TRIGGER intent_not_emptied BEFORE TRUNCATE ON intent FOR EACH STATEMENT
        EXECUTE FUNCTION intent_is_history()""",
    ),
}


def upgrade() -> None:
    op.create_table(
        "intent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("refund_id", sa.String(length=40), nullable=True),
        sa.Column("submit_token_hash", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=255), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("seen_remaining", sa.BigInteger(), nullable=False),
        sa.Column("order_version", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("last_miss", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(length=40), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_check", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("body_sha256", sa.String(length=64), nullable=True),
        sa.Column("outcome_code", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.String(length=300), nullable=True),
        sa.Column("last_error_class", sa.String(length=40), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_sent", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('refund', 'capture')", name=op.f("ck_intent_kind")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_intent_amount_positive")),
        sa.ForeignKeyConstraint(["approved_by"], ["user.id"], name=op.f("fk_intent_approved_by_user")),
        sa.ForeignKeyConstraint(["requested_by"], ["user.id"], name=op.f("fk_intent_requested_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intent")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_intent_refund_id")),
        sa.UniqueConstraint("submit_token_hash", name=op.f("uq_intent_submit_token_hash")),
    )
    op.create_index(op.f("ix_intent_account_order_id_id"), "intent", ["account", "order_id", "id"], unique=False)
    op.create_index(op.f("ix_intent_requested_by_created"), "intent", ["requested_by", "created"], unique=False)
    op.create_index(op.f("ix_intent_state_next_check"), "intent", ["state", "next_check"], unique=False)
    op.create_index(
        "uq_intent_open_order",
        "intent",
        ["account", "order_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('awaiting_approval', 'pending', 'unknown')"),
        postgresql_where=sa.text("state IN ('awaiting_approval', 'pending', 'unknown')"),
    )

    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.String(length=255), nullable=False),
        sa.Column("refund_id", sa.String(length=255), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("found", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index(op.f("ix_finding_account_refund_id"), "finding", ["account", "refund_id"], unique=True)
    op.create_index(op.f("ix_finding_resolved_account"), "finding", ["resolved", "account"], unique=False)

    for statement in _TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
