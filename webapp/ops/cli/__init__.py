"""The flask commands, one file per subject: `flask --app webapp COMMAND`.

Whatever the database has against a command is said in a sentence: a traceback tells an operator nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from importlib import import_module
from typing import Any

import click
from flask import Flask
from flask.cli import run_command
from sqlalchemy.exc import DBAPIError

from webapp.core.database import Trouble, trouble
from webapp.core.settings import Settings

SUBJECTS = ("people", "single_sign_on", "audit", "reconcile", "keys", "search", "serve", "up", "demo")
_NOT_ALLOWED = "42501"
"""SQLSTATE: insufficient privilege."""
_NOT_THERE = ("42P01", "42703", "3F000")
"""SQLSTATE: no such table, column, schema."""


def init_app(app: Flask) -> None:
    """Registers each subject's commands."""
    _refuse_development_server(app.extensions["settings"])
    for subject in SUBJECTS:
        import_module(f".{subject}", __name__).register(app)
    for command in _commands(app.cli.commands.values()):
        command.callback = _speaking(command.callback)


def _refuse_development_server(settings: Settings) -> None:
    """`flask run` reads requests less strictly, has no limits, and may show a debugger to whoever asks."""
    context = click.get_current_context(silent=True)
    if context is not None and context.command is run_command and not settings.all_embedded:
        raise SystemExit("The desk cannot start:\n- `flask run` is only for embedded accounts; use `flask serve`")


def _commands(given: Iterable[click.Command]) -> Iterable[click.Command]:
    for command in given:
        if isinstance(command, click.Group):
            yield from _commands(command.commands.values())
        elif command.callback is not None:
            yield command


def _speaking(act: Any) -> Callable[..., Any]:
    """The command, once, with what the database has against it as a sentence."""
    if hasattr(act, "speaks"):
        return act

    @wraps(act)
    def speak(*args: Any, **kwargs: Any) -> Any:
        try:
            return act(*args, **kwargs)
        except DBAPIError as error:
            if words := _words(error):
                raise click.ClickException(words) from None
            raise

    speak.speaks = True  # type: ignore[attr-defined]
    return speak


def _words(error: DBAPIError) -> str | None:
    """What it means, and what to do; None for what only a programmer can understand."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    reason = str(error.orig).strip().partition("\n")[0]
    found = trouble(error)
    if found is Trouble.BUSY:
        return f"the database is busy ({reason}). Try again in a moment."
    if found is Trouble.AWAY:
        return f"the database cannot be used ({reason}). Is it running, and is DATABASE_URL right?"
    if state == _NOT_ALLOWED:
        return f"the role at the database may not do this ({reason}). Run it as the role that owns the tables."
    if state in _NOT_THERE or "no such table" in reason or "no such column" in reason:
        return f"the database does not have this version's schema ({reason}). Run: flask --app webapp migrate"
    if "file is not a database" in reason:
        return f"the database cannot be used ({reason}). Is DATABASE_URL right?"
    return None
