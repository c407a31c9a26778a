"""Whom an OpenID provider means by a subject; and sessions whose second factor it vouches for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "oidc_subject",
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_oidc_subject_user_id_user")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_oidc_subject")),
        sa.UniqueConstraint("user_id", "issuer", name=op.f("uq_oidc_subject_user_id_issuer")),
    )
    vouched: sa.Column[bool] = sa.Column("vouched_for", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("staff_session", vouched)
