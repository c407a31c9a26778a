"""How many deliveries were refused, by minute and cause; and from where a delivery was sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "refused_minute",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", "minute", "cause", name=op.f("pk_refused_minute")),
    )
    op.create_index(op.f("ix_refused_minute_minute"), "refused_minute", ["minute"], unique=False)
    op.add_column("delivery", sa.Column("sender", sa.String(length=45), nullable=True))
