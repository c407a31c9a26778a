"""How the provider answered, minute by minute."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "provider_minute",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("endpoint", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("total_ms", sa.Integer(), nullable=False),
        sa.Column("slowest_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", "minute", "endpoint", "outcome", name=op.f("pk_provider_minute")),
    )
    op.create_index(op.f("ix_provider_minute_minute"), "provider_minute", ["minute"], unique=False)
