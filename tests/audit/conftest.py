"""A log of one's own on either engine, and the means to tamper with it behind the desk's back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import make_settings
from webapp.core import database
from webapp.core.extensions import babel
from webapp.core.flask_config import flask_config
from webapp.ops.cli import audit as commands

from .log import Log


def store_app(url: str, var: Path) -> Flask:
    """No more of the desk than its database, its words and the commands of the log: no page, no provider."""
    settings = make_settings("http://127.0.0.1:1", url, var)
    app = Flask("webapp")
    app.config.from_mapping(flask_config(settings))
    app.extensions["settings"] = settings
    app.extensions["accounts"] = {account.slug: account for account in settings.accounts}
    database.init_app(app, settings)
    babel.init_app(app)
    commands.register(app)
    return app


@pytest.fixture
def log(engine_url: str, tmp_path: Path) -> Iterator[Log]:
    """An empty log, on each engine."""
    app = store_app(engine_url, tmp_path)
    with app.app_context():
        log = Log(app)
        yield log
        log.close()


@pytest.fixture
def sqlite_log(sqlite_url: str, tmp_path: Path) -> Iterator[Log]:
    """An empty log in a SQLite file."""
    app = store_app(sqlite_url, tmp_path)
    with app.app_context():
        log = Log(app)
        yield log
        log.close()


@pytest.fixture
def postgresql_log(postgresql_url: str, tmp_path: Path) -> Iterator[Log]:
    """An empty log in PostgreSQL."""
    app = store_app(postgresql_url, tmp_path)
    with app.app_context():
        log = Log(app)
        yield log
        log.close()


@pytest.fixture
def raw(sqlite_log: Log) -> Iterator[sqlite3.Connection]:
    """The SQLite file as its owner sees it: no authorizer, and the triggers can be dropped."""
    connection = sqlite3.connect(sqlite_log.path, isolation_level=None)
    yield connection
    connection.close()
