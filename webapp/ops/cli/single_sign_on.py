"""Commands about single sign-on."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import with_appcontext

from webapp import audit
from webapp.access.grants import StaffChangeRefused
from webapp.access.single_sign_on.people import unbind


def register(app: Flask) -> None:
    """Adds the command."""
    app.cli.add_command(unbind_user)


@click.command("unbind-user")
@click.argument("email")
@with_appcontext
def unbind_user(email: str) -> None:
    """Let the OpenID provider name a person with another subject, after a move to another directory. Signs them out."""
    audit.bind(audit.Who.at_terminal())
    try:
        unbind(email)
    except StaffChangeRefused as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{email} is bound anew at their next single sign-on, and signed out.")
