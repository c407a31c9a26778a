"""A copy of the database while the desk works."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import click
from flask.cli import with_appcontext

from webapp.core.extensions import db


@click.command("backup")
@click.argument("path", type=click.Path(path_type=Path))
@with_appcontext
def backup(path: Path) -> None:
    """Copy the SQLite database to PATH, a new file, while the desk goes on.

    The copy is whole as of one moment, readable for its owner only, and checked. Copying the file by other means
    can tear it. For PostgreSQL use pg_dump.
    """
    url = db.engine.url
    if url.get_backend_name() != "sqlite" or not url.database:
        raise click.ClickException("the database is not SQLite; use pg_dump")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise click.ClickException(f"{path} cannot be made: {error.strerror}") from None
    with closing(sqlite3.connect(url.database)) as original:
        original.execute("VACUUM INTO ?", (str(path),))
    with closing(sqlite3.connect(path)) as copy:
        (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
        (last,) = copy.execute("SELECT max(seq) FROM audit_entry").fetchone()
    if verdict != "ok":
        raise click.ClickException(f"{path} is damaged: {verdict}")
    click.echo(f"{path} holds everything up to audit entry {last or 0}.")
