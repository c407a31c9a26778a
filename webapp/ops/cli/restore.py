"""A copy of the database put back in its place, so that nothing of the database before is mixed into it."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp import audit
from webapp.audit.anchors import Head
from webapp.audit.epochs import find_lost
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.ops import schema
from webapp.ops.processes import is_free
from webapp.version import __version__

from .audit import tell_restore

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database. It belongs to that one only, and spoils any other one of the same name."""
LOCK_START, LOCK_LENGTH = 0x40000000, 512
"""The bytes by which SQLite's users of one file lock each other out; each holds some of them all the time."""
OF_POSTGRESQL = """the database is PostgreSQL, which restores by its own means. With web and worker stopped:
  createdb desk_restored                     # as the role that owns the tables
  pg_restore --dbname=desk_restored FILE     # or, of a plain dump: psql --dbname=desk_restored --file=FILE
then set DATABASE_URL to it, and go on, still as that role, with
  flask --app webapp migrate
  flask --app webapp audit restored          # writes into the audit log and its anchors what is missing since
  flask --app webapp audit grant ROLE        # of web and worker
The old database stays as it is."""
_HEADER = b"SQLite format 3\0"


@click.command("restore")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@with_appcontext
def restore(path: Path) -> None:
    """Put the copy PATH, made by `backup`, in the place of the SQLite database. Web and worker must be stopped.

    The copy is checked first, and brought to this version's schema. The database before is kept under another name.
    Where it had audit entries that the copy lacks, a new epoch of the log begins: which ones are missing is written
    into the log and its anchors.
    """
    database = _database()
    _refuse_beside_a_desk()
    ending = f"before-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
    try:
        with _alone(database):
            draft = _drafted(path, database)
            try:
                last = _checked(draft, path)
                kept = _set_aside(database, ending)
                draft.replace(database)
            finally:
                draft.unlink(missing_ok=True)
            _sync(database.parent)
        click.echo(f"{database} now holds {path}: everything up to audit entry {last}.")
        if kept is not None:
            click.echo(f"The database before is kept as {kept}.")
        audit.bind(audit.Who.at_terminal())
        schema.migrate()
        before = _end_of(kept, database) if kept is not None else None
        if lost := find_lost(*(before or (None, None))):
            tell_restore(lost)
        _record(is_read=before is not None)
    except OSError as error:
        raise click.ClickException(f"{error.filename or database}: {error.strerror}") from None


def _record(*, is_read: bool) -> None:
    """A restore is on record also where it lost nothing, or nothing that anybody can prove."""
    unread = {} if is_read else {"cause": "no log before it could be read: entries may be missing that no anchor knows"}
    with writing():
        audit.record(audit.Action.DESK_RESTORED, after={"version": __version__, **unread})
    if not is_read:
        click.echo("No log before it could be read: what was entered after the last anchor may be missing.")


def _database() -> Path:
    url = db.engine.url
    if url.get_backend_name() != "sqlite":
        raise click.ClickException(OF_POSTGRESQL)
    if not url.database:
        raise click.ClickException("the database is in memory only")
    return Path(url.database).resolve()


def _refuse_beside_a_desk() -> None:
    """A desk that nobody has asked anything yet has the database not open."""
    settings: Settings = current_app.extensions["settings"]
    if not is_free(settings.host, settings.port):
        raise click.ClickException(f"something listens on port {settings.port}. Stop web and worker first.")


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    """As its only user, also where the file is so damaged that SQLite cannot open it."""
    with database.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, LOCK_LENGTH, LOCK_START)
        except OSError:
            raise click.ClickException(f"{database} is in use. Stop web, worker and whatever has it open.") from None
        yield


def _drafted(path: Path, database: Path) -> Path:
    """The copy on the database's disk, under a name of its own, for its owner only."""
    if path.resolve() == database:
        raise click.ClickException(f"{path} is the database itself")
    if beside := [name for ending in BESIDE if _has_content(name := _beside(path, ending))]:
        raise click.ClickException(f"{path} was not made by `backup`: {beside[0].name} belongs to it")
    draft = database.with_name(f"{database.name}.{secrets.token_hex(4)}")
    with path.open("rb") as source, open(draft, "xb", opener=_for_its_owner) as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
    return draft


def _checked(draft: Path, path: Path) -> int:
    """The last audit entry of a copy that is whole and of a schema that this version knows."""
    try:
        with closing(sqlite3.connect(f"{draft.as_uri()}?immutable=1", uri=True)) as copy:
            (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
            revisions = [revision for (revision,) in copy.execute("SELECT version_num FROM alembic_version")]
            (last,) = copy.execute("SELECT max(seq) FROM audit_entry").fetchone()
    except sqlite3.DatabaseError as error:
        raise click.ClickException(f"{path} is no database of the desk: {error}") from None
    if verdict != "ok":
        raise click.ClickException(f"{path} is damaged: {verdict}")
    if len(revisions) != 1 or not schema.known().issuperset(revisions):
        raise click.ClickException(f"{path} has a schema that this version does not know: {', '.join(revisions)}")
    return int(last or 0)


def _end_of(kept: Path, database: Path) -> tuple[Head, int] | None:
    """The last audit entry of the database before, and the last that is the same in the copy.

    None where too little is left of it to be read: then the anchors alone tell what is missing.
    """
    with kept.open("rb") as file:
        if file.read(len(_HEADER)) != _HEADER:
            return None
    try:
        with closing(_read_only(kept)) as old, closing(_read_only(database)) as new:
            columns = {name for _, name, *_ in old.execute("PRAGMA table_info(audit_entry)")}
            epoch = "coalesce(epoch, 1)" if "epoch" in columns else "1"
            last = f"SELECT seq, hash, ts, {epoch} FROM audit_entry ORDER BY seq DESC LIMIT 1"  # noqa: S608
            row = old.execute(last).fetchone()
            return (Head(*row), _last_common(old, new, row[0])) if row else None
    except sqlite3.DatabaseError:
        return None


def _read_only(path: Path) -> sqlite3.Connection:
    """With what lies beside it, if anything does; else it is only looked at, and nothing is put beside it."""
    how = "mode=ro" if _has_content(_beside(path, "-wal")) else "immutable=1"
    return sqlite3.connect(f"{path.as_uri()}?{how}", uri=True)


def _last_common(old: sqlite3.Connection, new: sqlite3.Connection, last: int) -> int:
    """The last entry that both have: what is the same once is the same in all entries before."""
    low, high = 0, last
    while low < high:
        middle = (low + high + 1) // 2
        one, other = (
            log.execute("SELECT hash FROM audit_entry WHERE seq = ?", [middle]).fetchone() for log in (old, new)
        )
        low, high = (middle, high) if one is not None and one == other else (low, middle - 1)
    return low


def _set_aside(database: Path, ending: str) -> Path | None:
    """Keeps the database before, with all that belongs to it; at no moment does a part of it stand beside another one.

    First under both names, then without what lies beside it: whatever happens in between, nothing of it is lost.
    """
    lies_beside = [ending for ending in BESIDE if _beside(database, ending).exists()]
    if not database.stat().st_size and not lies_beside:
        return None
    kept = database.with_name(f"{database.name}.{ending}")
    os.link(database, kept)
    for ending in lies_beside:
        _beside(database, ending).rename(_beside(kept, ending))
    _sync(database.parent)
    return kept


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    """Puts the names in a folder on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
