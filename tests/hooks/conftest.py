"""An admin in front of the desk, and the provider's webhooks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from tests.browser import Browser
from tests.hooks.at_provider import Hooks
from webapp import create_app
from webapp.gateways.postpay.sandbox.server import Sandbox
from webapp.settings import Settings


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates are compiled once for all tests of these pages."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("compiled")))


@pytest.fixture
def app(settings: Settings, compiled: FileSystemBytecodeCache) -> Flask:
    app = create_app(settings)
    app.jinja_env.bytecode_cache = compiled
    return app


@pytest.fixture
def hooks(sandbox: Sandbox) -> Hooks:
    return Hooks(sandbox.base_url)


@pytest.fixture
def adam(sign_in: Callable[[str], Browser]) -> Browser:
    """The admin."""
    return sign_in("admin")
