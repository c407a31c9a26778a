"""`flask --app webapp rotate-keys`: everything that is sealed in the database, under the present key."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import Column, Table, select, update

from webapp import audit, models
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.sealing import CannotUnseal, reseal
from webapp.core.settings import Settings
from webapp.models.base import Base

SEALED = "_sealed"
"""How the name of each column ends that holds a sealed secret."""


def register(app: Flask) -> None:
    """Adds the command to the app."""
    app.cli.add_command(rotate_keys)


@click.command("rotate-keys")
@with_appcontext
def rotate_keys() -> None:
    """Seal every stored secret again, with the current SEAL_KEY; afterwards SEAL_OLD_KEYS can be emptied.

    Safe to repeat and to stop at any moment. Exit status: 0 all done; 1 some secrets could not be read with any key,
    and stay as they are: keep the old keys.
    """
    audit.bind(audit.Who.at_terminal())
    settings: Settings = current_app.extensions["settings"]
    done = failures = 0
    for table, column in sealed_columns():
        for key, sealed in _rows(table, column):
            if _reseal(settings, table, column, key, sealed):
                done += 1
            else:
                failures += 1
                click.echo(f"{table.name} {key}: {column.name} cannot be read with the present keys", err=True)
    with writing():
        audit.record(
            audit.Action.SECRETS_RESEALED,
            outcome="failed" if failures else "ok",
            after={"rows": done, "failures": failures},
        )
    click.echo(f"{done} sealed with the present key, {failures} could not be read")
    sys.exit(1 if failures else 0)


def sealed_columns() -> Iterator[tuple[Table, Column[str]]]:
    """Every column of every table that holds sealed secrets, found by its name."""
    for module in iter_modules(models.__path__):
        import_module(f"{models.__name__}.{module.name}")
    for table in Base.metadata.sorted_tables:
        yield from ((table, column) for column in table.columns if column.name.endswith(SEALED))


def _rows(table: Table, column: Column[str]) -> list[tuple[object, str]]:
    [key] = table.primary_key.columns
    found = db.session.execute(select(key, column).where(column.is_not(None)).order_by(key)).all()
    release()
    return [(row[0], row[1]) for row in found]


def _reseal(settings: Settings, table: Table, column: Column[str], key: object, sealed: str) -> bool:
    """Whether the secret could be read. A row that changed meanwhile was written with the present key anyway."""
    try:
        anew = reseal(settings, sealed)
    except CannotUnseal:
        return False
    [primary] = table.primary_key.columns
    with writing() as session:
        session.execute(update(table).where(primary == key, column == sealed).values({column: anew}))
    return True
