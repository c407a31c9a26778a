"""The command that brings the database to this version's schema, and the people of the demo into it."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp import audit
from webapp.access.demo_users import ensure_demo_users
from webapp.ops import schema


@click.command("migrate")
@with_appcontext
def migrate() -> None:
    """Bring the database to the schema of this version; changes nothing when it is there already."""
    before, after = bring_up_to_date()
    click.echo(f"The schema is at {after} already." if before == after else f"The schema went to {after}.")


def bring_up_to_date() -> tuple[str, str]:
    """The schema before and after. Where there are people for trying the desk out, they are there afterwards."""
    audit.bind(audit.Who.at_terminal())
    try:
        revisions = schema.migrate()
    except schema.TooNew as error:
        raise click.ClickException(str(error)) from None
    ensure_demo_users(current_app._get_current_object())  # type: ignore[attr-defined]
    return revisions
