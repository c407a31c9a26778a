"""How full the disks are that the desk writes to, where it can know."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from .extensions import db
from .settings import Settings

MEGABYTE = 1_000_000
SPOOLS = ("/var/tmp", tempfile.gettempdir())  # noqa: S108 - only looked at: where SQLite keeps what has no name
ON_THIS_MACHINE = (None, "", "localhost", "127.0.0.1", "::1")


def free_bytes() -> dict[str, int]:
    """What is left for the "database" and for "temporary files". One that is out of sight is left out.

    PostgreSQL itself does not tell. Its disk is seen when it runs on this machine and says where its data is.
    """
    seen = {"database": _free(_database_folder()), "temporary files": _least(map(_free, SPOOLS))}
    return {name: free for name, free in seen.items() if free is not None}


def is_short(free: int, settings: Settings) -> bool:
    """Whether so little is left that nothing big should be begun."""
    return free < settings.least_free_megabytes * MEGABYTE


def is_nearly_full(settings: Settings) -> bool:
    """Whether any of the disks is."""
    return any(is_short(free, settings) for free in free_bytes().values())


def _database_folder() -> str | None:
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        return str(Path(url.database).resolve().parent) if url.database else None
    if not (url.host in ON_THIS_MACHINE or str(url.host).startswith("/")):
        return None
    return _postgresql_folder()


def _postgresql_folder() -> str | None:
    """Told to superusers and to members of pg_read_all_settings only."""
    try:
        with db.engine.connect() as connection:
            chosen = text("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
            return connection.execute(chosen).scalar()
    except SQLAlchemyError:
        return None


def _free(folder: str | None) -> int | None:
    try:
        return shutil.disk_usage(folder).free if folder else None
    except OSError:
        return None


def _least(given: Iterable[int | None]) -> int | None:
    return min((one for one in given if one is not None), default=None)
