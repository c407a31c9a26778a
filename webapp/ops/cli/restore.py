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

from webapp.audit import anchors
from webapp.core.extensions import alembic, db
from webapp.core.settings import Settings
from webapp.ops.processes import is_free

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database. It belongs to that one only, and spoils any other one of the same name."""
LOCK_START, LOCK_LENGTH = 0x40000000, 512
"""The bytes by which SQLite's users of one file lock each other out; each holds some of them all the time."""
OF_POSTGRESQL = """the database is PostgreSQL, which restores by its own means. With web and worker stopped:
  createdb desk_restored                     # as the role that owns the tables
  pg_restore --dbname=desk_restored FILE     # or, of a plain dump: psql --dbname=desk_restored --file=FILE
then set DATABASE_URL to it, and go on with `flask --app webapp migrate`. The old database stays as it is."""


@click.command("restore")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@with_appcontext
def restore(path: Path) -> None:
    """Put the copy PATH, made by `backup`, in the place of the SQLite database. Web and worker must be stopped.

    The copy is checked first. The database before is kept under another name, and so is the file of anchors where it
    speaks of audit entries that the copy does not have.
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
            _set_anchors_aside(last, ending)
    except OSError as error:
        raise click.ClickException(f"{error.filename or database}: {error.strerror}") from None


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
        raise click.ClickException(f"{path} is no copy made by `backup`: {beside[0].name} belongs to it")
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
    known = {script.revision for script in alembic.script_directory.walk_revisions()}
    if len(revisions) != 1 or not known.issuperset(revisions):
        raise click.ClickException(f"{path} has a schema that this version does not know: {', '.join(revisions)}")
    return int(last or 0)


def _set_anchors_aside(last: int, ending: str) -> None:
    """Else the anchors would call the end of the copy cut off, and contradict every anchor that comes after it."""
    settings: Settings = current_app.extensions["settings"]
    kept = anchors.set_aside(settings.anchor_file, last, ending)
    if kept is None:
        return
    _sync(kept.parent)
    click.secho(
        f"WARNING: the audit log went on after entry {last}, and what came then is only in the database before.\n"
        f"The anchors that prove it are kept, as evidence, in {kept}.\n"
        f"{settings.anchor_file} now speaks only of entries up to {last}.",
        bold=True,
    )


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
