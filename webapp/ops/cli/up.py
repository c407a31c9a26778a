"""The command that runs everything on this machine: emulator, worker and desk."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import with_appcontext

from webapp.access.demo_users import DEMO_PASSWORD, DEMO_PEOPLE
from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET, VAR
from webapp.ops.processes import Family, PartFailed, answers, is_free
from webapp.web import static_files

from .migrate import bring_up_to_date
from .serve import GUNICORN, settings, stop_on_signals

ANY_HOST = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, never bound to


@click.command("up")
@with_appcontext
def up() -> None:
    """Run everything on this machine: the emulated provider if one is needed, the worker and the desk."""
    _check_ports()
    bring_up_to_date()
    stop = stop_on_signals()
    try:
        with Family(VAR / "log", stop) as family:
            _start_parts(family)
            if not stop.is_set():
                _welcome()
            family.watch()
            click.echo("\nStopping …")
    except PartFailed as error:
        raise click.ClickException(str(error)) from None
    click.echo("Stopped.")


def _needs_sandbox() -> bool:
    """Whether an embedded account has no base address of its own."""
    return any(account.emulated for account in settings.accounts)


def _check_ports() -> None:
    wanted = [("PORT", settings.host, settings.port)]
    if _needs_sandbox():
        wanted.append(("SANDBOX_PORT", "127.0.0.1", settings.sandbox_port))
    for name, host, port in wanted:
        if not is_free(host, port):
            raise click.ClickException(
                f"port {port} on {host} is in use. Stop what runs there, or choose another one: {name}={port + 1}"
            )


def _start_parts(family: Family) -> None:
    """The provider first, as everything asks it; the desk last, as it is what people see."""
    if _needs_sandbox():
        click.echo(f"Starting the emulated provider with {settings.sandbox_orders} orders …")
        port = settings.sandbox_port
        family.start("sandbox", _sandbox_arguments(), lambda: answers("127.0.0.1", port), _sandbox_credentials())
    click.echo("Starting the worker and the desk …")
    family.start("worker", ["-m", "flask", "--app", "webapp", "work"], lambda: True)
    host, port = _local_host(), settings.port
    static_files.compress()
    family.start("web", GUNICORN, lambda: answers(host, port, "/readyz"))


def _sandbox_credentials() -> str:
    """Whom the emulator knows. Said to it and not among its arguments, which every user of the machine can list."""
    credentials = {
        f"{account.merchant_id}:{account.secret_key.get_secret_value()}"
        for account in settings.accounts
        if account.is_embedded
    } | {f"{EMBEDDED_MERCHANT}:{EMBEDDED_SECRET}"}
    return ",".join(sorted(credentials))


def _sandbox_arguments() -> list[str]:
    return [
        *("-m", "webapp.emulators.postpay"),
        *("--port", str(settings.sandbox_port)),
        *("--orders", str(settings.sandbox_orders)),
        *("--seed", "1"),
        *("--credentials", "-"),
        *("--db", str(VAR / "sandbox.sqlite3")),
    ]


def _local_host() -> str:
    return "127.0.0.1" if settings.host in ANY_HOST else settings.host


def _welcome() -> None:
    click.secho(f"\n  Postpay Desk is ready: http://{_local_host()}:{settings.port}\n", bold=True)
    if settings.demo_users:
        click.echo(f"  Sign in with the password {DEMO_PASSWORD} as")
        for person in DEMO_PEOPLE:
            click.echo(f"    {person.email:<22} {person.role:<8} {person.can}")
        click.echo()
    if settings.all_embedded and settings.is_reachable:
        words = "This desk can be reached from the network, and its passwords are known to everybody."
        click.secho(f"  {words}", fg="yellow")
        click.echo("  It calls no address on this machine for webhooks and forwarding.\n")
    click.echo(f"  Data and logs are in {VAR.name}/. Ctrl-C stops everything.")


def register(app: Flask) -> None:
    """Adds the command."""
    app.cli.add_command(up)
