"""`flask --app webapp search …`: how far the index reaches, a new key, a new beginning, and erasing a customer."""

from __future__ import annotations

from collections.abc import Callable

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import delete
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.core.settings import Settings
from webapp.models.search import SearchReach, SearchToRead
from webapp.payments.search_index import keys, store
from webapp.payments.search_index.erase import NotWhole, erase
from webapp.payments.search_index.reach import reach_of


def register(app: Flask) -> None:
    """Adds the commands to the app."""
    app.cli.add_command(search)


@click.group()
def search() -> None:
    """The index that finds orders by name, e-mail, phone and item."""


@search.command()
@with_appcontext
def status() -> None:
    """Tell from when on orders are found, and how many are still to read."""
    for account in _accounts():
        reach = reach_of(account, _settings())
        since = f"from {reach.since:%Y-%m-%d %H:%M} UTC" if reach.since else "nothing yet"
        click.echo(f"{account.slug}: {since}{' (all orders)' * reach.is_all}, {reach.to_read} still to read")


@search.command("new-key")
@with_appcontext
def new_key() -> None:
    """Begin a new key. Both answer until the worker has brought every order under it; none is read again."""
    _record("key", lambda session: keys.add_key(session, _settings()))
    click.echo("The index has a new key. The worker brings every order under it.")


@search.command()
@click.confirmation_option(prompt="Search finds nothing until the orders are read again. Begin?")
@with_appcontext
def rebuild() -> None:
    """Empty the index and read every order again: where its key is lost, or the index is damaged."""

    def begin(session: Session) -> None:
        store.empty(session)
        for table in (SearchReach, SearchToRead):
            session.execute(delete(table))

    _record("all", begin)
    click.echo("The index is empty. The worker reads the orders again, newest first.")


@search.command("erase")
@click.option("--account", "slug", metavar="SLUG", help="Only on this merchant account; else on every one.")
@with_appcontext
def erase_customer(slug: str | None) -> None:
    """Erase a customer: asks for a whole e-mail address or phone number, and never takes it from the command line."""
    audit.bind(audit.Who.at_terminal())
    identity = click.prompt("E-mail address or phone number", hide_input=True, err=True)
    accounts = [account for account in _accounts() if slug in (None, account.slug)]
    if not accounts:
        raise click.ClickException(f"there is no account {slug}")
    for account in accounts:
        try:
            click.echo(f"{account.slug}: {erase(account, _settings(), identity)} orders erased")
        except NotWhole:
            raise click.ClickException("enter a whole e-mail address or a whole phone number") from None


def _record(what: str, act: Callable[[Session], None]) -> None:
    audit.bind(audit.Who.at_terminal())
    with writing(lock=store.LOCK) as session:
        act(session)
        audit.record(audit.Action.SEARCH_REBUILT, after={"what": what})


def _accounts() -> list[Account]:
    return list(current_app.extensions["accounts"].values())


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
