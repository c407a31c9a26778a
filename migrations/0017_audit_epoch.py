"""The epoch of an audit entry: how often the log had been put back from a copy when it was written.

No row is rewritten: entries of earlier releases keep NULL, which says the first epoch, and hash as they did.
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _lift_authorizer()
    op.execute("ALTER TABLE audit_entry ADD COLUMN epoch INTEGER")


def _lift_authorizer() -> None:
    """For as long as this connection is used here: whoever asks the pool for it next gets a new one in its place."""
    connection = op.get_bind().connection
    connection.dbapi_connection.set_authorizer(None)  # type: ignore[union-attr]
    connection.invalidate(soft=True)
