"""Commands about people: the first admin, and whoever is locked out, cannot be helped by a page."""

from __future__ import annotations

import sys

import click
from flask import Flask

from .. import audit, staff
from ..permissions import Role


def register(app: Flask) -> None:
    """Adds the commands."""
    app.cli.add_command(create_user)


def _password(from_stdin: bool) -> str:
    if not from_stdin:
        password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return password
    return sys.stdin.readline().rstrip("\r\n")


@click.command("create-user")
@click.argument("email")
@click.option("--name", required=True, help="As it is shown to everybody.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--must-change/--no-must-change", default=False, help="Ask for another password at the first sign-in.")
def create_user(email: str, name: str, role: str, password_stdin: bool, must_change: bool) -> None:
    """Hire somebody."""
    audit.bind(audit.Who.at_terminal())
    password = _password(password_stdin)
    try:
        staff.create_user(email=email, name=name, role=Role(role), password=password, must_change=must_change)
    except staff.NotPossible as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{email} can sign in as {role}.")
