"""A real PostgreSQL of the tests' own, and every store test on both engines."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from psycopg import Connection
from pytest_postgresql import factories
from pytest_postgresql.executors import PostgreSQLExecutor
from pytest_postgresql.janitor import DatabaseJanitor
from sqlalchemy import URL

from webapp.core import database
from webapp.core.extensions import alembic, db
from webapp.core.flask_config import flask_config

PG_CTL = str(Path(__file__).with_name("pg_ctl.sh"))


def _migrate(**server: str | int | None) -> None:
    """Brings the template database, which each test's own is a clone of, to the newest schema."""
    url = URL.create(
        "postgresql+psycopg",
        username=str(server["user"]),
        host=str(server["host"]),
        port=int(str(server["port"])),
        database=str(server["dbname"]),
    )
    migrate(url.render_as_string(hide_password=False))


def migrate(database_url: str) -> None:
    """Brings a database to the newest schema."""
    from tests.conftest import make_settings

    with tempfile.TemporaryDirectory() as var:
        settings = make_settings("http://127.0.0.1:1", database_url, Path(var))
        app = Flask("migrate")
        app.config.from_mapping(flask_config(settings))
        database.init_app(app, settings)
        alembic.init_app(app)
        with app.app_context():
            alembic.upgrade()
            db.engine.dispose()


# One server for each process of the test run, on a port of its own.
desk_postgresql = factories.postgresql_proc(
    executable=PG_CTL, port=None, dbname="desk", load=[_migrate], postgres_options="-c max_connections=200"
)
_database = factories.postgresql("desk_postgresql")


@pytest.fixture
def postgresql_url(_database: Connection) -> str:
    """The address of a fresh PostgreSQL database at the newest schema, with nobody in it."""
    server = _database.info
    return f"postgresql+psycopg://{server.user}@{server.host}:{server.port}/{server.dbname}"


@contextmanager
def another_database(server: PostgreSQLExecutor, name: str) -> Iterator[str]:
    """The address of a clone that outlives a test, for many tests that only read."""
    whose = {"user": server.user, "host": server.host, "port": server.port}
    with DatabaseJanitor(dbname=name, template_dbname=server.template_dbname, **whose):
        yield f"postgresql+psycopg://{server.user}@{server.host}:{server.port}/{name}"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "desk.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """The address of a fresh SQLite file at the newest schema, with nobody in it."""
    path = tmp_path / "store.sqlite3"
    shutil.copy(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_url(request: pytest.FixtureRequest) -> str:
    """Both of the above, one after the other: a test that takes it runs on each engine."""
    return request.getfixturevalue(f"{request.param}_url")
