"""The real desk against the real sandbox: one fresh database and one fresh provider per test."""

from __future__ import annotations

import atexit
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr

from tests.browser import Browser
from tests.people import hire, let_in
from webapp import create_app
from webapp.core.accounts import Account, Environment
from webapp.core.extensions import db
from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET, Settings
from webapp.emulators.postpay.server import Sandbox
from webapp.providers.registry import forget_clients

pytest_plugins = ["tests.many_desks", "tests.postgres", "tests.scheduling"]

PASSWORD = "correct horse battery staple"
PEOPLE = {
    "viewer": ("vera@example.test", "Vera Viewer"),
    "agent": ("alice@example.test", "Alice Agent"),
    "second agent": ("aziz@example.test", "Aziz Agent"),
    "finance": ("farah@example.test", "Farah Finance"),
    "auditor": ("omar@example.test", "Omar Auditor"),
    "admin": ("adam@example.test", "Adam Admin"),
}


@pytest.fixture(autouse=True)
def _no_clients_of_earlier_tests() -> Iterator[None]:
    """Each test has providers of its own; a desk keeps its clients as long as it runs."""
    yield
    forget_clients()


@pytest.fixture(autouse=True)
def _nothing_is_written_down_later() -> Iterator[None]:
    """What a desk counted in its last seconds is of no use once its test is over, and its database may be gone."""
    yield
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()
            atexit.unregister(thread.function)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """An empty provider on a free port; tests put in the orders they speak of."""
    with Sandbox(orders=0, seed=1, credentials=[(EMBEDDED_MERCHANT, EMBEDDED_SECRET)]) as running:
        yield running


def make_settings(base_url: str, database_url: str, var: Path, **changes: object) -> Settings:
    """Settings as an operator would give them, for one embedded account called `demo`."""
    account = Account.model_validate(
        {
            "slug": "demo",
            "title": "Demo Shop",
            "environment": Environment.EMBEDDED,
            "base_url": base_url,
            "merchant_id": EMBEDDED_MERCHANT,
            "secret_key": SecretStr(EMBEDDED_SECRET),
        }
    )
    given = {
        "accounts": (account,),
        "database_url": database_url,
        "secret_key": "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2,
        "audit_key": "a0b1c2d3e4f5061728394a5b6c7d8e9f" * 2,
        "anchor_key": "1a2b3c4d5e6f70819203a4b5c6d7e8f9" * 2,
        "seal_key": "5e4d3c2b1a09f8e7d6c5b4a39281706f" * 2,
        "anchor_file": var / "audit-anchors.jsonl",
        "trusted_hosts": ("localhost", "127.0.0.1"),
        "demo_users": False,
        "second_factor": "optional",
        **changes,
    }
    return Settings.model_validate(given)


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest schema with the people in it, made once and copied for each test."""
    var = tmp_path_factory.mktemp("template")
    path = var / "desk.sqlite3"
    app = create_app(make_settings("http://127.0.0.1:1", f"sqlite:///{path}", var))
    with app.app_context():
        hire(app, PEOPLE, PASSWORD)
    with app.app_context():
        db.engine.dispose()  # the last connection moves what is in the -wal file into the one that is copied
    return path


@pytest.fixture
def settings(sandbox: Sandbox, migrated_database: Path, tmp_path: Path) -> Settings:
    shutil.copy(migrated_database, tmp_path / "desk.sqlite3")
    anchors = migrated_database.with_name("audit-anchors.jsonl")
    if anchors.exists():
        shutil.copy(anchors, tmp_path / anchors.name)
    return make_settings(sandbox.base_url, f"sqlite:///{tmp_path / 'desk.sqlite3'}", tmp_path)


@pytest.fixture
def app(settings: Settings) -> Flask:
    return create_app(settings)


@pytest.fixture
def stranger(app: Flask) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(app)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[str], Browser]:
    """Opens a new browser in which somebody of the role is signed in; they have not looked at a page yet."""
    return lambda person: let_in(app, PEOPLE[person][0])


@pytest.fixture
def alice(sign_in: Callable[[str], Browser]) -> Browser:
    """The agent."""
    return sign_in("agent")


@pytest.fixture
def farah(sign_in: Callable[[str], Browser]) -> Browser:
    """Of finance."""
    return sign_in("finance")
