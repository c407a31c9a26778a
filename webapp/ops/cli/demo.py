"""`flask --app webapp demo-fault NAME`: makes the emulated provider go wrong, to see what the desk makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from webapp.core.accounts import Account
from webapp.ops.emulator_control import NoEmulator, ask_emulator


class DemoFault(NamedTuple):
    """What to try with it, and the rules that the emulator is given."""

    words: str
    rules: tuple[dict[str, Any], ...] = ()


FAULTS = {
    "lose-answer": DemoFault(
        "The next refund is made, but its answer is lost. It stays “not known yet” until the worker finds it, in "
        "about half a minute.",
        (
            {"kind": "drop_after", "method": "POST", "path": "/orders/*/refunds", "times": 1},
            # Two looks, of three tries each, find nothing out; without this the first would, before anybody sees it.
            {"kind": "status", "status": 500, "method": "GET", "path": "/orders/*/refunds/*", "times": 6},
        ),
    ),
    "refuse-capture": DemoFault(
        "The next capture is declined. The one after it is not.",
        (
            {
                "kind": "status",
                "status": 402,
                "code": "capture_error",
                "method": "POST",
                "path": "*/capture",
                "times": 1,
            },
        ),
    ),
    "slow": DemoFault("Every answer takes three seconds longer, until `heal`.", ({"kind": "latency", "seconds": 3.0},)),
    "down": DemoFault("The provider answers 503 to everything, until `heal`.", ({"kind": "status", "status": 503},)),
    "heal": DemoFault("The provider works again."),
}


def register(app: Flask) -> None:
    """Adds the command to the app."""
    app.cli.add_command(demo_fault)


def _help() -> Iterator[str]:
    yield "Make the emulated provider go wrong, to see what the desk makes of it. A fault replaces the one before."
    yield from (f"{name}: {fault.words}" for name, fault in FAULTS.items())


@click.command("demo-fault", help="\n\n".join(_help()))
@click.argument("name", type=click.Choice(list(FAULTS)), metavar="NAME")
@with_appcontext
def demo_fault(name: str) -> None:
    account = _emulated()
    try:
        ask_emulator(account, "DELETE", "/faults")
        for rule in FAULTS[name].rules:
            ask_emulator(account, "POST", "/faults", rule)
    except NoEmulator as error:
        raise click.ClickException(str(error)) from None
    click.echo(FAULTS[name].words)


def _emulated() -> Account:
    """One of the accounts that `flask up` emulates: they all live at one port."""
    accounts: dict[str, Account] = current_app.extensions["accounts"]
    for account in accounts.values():
        if account.emulated and account.base_url.port:
            return account
    raise click.ClickException("no account uses the emulator of `make run`, and faults can only be caused there")
