"""A desk of two accounts and two admins."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask

from tests.access.accounts import with_second_account
from tests.access.conftest import NOWHERE
from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE, make_settings
from tests.people import let_in
from webapp.core.settings import Settings

from .inviting import SignIn


@pytest.fixture
def settings(migrated_database: Path, tmp_path: Path) -> Settings:
    shutil.copy(migrated_database, tmp_path / "desk.sqlite3")
    return with_second_account(make_settings(NOWHERE, f"sqlite:///{tmp_path / 'desk.sqlite3'}", tmp_path))


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    return lambda person: let_in(app, PEOPLE[person][0])


@pytest.fixture
def adam(sign_in: SignIn) -> Browser:
    return sign_in("admin")


@pytest.fixture
def eve(app: Flask) -> Browser:
    """Another admin."""
    words = ["create-user", "eve@example.test", "--name", "Eve", "--role", "admin", "--no-must-change"]
    assert app.test_cli_runner().invoke(args=[*words, "--password-stdin"], input=PASSWORD + "\n").exit_code == 0
    return let_in(app, "eve@example.test")
