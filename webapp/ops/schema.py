"""Whether the database has the schema that this code was written for."""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from webapp import audit
from webapp.core.database import writing
from webapp.core.extensions import alembic, db


class TooNew(Exception):
    """The database is of a newer version of the desk; the message says what to do."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"the database has schema {revision}, which this version does not know: a newer one has changed it. "
            "Install that version again, or restore a copy of the database from before."
        )


def newest() -> str:
    """The revision that this code needs."""
    return ",".join(sorted(alembic.script_directory.get_heads()))


def known() -> set[str]:
    """Every revision that this code can go on from."""
    return {script.revision for script in alembic.script_directory.walk_revisions()}


def current(connection: Connection) -> str:
    """The revision that the database has; empty before the first migration."""
    return ",".join(sorted(MigrationContext.configure(connection).get_current_heads()))


def is_current() -> bool:
    """Whether the two are the same: neither too old nor, after going back to older code, too new."""
    with db.engine.connect() as connection:
        return current(connection) == newest()


def migrate() -> tuple[str, str]:
    """Brings the database to the newest schema; returns the revisions (before, after). Audited if they differ.

    Raises TooNew.
    """
    with db.engine.connect() as connection:
        before = current(connection)
    if before and before not in known():
        raise TooNew(before)
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
