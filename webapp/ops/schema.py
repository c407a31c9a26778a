"""Whether the database has the schema that this code was written for."""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from webapp import audit
from webapp.core.database import writing
from webapp.core.extensions import alembic, db


def newest() -> str:
    """The revision that this code needs."""
    return ",".join(sorted(alembic.script_directory.get_heads()))


def current(connection: Connection) -> str:
    """The revision that the database has; empty before the first migration."""
    return ",".join(sorted(MigrationContext.configure(connection).get_current_heads()))


def is_current() -> bool:
    """Whether the two are the same: neither too old nor, after going back to older code, too new."""
    with db.engine.connect() as connection:
        return current(connection) == newest()


def migrate() -> tuple[str, str]:
    """Brings the database to the newest schema; returns the revisions (before, after). Audited if they differ."""
    with db.engine.connect() as connection:
        before = current(connection)
    after = newest()
    if before != after:
        alembic.upgrade()
        with writing():
            audit.record(
                audit.Action.SCHEMA_MIGRATED,
                object_type="schema",
                object_id=after,
                after={"revision": after, "from_revision": before},
            )
    return before, after
