"""What watches a rotation, what the desk did itself, which secret signed a delivery, and secrets shown in advance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("rotation", sa.Column("watched", _MOMENT, nullable=True))
    op.add_column("rotation", sa.Column("trouble", sa.String(length=12), nullable=True))
    op.add_column("rotation", sa.Column("trouble_since", _MOMENT, nullable=True))
    op.add_column("delivery", sa.Column("secret_fingerprint", sa.String(length=16), nullable=True))
    op.add_column("hook_change", sa.Column("by_desk", sa.Boolean(), nullable=False, server_default=sa.false()))
    _tell_what_the_worker_did()
    op.create_table(
        "prepared_secret",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("hook_id", sa.String(length=255), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=False),
        sa.Column("secret_fingerprint", sa.String(length=16), nullable=False),
        sa.Column("shown", _MOMENT, nullable=False),
        sa.Column("shown_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["shown_by"], ["user.id"], name=op.f("fk_prepared_secret_shown_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prepared_secret")),
        sa.UniqueConstraint("account", "hook_id", name=op.f("uq_prepared_secret_account_hook_id")),
    )


def _tell_what_the_worker_did() -> None:
    """The audit log knows: an intent of nobody was the desk's own."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    change_id = (
        "json_extract(after, '$.change_id')" if is_sqlite else "CAST(CAST(after AS json) ->> 'change_id' AS integer)"
    )
    of_nobody = "event = 'hook.intent' AND actor_id IS NULL AND after IS NOT NULL"
    op.execute(
        f"UPDATE hook_change SET by_desk = true WHERE id IN (SELECT {change_id} FROM audit_entry WHERE {of_nobody})"  # noqa: S608
    )
