"""What is missing among the provider's transactions, and the counter of what is to be looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "check_run",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("checked", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_check_run")),
    )
    op.create_table(
        "missing_transaction",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=False),
        sa.Column("order_id", sa.String(length=255), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=16), nullable=False),
        sa.Column("found", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "kind", "reference", name=op.f("pk_missing_transaction")),
    )
    op.create_index(
        op.f("ix_missing_transaction_account_kind_since"),
        "missing_transaction",
        ["account", "kind", "since"],
        unique=False,
    )
    op.create_table(
        "to_look_at",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("counted", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_to_look_at")),
    )
    flagged, unpaid = sa.text("(new_rate OR differs OR off_by > 1 OR off_by < -1)"), sa.text("paid IS NULL")
    for name, where in (("flagged", flagged), ("unpaid", unpaid)):
        op.create_index(
            f"ix_ledger_row_{name}", "ledger_row", ["account", "created"], sqlite_where=where, postgresql_where=where
        )
