"""The ledger by periods that were proved whole, with their sums, and what the provider has changed since.

Rows of earlier releases were never proved: they go, and their months stay on record as never read, so that the worker
reads them again by itself. What an earlier release has found changed stays as a change.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_FLAGGED = sa.text("(new_rate OR off_by > 1 OR off_by < -1)")
_UNPAID = sa.text("paid IS NULL")
_UNSEEN = sa.text("seen IS NULL")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_changes()
    op.execute(
        "INSERT INTO ledger_change (account, transaction_id, order_id, kind, currency, paid_before, amount_before,"
        " total_before, read_before, found) SELECT account, transaction_id, order_id, 'changed', currency, paid,"
        " amount_minor, total_minor, read, read FROM ledger_row WHERE differs AND paid IS NOT NULL"
    )
    op.drop_table("ledger_row")
    _create_rows()
    _create_sums()
    _renew_periods()
    op.create_table(
        "refund_sign",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("deducted", sa.Boolean(), nullable=False),
        sa.Column("decided", _MOMENT, nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["user.id"], name=op.f("fk_refund_sign_decided_by_user")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_refund_sign")),
    )


def _create_rows() -> None:
    op.create_table(
        "ledger_row",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("transaction_id", sa.String(length=255), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
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
        sa.Column("order_id", sa.String(length=255), nullable=True),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("paid", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("account", "transaction_id", name=op.f("pk_ledger_row")),
    )
    for column in (["paid", "currency"], ["period"], ["order_id"], ["created"]):
        columns = ["account", *column]
        op.create_index(op.f(f"ix_ledger_row_{'_'.join(columns)}"), "ledger_row", columns, unique=False)
    for name, where in (("flagged", _FLAGGED), ("unpaid", _UNPAID)):
        op.create_index(
            f"ix_ledger_row_{name}", "ledger_row", ["account", "created"], sqlite_where=where, postgresql_where=where
        )


def _create_sums() -> None:
    op.create_table(
        "ledger_sum",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("currency", sa.String(length=16), nullable=False),
        sa.Column("paid", sa.String(length=32), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("charged", sa.Boolean(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("raised", sa.Integer(), nullable=False),
        sa.Column("amount", sa.String(length=40), nullable=False),
        sa.Column("fees", sa.String(length=40), nullable=False),
        sa.Column("tax", sa.String(length=40), nullable=False),
        sa.Column("total", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint(
            "account", "period", "currency", "paid", "type", "charged", name=op.f("pk_ledger_sum")
        ),
    )
    op.create_index(op.f("ix_ledger_sum_account_paid"), "ledger_sum", ["account", "paid"], unique=False)
    op.create_table(
        "ledger_rate",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("currency", sa.String(length=16), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_rate", sa.Integer(), nullable=False),
        sa.Column("fee_tax_rate", sa.Integer(), nullable=False),
        sa.Column("first", _MOMENT, nullable=False),
        sa.Column("first_id", sa.String(length=255), nullable=False),
        sa.Column("last", _MOMENT, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "account", "period", "currency", "type", "fee_minor", "fee_rate", "fee_tax_rate",
            name=op.f("pk_ledger_rate"),
        ),
    )  # fmt: skip


def _create_changes() -> None:
    op.create_table(
        "ledger_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("transaction_id", sa.String(length=255), nullable=False),
        sa.Column("order_id", sa.String(length=255), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("currency", sa.String(length=16), nullable=False),
        sa.Column("paid_before", _MOMENT, nullable=True),
        sa.Column("paid_after", _MOMENT, nullable=True),
        sa.Column("amount_before", sa.BigInteger(), nullable=False),
        sa.Column("amount_after", sa.BigInteger(), nullable=True),
        sa.Column("total_before", sa.BigInteger(), nullable=False),
        sa.Column("total_after", sa.BigInteger(), nullable=True),
        sa.Column("others", sa.Text(), nullable=True),
        sa.Column("read_before", _MOMENT, nullable=True),
        sa.Column("found", _MOMENT, nullable=False),
        sa.Column("seen", _MOMENT, nullable=True),
        sa.Column("seen_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["seen_by"], ["user.id"], name=op.f("fk_ledger_change_seen_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_change")),
    )
    for columns in (["account", "transaction_id"], ["account", "paid_before"], ["account", "paid_after"]):
        op.create_index(op.f(f"ix_ledger_change_{'_'.join(columns)}"), "ledger_change", columns, unique=False)
    op.create_index(
        "ix_ledger_change_unseen", "ledger_change", ["account", "found"],
        sqlite_where=_UNSEEN, postgresql_where=_UNSEEN,
    )  # fmt: skip


def _renew_periods() -> None:
    """The same months, none of them proved."""
    op.create_table(
        "ledger_period_renewed",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("read", _MOMENT, nullable=True),
        sa.Column("checked", _MOMENT, nullable=True),
        sa.Column("failure", sa.String(length=40), nullable=True),
        sa.Column("failed", _MOMENT, nullable=True),
        sa.Column("bad_row", sa.String(length=255), nullable=True),
        sa.Column("bad_field", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("account", "month", name="pk_ledger_period_renewed"),
    )
    op.execute(
        "INSERT INTO ledger_period_renewed (account, month, generation, rows)"
        " SELECT account, month, 0, 0 FROM ledger_period"
    )
    op.drop_table("ledger_period")
    op.rename_table("ledger_period_renewed", "ledger_period")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_ledger_period_renewed RENAME TO pk_ledger_period")
