"""The schema: what the migrations make is what the models say, from every version on, on both engines."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.conftest import make_settings
from webapp import create_app, models
from webapp.core import database
from webapp.core.extensions import alembic, db
from webapp.core.settings import ROOT
from webapp.models.audit_entry import AuditEntry
from webapp.ops import schema

SEARCH = ("audit_search", "audit_entry_search", "TSVECTOR", "search_word", "ix_search_order_tokens")
"""What finds words in the audit log, and orders: each engine has its own means, and no model speaks of them."""
REVISIONS = sorted(path.stem[:4] for path in (ROOT / "migrations").glob("*.py"))


@pytest.mark.parametrize("migration", sorted((ROOT / "migrations").glob("*.py")), ids=lambda path: path.stem)
def test_a_migration_stands_on_nothing_that_can_change_under_it(migration: Path) -> None:
    tree = ast.parse(migration.read_text(encoding="utf-8"))
    froms = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert froms | plain <= {"__future__", "alembic", "sqlalchemy"}


@pytest.fixture
def desk(engine_url: str, tmp_path: Path) -> Flask:
    return create_app(make_settings("http://127.0.0.1:1", engine_url, tmp_path))


def test_migrations_make_what_the_models_say(desk: Flask) -> None:
    for module in iter_modules(models.__path__):
        import_module(f"{models.__name__}.{module.name}")
    with desk.app_context():
        differences = map(repr, alembic.compare_metadata())
        assert [one for one in differences if not any(name in one for name in SEARCH)] == []
        assert schema.is_current()


def test_a_migrated_database_is_left_alone(desk: Flask) -> None:
    with desk.app_context():
        assert schema.migrate() == (REVISIONS[-1], REVISIONS[-1])
        assert db.session.scalars(select(AuditEntry)).all() == []


@pytest.mark.parametrize("found", ["0001", "9999"])
def test_another_version_is_noticed(desk: Flask, found: str) -> None:
    with desk.app_context():
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": found})
        assert not schema.is_current()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_first_migration_is_on_record(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path}/new.sqlite3"
    if kind == "postgresql":
        url = request.getfixturevalue("postgresql_url")
        with create_app(make_settings("http://127.0.0.1:1", url, tmp_path)).app_context(), db.engine.begin() as emptied:
            emptied.execute(text("DROP SCHEMA public CASCADE"))
            emptied.execute(text("CREATE SCHEMA public"))
    with create_app(make_settings("http://127.0.0.1:1", url, tmp_path)).app_context():
        assert schema.migrate() == ("", REVISIONS[-1])
        entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
        assert [entry.event for entry in entries] == ["audit.opened", "schema.migrated"]


OLDEST = """INSERT INTO audit_entry
(seq, ts, event, family, outcome, actor_label, app_version, schema, key_id, prev_hash, hash)
VALUES (:seq, '2026-01-01T00:00:00.000000Z', 'desk.started', 'desk', 'ok', 'system', '0.1.0', 1, 'k', :before, :hash)"""


def test_entries_written_before_a_migration_are_kept_byte_by_byte(tmp_path: Path) -> None:
    """From the version that brought the log; there is no later one that rewrites entries, though columns may come."""
    app = create_app(make_settings("http://127.0.0.1:1", f"sqlite:///{tmp_path}/old.sqlite3", tmp_path))
    with app.app_context():
        alembic.upgrade("0002")
        with db.engine.begin() as connection:
            connection.execute(text(OLDEST), {"seq": 1, "before": "0" * 64, "hash": "a" * 64})
            connection.execute(text(OLDEST), {"seq": 2, "before": "a" * 64, "hash": "b" * 64})
        rows = text("SELECT * FROM audit_entry ORDER BY seq")
        before = db.session.execute(rows).all()
        database.release()
        schema.migrate()
        assert [row[: len(before[0])] for row in db.session.execute(rows).all()[:2]] == [tuple(row) for row in before]
        assert schema.is_current()
