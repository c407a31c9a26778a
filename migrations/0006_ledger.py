"""The copy of what the provider settled, and what the bank received for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "ledger_row",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("transaction_id", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=16), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=True),
        sa.Column("fee_rate", sa.Integer(), nullable=True),
        sa.Column("fee_tax_rate", sa.Integer(), nullable=True),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("fees_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("off_by", sa.BigInteger(), nullable=True),
        sa.Column("new_rate", sa.Boolean(), nullable=False),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.Column("order_id", sa.String(length=255), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "transaction_id", name=op.f("pk_ledger_row")),
    )
    op.create_index(op.f("ix_ledger_row_account_created"), "ledger_row", ["account", "created"], unique=False)
    op.create_index(
        op.f("ix_ledger_row_account_currency_created"), "ledger_row", ["account", "currency", "created"], unique=False
    )
    op.create_index(op.f("ix_ledger_row_account_order_id"), "ledger_row", ["account", "order_id"], unique=False)
    op.create_index(
        op.f("ix_ledger_row_account_paid_currency"), "ledger_row", ["account", "paid", "currency"], unique=False
    )
    op.create_table(
        "ledger_period",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("read", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "month", name=op.f("pk_ledger_period")),
    )
    op.create_table(
        "payout_filter",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=8), nullable=False),
        sa.Column("found", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_payout_filter")),
    )
    op.create_table(
        "bank_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("payout", sa.String(length=40), nullable=False),
        sa.Column("received_minor", sa.BigInteger(), nullable=False),
        sa.Column("expected_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("explained_by", sa.String(length=120), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("entered", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entered_by"], ["user.id"], name=op.f("fk_bank_receipt_entered_by_user")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_bank_receipt_owner_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_receipt")),
    )
    op.create_index(
        op.f("ix_bank_receipt_account_currency_payout"), "bank_receipt", ["account", "currency", "payout"], unique=True
    )
    op.create_index(op.f("ix_bank_receipt_account_state"), "bank_receipt", ["account", "state"], unique=False)
