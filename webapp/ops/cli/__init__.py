"""The flask commands, one file per subject: `flask --app webapp COMMAND`."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

SUBJECTS = ("people", "audit", "reconcile", "keys", "serve", "up", "demo")


def init_app(app: Flask) -> None:
    """Registers each subject's commands."""
    for subject in SUBJECTS:
        import_module(f".{subject}", __name__).register(app)
