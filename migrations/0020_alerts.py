"""What goes wrong and was told, and the messages in which it is told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account", "kind", name=op.f("pk_alert")),
    )
    op.create_table(
        "alert_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("news", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=40), nullable=True),
        sa.CheckConstraint("news IN ('began', 'goes_on', 'over', 'test')", name=op.f("ck_alert_message_news")),
        sa.CheckConstraint("channel IN ('mail', 'webhook')", name=op.f("ck_alert_message_channel")),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed')", name=op.f("ck_alert_message_state")),
        sa.ForeignKeyConstraint(["asked_by"], ["user.id"], name=op.f("fk_alert_message_asked_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_message")),
    )
    op.create_index(op.f("ix_alert_message_account_id"), "alert_message", ["account", "id"], unique=False)
    op.create_index(
        "ix_alert_message_waiting",
        "alert_message",
        ["next_try"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
