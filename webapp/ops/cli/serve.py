"""Commands that run one part of the desk, or prepare it."""

from __future__ import annotations

import os
import signal
import sys
from threading import Event
from types import FrameType

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from werkzeug.local import LocalProxy

from webapp import audit
from webapp.core import logs
from webapp.core.settings import Settings
from webapp.ops import lifecycle, schema, worker
from webapp.web import static_files

from .backup import backup
from .doctor import doctor
from .migrate import migrate
from .restore import restore

settings: Settings = LocalProxy(lambda: current_app.extensions["settings"])  # type: ignore[assignment]
GUNICORN = ["-m", "gunicorn", "--config", "python:webapp.ops.server", "webapp:create_app()"]


def register(app: Flask) -> None:
    """Adds the commands."""
    for command in (serve, work, migrate, doctor, backup, restore):
        app.cli.add_command(command)


@click.command("serve")
@with_appcontext
def serve() -> None:
    """Serve the desk with gunicorn, in the place of this process."""
    _require_schema()
    static_files.compress()
    os.execv(sys.executable, [sys.executable, *GUNICORN])  # noqa: S606 - our own program


@click.command("work")
@with_appcontext
def work() -> None:
    """Run the worker until it is told to stop."""
    _require_schema()
    logs.keep_to_stdout()
    stop = stop_on_signals()
    audit.bind(audit.Who(actor_label="worker"))
    lifecycle.record_start("worker")
    worker.run(current_app._get_current_object(), stop)  # type: ignore[attr-defined]
    lifecycle.record_stop("worker")


def _require_schema() -> None:
    if not schema.is_current():
        raise click.ClickException("the database does not have this version's schema; run: flask --app webapp migrate")


def stop_on_signals() -> Event:
    """An event that Ctrl-C, SIGTERM or the end of the terminal sets."""
    stop = Event()

    def note(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, note)
    return stop
