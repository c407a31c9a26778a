"""How many of the orders that wait have an expired approval, and at what age approvals were seen to have expired."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("awaiting_capture", sa.Column("expired", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("awaiting_capture", sa.Column("expired_counted", moment, nullable=True))
    op.create_table(
        "approval_expiry",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_approval_expiry")),
    )
