"""The desk without a provider: nothing in these tests asks one, but where a test takes `sandbox` itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE, make_settings
from webapp.core.settings import Settings

from .records import Records

NOWHERE = "http://127.0.0.1:1"
START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.fixture
def settings(migrated_database: Path, tmp_path: Path) -> Settings:
    shutil.copy(migrated_database, tmp_path / "desk.sqlite3")
    return make_settings(NOWHERE, f"sqlite:///{tmp_path / 'desk.sqlite3'}", tmp_path)


@pytest.fixture
def records(app: Flask) -> Records:
    """What the database holds about people, sessions and what happened."""
    return Records(app)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands still, until `clock.shift(…)`."""
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def sign_in(app: Flask) -> Callable[[str], Browser]:
    """Signs somebody in, in a new browser, and shows them their sessions: a page that asks no provider."""

    def sign_in_as(person: str) -> Browser:
        browser = Browser(app)
        browser.open("/sign-in?next=/you/sessions")
        browser.submit("Sign in", email=PEOPLE[person][0], password=PASSWORD)
        assert browser.heading == "Your sessions"
        return browser

    return sign_in_as
