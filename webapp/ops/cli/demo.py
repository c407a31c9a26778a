"""`flask --app webapp demo-fault NAME`: makes the emulated provider go wrong, to see what the desk makes of it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from webapp.core.accounts import Account

CONTROL = "/_sandbox/faults"
PATIENCE = 10.0


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
    port = _emulator_port()
    _ask(port, "DELETE")
    for rule in FAULTS[name].rules:
        _ask(port, "POST", rule)
    click.echo(FAULTS[name].words)


def _emulator_port() -> int:
    """Where `flask up` has the emulator: all accounts for which nobody named a provider live there."""
    accounts: dict[str, Account] = current_app.extensions["accounts"]
    emulated = [account for account in accounts.values() if account.emulated]
    if not emulated or not emulated[0].base_url.port:
        raise click.ClickException("no account is emulated by `make run`, and nothing else can be made to go wrong")
    return emulated[0].base_url.port


def _ask(port: int, method: str, rule: dict[str, Any] | None = None) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    body = None if rule is None else json.dumps(rule)
    try:
        connection.request(method, CONTROL, body, {"Content-Type": "application/json"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        raise click.ClickException(f"no emulator answers on port {port}; is `make run` running?") from None
    finally:
        connection.close()
    if status != 200:
        raise click.ClickException(f"what answers on port {port} is not the emulator (it said {status})")
