"""What the database has against a command is said in a sentence, by whichever command it is, on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url, text

from tests.conftest import make_settings
from webapp import create_app
from webapp.core.extensions import db

from .tree import free_port

NOWHERE = "http://127.0.0.1:1"
COMMANDS = (
    ("work",), ("serve",), ("migrate",), ("list-users",), ("audit", "verify"), ("audit", "export"),
    ("audit", "restored", "--yes"), ("rotate-keys",), ("reconcile",), ("up",), ("demo-users",),
    ("set-role", "adam@example.test", "admin"),
)  # fmt: skip


def said(app: Flask, *arguments: str) -> str:
    """What a command that fails says: a sentence or two."""
    done = app.test_cli_runner().invoke(args=list(arguments))
    assert done.exit_code != 0, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    assert "Traceback" not in done.output
    return done.output


def desk(url: str, tmp_path: Path, **changes: object) -> Flask:
    return create_app(make_settings(NOWHERE, url, tmp_path, demo_users=True, port=free_port(), **changes))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[-1])
def test_a_database_that_does_not_answer(command: tuple[str, ...], tmp_path: Path) -> None:
    words = said(desk(f"postgresql://nobody@127.0.0.1:{free_port()}/desk", tmp_path), *command)
    assert "cannot be used" in words or "could not be checked" in words, words


@pytest.mark.parametrize("command", [("work",), ("migrate",), ("serve",)], ids=lambda command: command[-1])
def test_a_file_that_is_no_database(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "desk.sqlite3").write_bytes(b"not a database" * 1000)
    assert "cannot be used" in said(desk(f"sqlite:///{tmp_path}/desk.sqlite3", tmp_path), *command)


@pytest.mark.parametrize("command", [("work",), ("serve",)], ids=lambda command: command[-1])
def test_a_database_that_was_never_migrated(command: tuple[str, ...], tmp_path: Path) -> None:
    words = said(desk(f"sqlite:///{tmp_path}/desk.sqlite3", tmp_path), *command)
    assert "run: flask --app webapp migrate" in words


def test_a_database_of_a_newer_version(engine_url: str, tmp_path: Path) -> None:
    app = desk(engine_url, tmp_path)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    words = said(app, "migrate")
    assert "schema 9999, which this version does not know" in words
    assert "Install that version again" in words


def test_a_role_that_may_not_change_tables(postgresql_url: str, tmp_path: Path) -> None:
    owner = desk(postgresql_url, tmp_path)
    with owner.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS desk_small; CREATE ROLE desk_small LOGIN")
        connection.exec_driver_sql("GRANT SELECT ON alembic_version TO desk_small")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0012'")
    small = desk(make_url(postgresql_url).set(username="desk_small").render_as_string(), tmp_path)
    words = said(small, "migrate")
    with small.app_context():
        db.engine.dispose()
    with owner.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("DROP OWNED BY desk_small; DROP ROLE desk_small")
    assert "Run it as the role that owns the tables" in words
