"""An index of one's own on either engine, without the rest of the desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import make_settings
from tests.provider import Provider, provider_of
from webapp.core import database
from webapp.core.extensions import db
from webapp.core.flask_config import flask_config
from webapp.emulators.postpay.server import Sandbox

from .index import Index
from .worker import Worker


@pytest.fixture
def index(engine_url: str, tmp_path: Path) -> Iterator[Index]:
    """An empty index, on each engine."""
    settings = make_settings("http://127.0.0.1:1", engine_url, tmp_path)
    app = Flask("webapp")
    app.config.from_mapping(flask_config(settings))
    app.extensions["settings"] = settings
    database.init_app(app, settings)
    with app.app_context():
        yield Index(settings)
        db.session.close()
        db.engine.dispose()


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


@pytest.fixture
def worker(app: Flask) -> Iterator[Worker]:
    with app.app_context():
        yield Worker(app)
