"""Changes of webhooks, and replacements of their secrets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_OPEN = sa.text("state IN ('pending', 'unknown')")
_OPEN_CREATE = sa.text("action = 'create' AND state IN ('pending', 'unknown')")
_OPEN_ROTATION = sa.text("step NOT IN ('done', 'undone')")


def upgrade() -> None:
    op.create_table(
        "rotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("hook_id", sa.String(length=255), nullable=False),
        sa.Column("new_hook_id", sa.String(length=255), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.String(length=80), nullable=False),
        sa.Column("step", sa.String(length=7), nullable=False),
        sa.Column("undoing", sa.Boolean(), nullable=False),
        sa.Column("was_active", sa.Boolean(), nullable=False),
        sa.Column("start_token_hash", sa.String(length=64), nullable=False),
        sa.Column("started_by", sa.Integer(), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quiet_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "step IN ('make', 'install', 'watch', 'quiet', 'done', 'undone')", name=op.f("ck_rotation_step")
        ),
        sa.ForeignKeyConstraint(["started_by"], ["user.id"], name=op.f("fk_rotation_started_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation")),
        sa.UniqueConstraint("start_token_hash", name=op.f("uq_rotation_start_token_hash")),
    )
    op.create_index(
        "uq_rotation_open_hook",
        "rotation",
        ["account", "hook_id"],
        unique=True,
        sqlite_where=_OPEN_ROTATION,
        postgresql_where=_OPEN_ROTATION,
    )
    op.create_index(op.f("ix_rotation_account_new_hook_id"), "rotation", ["account", "new_hook_id"], unique=False)
    op.create_table(
        "hook_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=8), nullable=False),
        sa.Column("hook_id", sa.String(length=255), nullable=True),
        sa.Column("rotation_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.String(length=80), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=True),
        sa.Column("secret_fingerprint", sa.String(length=16), nullable=True),
        sa.Column("secret_shown", sa.DateTime(timezone=True), nullable=True),
        sa.Column("secret_shown_by", sa.Integer(), nullable=True),
        sa.Column("submit_token_hash", sa.String(length=64), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_check", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome_code", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.String(length=300), nullable=True),
        sa.Column("refused_fields", sa.Text(), nullable=True),
        sa.Column("error_class", sa.String(length=40), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sent", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "action IN ('create', 'edit', 'secret', 'activate', 'pause', 'delete')", name=op.f("ck_hook_change_action")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'unknown', 'succeeded', 'refused', 'closed')", name=op.f("ck_hook_change_state")
        ),
        sa.ForeignKeyConstraint(["requested_by"], ["user.id"], name=op.f("fk_hook_change_requested_by_user")),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotation.id"], name=op.f("fk_hook_change_rotation_id_rotation")),
        sa.ForeignKeyConstraint(["secret_shown_by"], ["user.id"], name=op.f("fk_hook_change_secret_shown_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_change")),
        sa.UniqueConstraint("submit_token_hash", name=op.f("uq_hook_change_submit_token_hash")),
    )
    for name, column, where in (
        ("uq_hook_change_open_hook", "hook_id", _OPEN),
        ("uq_hook_change_open_url", "url", _OPEN_CREATE),
    ):
        op.create_index(
            name, "hook_change", ["account", column], unique=True, sqlite_where=where, postgresql_where=where
        )
    for columns in (["account", "hook_id", "id"], ["state", "next_check"], ["rotation_id"]):
        op.create_index(op.f(f"ix_hook_change_{'_'.join(columns)}"), "hook_change", columns, unique=False)
