"""A desk for the checks: its provider, the worker's one job, and a ledger that tests fill in themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.browser import Browser
from tests.conftest import make_settings
from tests.provider import Provider, provider_of
from webapp import create_app, jobs
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox

from .desk import Book

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    """Without orders."""
    return provider_of(sandbox)


@pytest.fixture
def checked(app: Flask, farah: Browser) -> Callable[[], Browser]:
    """Farah presses "Check now", the worker does it, and she looks at all lists."""

    def check() -> Browser:
        farah.open("/demo/to-look-at")
        farah.submit("Check now")
        assert jobs.work_once(app)
        farah.open("/demo/to-look-at")
        return farah

    return check


@pytest.fixture
def book(app: Flask) -> Book:
    """The ledger of the desk that the browsers are at."""
    return Book(app)


@pytest.fixture
def any_book(engine_url: str, tmp_path: Path) -> Iterator[Book]:
    """A ledger on SQLite, then on PostgreSQL, without provider or people; its database can be asked."""
    app = create_app(make_settings(NOWHERE, engine_url, tmp_path))
    with app.app_context():
        yield Book(app)
        db.session.close()
        db.engine.dispose()
