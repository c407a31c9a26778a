"""Hires the people of the tests."""

from __future__ import annotations

from flask import Flask

from webapp.extensions import alembic


def hire(app: Flask, people: dict[str, tuple[str, str]], password: str) -> None:
    """Migrates the database and creates each person by the command an operator uses."""
    alembic.upgrade()
    runner = app.test_cli_runner()
    for title, (email, name) in people.items():
        role = title.split()[-1]
        result = runner.invoke(
            args=["create-user", email, "--name", name, "--role", role, "--password-stdin"], input=password + "\n"
        )
        assert result.exit_code == 0, result.output
