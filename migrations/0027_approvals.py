"""Limits of single people, requests for a second person's approval, and when somebody's roles changed last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "person_limit",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("single", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.BigInteger(), nullable=True),
        sa.Column("per_order", sa.BigInteger(), nullable=True),
        sa.Column("approval", sa.BigInteger(), nullable=True),
        sa.Column("per_hour", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_person_limit_user_id_user")),
        sa.PrimaryKeyConstraint("user_id", "account", "currency", name=op.f("pk_person_limit")),
    )
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("asked", sa.String(length=8), nullable=False),
        sa.Column("intent_id", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("needs", sa.String(length=80), nullable=False),
        sa.Column("order_total", sa.BigInteger(), nullable=True),
        sa.Column("found", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decision", sa.String(length=12), nullable=True),
        sa.Column("decided", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["intent_id"], ["intent.id"], name=op.f("fk_approval_intent_id_intent")),
        sa.ForeignKeyConstraint(["requested_by"], ["user.id"], name=op.f("fk_approval_requested_by_user")),
        sa.ForeignKeyConstraint(["decided_by"], ["user.id"], name=op.f("fk_approval_decided_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index(op.f("ix_approval_account_decision_id"), "approval", ["account", "decision", "id"])
    op.create_index(
        "uq_approval_open",
        "approval",
        ["intent_id"],
        unique=True,
        sqlite_where=sa.text("decision IS NULL"),
        postgresql_where=sa.text("decision IS NULL"),
    )
    op.add_column("user", sa.Column("roles_changed", sa.DateTime(timezone=True), nullable=True))
