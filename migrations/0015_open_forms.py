"""Who has the refund form of an order open, and finding the refunds of an account by when they were started."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "open_form",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_open_form_user_id_user")),
        sa.PrimaryKeyConstraint("account", "order_id", "user_id", name=op.f("pk_open_form")),
    )
    op.create_index(op.f("ix_open_form_seen"), "open_form", ["seen"], unique=False)
    op.create_index(op.f("ix_intent_account_kind_created"), "intent", ["account", "kind", "created"], unique=False)
