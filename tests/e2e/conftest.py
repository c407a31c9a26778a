"""A real Chromium in front of the real desk. Every page is watched: no console error, and axe finds nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from werkzeug.serving import make_server

from tests.provider import Provider, provider_of
from webapp import create_app
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox

from .eyes import DESKTOP, Eyes

CHROMIUM = "/usr/bin/chromium-headless-shell"
"""Chromium without its own windows: their drawing costs a third of the time."""
FLAGS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium(migrated_database: Path) -> Iterator[Browser]:
    """One browser for the test run; started after the database was made, which needs this thread without its loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def app(settings: Settings) -> Flask:
    """The desk, built in a thread of its own: the browser's driver has an event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(create_app, settings).result()


@pytest.fixture
def desk(app: Flask) -> Iterator[str]:
    """The desk's address while it is served."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


@pytest.fixture
def eyes(chromium: Browser, desk: str, app: Flask) -> Iterator[Callable[..., Eyes]]:
    """Makes a browser window: `eyes(viewport=PHONE, scripting=False, dark=True)`."""
    contexts: list[BrowserContext] = []
    seen: list[Eyes] = []

    def new(*, viewport: dict[str, int] = DESKTOP, scripting: bool = True, dark: bool = False) -> Eyes:
        context = chromium.new_context(
            viewport=viewport,  # type: ignore[arg-type]
            java_script_enabled=scripting,
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        seen.append(Eyes(context, desk, app))
        return seen[-1]

    yield new
    complaints = [complaint for one in seen for complaint in one.complaints]
    for context in contexts:
        context.close()
    assert complaints == []
