"""Receivers, what they were told, and whom it was told on to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _receivers()
    _deliveries()
    op.create_table(
        "forward_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=40), nullable=True),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_forward_attempt_delivery_id_delivery"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forward_attempt")),
    )
    op.create_index(op.f("ix_forward_attempt_delivery_id_id"), "forward_attempt", ["delivery_id", "id"], unique=False)


def _receivers() -> None:
    op.create_table(
        "receiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("token_sealed", sa.Text(), nullable=True),
        sa.Column("secret_sealed", sa.Text(), nullable=True),
        sa.Column("secret_fingerprint", sa.String(length=16), nullable=False),
        sa.Column("other_sealed", sa.Text(), nullable=True),
        sa.Column("other_fingerprint", sa.String(length=16), nullable=True),
        sa.Column("other_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hook_change_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_receiver_created_by_user")),
        sa.ForeignKeyConstraint(
            ["hook_change_id"], ["hook_change.id"], name=op.f("fk_receiver_hook_change_id_hook_change")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receiver")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_receiver_token_hash")),
    )
    op.create_index(
        "uq_receiver_open",
        "receiver",
        ["account"],
        unique=True,
        sqlite_where=sa.text("stopped IS NULL"),
        postgresql_where=sa.text("stopped IS NULL"),
    )
    op.create_table(
        "forwarding",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=False),
        sa.Column("secret_fingerprint", sa.String(length=16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["user.id"], name=op.f("fk_forwarding_changed_by_user")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_forwarding")),
    )


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("receiver_id", sa.Integer(), nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=20), nullable=True),
        sa.Column("object_kind", sa.String(length=12), nullable=True),
        sa.Column("object_id", sa.String(length=255), nullable=True),
        sa.Column("order_id", sa.String(length=255), nullable=True),
        sa.Column("content_sealed", sa.Text(), nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("last_repeat", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("object_state", sa.String(length=40), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forward_state", sa.String(length=10), nullable=True),
        sa.Column("forward_tries", sa.Integer(), nullable=False),
        sa.Column("forward_next", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forward_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "verdict IN ('timed', 'bare', 'out_of_time', 'wrong', 'unsigned')", name=op.f("ck_delivery_verdict")
        ),
        sa.CheckConstraint(
            "outcome IN ('waiting', 'read', 'gone', 'failed', 'nothing', 'refused')", name=op.f("ck_delivery_outcome")
        ),
        sa.CheckConstraint(
            "forward_state IN ('waiting', 'sent', 'failed', 'superseded')", name=op.f("ck_delivery_forward_state")
        ),
        sa.ForeignKeyConstraint(["receiver_id"], ["receiver.id"], name=op.f("fk_delivery_receiver_id_receiver")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index(op.f("ix_delivery_account_digest"), "delivery", ["account", "digest"], unique=True)
    for columns in (
        ["id"],
        ["order_id", "id"],
        ["object_id", "id"],
        ["received"],
        ["verdict", "id"],
        ["outcome", "id"],
    ):
        op.create_index(
            op.f(f"ix_delivery_account_{'_'.join(columns)}"), "delivery", ["account", *columns], unique=False
        )
    for name, column, where in (
        ("ix_delivery_not_forwarded", "id", sa.text("forward_state = 'failed'")),
        ("ix_delivery_to_read", "next_try", sa.text("outcome = 'waiting'")),
        ("ix_delivery_to_forward", "forward_next", sa.text("forward_state = 'waiting'")),
    ):
        op.create_index(name, "delivery", ["account", column], sqlite_where=where, postgresql_where=where)
