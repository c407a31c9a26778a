"""A role per merchant account: everybody keeps the role they had, for every account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "user_role",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_role_user_id_user")),
        sa.PrimaryKeyConstraint("user_id", "account", name=op.f("pk_user_role")),
    )
    op.execute("INSERT INTO user_role (user_id, account, role) SELECT id, '*', role FROM \"user\"")
    op.drop_column("user", "role")
