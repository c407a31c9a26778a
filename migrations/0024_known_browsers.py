"""Counters of failures in one browser, or of one signed-in person, name the identity they belong to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("sign_in_throttle", sa.Column("identity", sa.String(length=64), nullable=True))
