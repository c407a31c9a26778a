"""Commands about money in motion."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from webapp import audit
from webapp.core.accounts import Account
from webapp.operations.resolve_unknown import resolve_due
from webapp.payments.intents import INTENTS, Counts, count_open
from webapp.payments.resolve_from_reading import resolve_from_reading
from webapp.payments.snapshot import read_order
from webapp.payments.unmatched_refunds import count_unresolved
from webapp.providers.http.errors import GatewayError, NoAnswer, UnreadableRow
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.filters import TransactionQuery
from webapp.providers.registry import mover, postpay

STILL_OPEN, ATTENTION, UNREACHABLE = 1, 2, 3


def register(app: Flask) -> None:
    """Adds the commands to the app."""
    app.cli.add_command(reconcile_command)


@click.command("reconcile")
@click.option("--account", "slug", help="Only this merchant account.")
@click.option("--wait", default=90, show_default=True, help="Seconds to keep looking while something is still open.")
@click.option("--scan", "days", type=int, help="Also compare the refunds of the last DAYS days with those of the desk.")
@with_appcontext
def reconcile_command(slug: str | None, wait: int, days: int | None) -> None:
    """Finds out what became of open refunds and captures.

    Ends with 0 when nothing is open, 1 when something still is and the desk finds it out by itself, 2 when something
    needs a person of finance, also a refund that fits no entry, and 3 when the provider could not be asked.
    """
    audit.bind(audit.Who.at_terminal())
    accounts = [one for one in _accounts() if slug in (None, one.slug)]
    if not accounts:
        raise click.UsageError(f"there is no account {slug}")
    if days is not None:
        _scan_all(accounts, days)
    counts = _until_settled(accounts, time.monotonic() + wait)
    strangers = count_unresolved(accounts)
    if strangers:
        fit, them = ("refund matches", "it") if strangers == 1 else ("refunds match", "them")
        click.echo(f"{strangers} {fit} no record of the desk: finance resolves {them} under In progress")
    for_finance = counts.attention + strangers
    click.echo(f"{counts.open} open, {for_finance} {'needs' if for_finance == 1 else 'need'} finance")
    raise SystemExit(ATTENTION if for_finance else STILL_OPEN if counts.open else 0)


def _accounts() -> list[Account]:
    return list(current_app.extensions["accounts"].values())


def _until_settled(accounts: list[Account], end: float) -> Counts:
    """Looks at all open intents again and again, as leases end and spaced looks come due."""
    while True:
        for account in accounts:
            deadline = current_app.extensions["settings"].provider_deadline
            resolve_due(INTENTS, account, mover(account), limit=500, deadline=deadline, all_open=True)
        counts = count_open(accounts)
        if not counts.open or time.monotonic() >= end:
            return counts
        click.echo(f"{counts.open} still open, looking again", err=True)
        time.sleep(2)


def _scan_all(accounts: list[Account], days: int) -> None:
    for account in accounts:
        try:
            _scan(account, postpay(account), days)
        except GatewayError as error:
            how = "does not answer" if isinstance(error, NoAnswer) else "does not answer as it should"
            row = f", {error.row or 'without an id'}: {error.field}" if isinstance(error, UnreadableRow) else ""
            words = f"The provider of {account.slug} {how}, so not every refund was compared: {error}{row}"
            click.echo(words, err=True)
            raise SystemExit(UNREACHABLE) from None


def _scan(account: Account, client: PostpayClient, days: int) -> None:
    """Reads every order that had a refund lately: finds what a restored copy of the database does not know."""
    since = datetime.now(UTC) - timedelta(days=days)
    order_ids: dict[str, None] = {}
    number = 1
    while True:
        query = TransactionQuery(types=("refund",), created_from=since, ordering="created", page=number, page_size=50)
        page = client.list_transactions(query=query)
        for row in page.results:
            if "order" in row.unreadable:  # a refund of nobody knows which order
                raise UnreadableRow("list_transactions", "GET", "a row", status=200, row=row.id, field="order")
        order_ids |= dict.fromkeys(row.order.order_id for row in page.results if row.order)
        if not page.has_next:
            break
        number += 1
    found = 0
    with click.progressbar(list(order_ids), label=f"{account.slug}: orders with refunds", file=sys.stderr) as ids:
        for order_id in ids:
            reading = read_order(client, order_id)
            if reading.refunds_error is not None:
                raise reading.refunds_error
            found += resolve_from_reading(client, account, reading.order, reading.refunds)
    click.echo(f"{account.slug}: {len(order_ids)} orders compared, news on {found}")
