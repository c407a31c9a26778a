"""A real Chromium in front of the real desk. Every page is watched: no console error, and axe finds nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from tests.conftest import PEOPLE
from tests.people import let_in
from tests.provider import Provider, provider_of
from webapp import create_app
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox

CHROMIUM = "/usr/bin/chromium-headless-shell"
"""Chromium without its own windows: their drawing costs a third of the time."""
FLAGS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP, PHONE = {"width": 1440, "height": 960}, {"width": 390, "height": 844}


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


class Eyes:
    """Opens pages and sees what a person would stumble over."""

    def __init__(self, context: BrowserContext, address: str, app: Flask) -> None:
        self.context, self.address, self.app = context, address, app
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))

    def _console(self, message: Any) -> None:
        # A 4xx page is also a line in Chromium's console; what a page is allowed to answer is checked by the test.
        if message.type in ("error", "warning") and "the server responded with a status of" not in message.text:
            self.complaints.append(f"{message.type}: {message.text}")

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        self.page.evaluate("document.fonts.ready")
        return self.page

    def sign_in(self, person: str) -> Page:
        """As by the form, which has tests of its own; leads to the first page."""
        with ThreadPoolExecutor(1) as pool:  # the browser's driver has an event loop in this one
            browser = pool.submit(let_in, self.app, PEOPLE[person][0]).result()
        name = self.app.config["SESSION_COOKIE_NAME"]
        cookie = browser.client.get_cookie(name)
        assert cookie is not None
        url = self.address.replace("http:", "https:")  # else Chromium keeps no such cookie; to this machine it sends it
        self.context.add_cookies([{"name": name, "value": cookie.value, "url": url, "secure": cookie.secure}])
        return self.open("/")

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=words).first.click()
        self.page.wait_for_load_state("networkidle")

    def sees(self, words: str) -> None:
        """Waits until these words can be read, as what is pressed may come by htmx or as a new page."""
        self.page.locator("main").get_by_text(words).first.wait_for()

    def words(self) -> str:
        return " ".join(self.page.inner_text("body").split())

    def check(self) -> None:
        """axe on this page, and what `check_width` does."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(Axe().axe_script)
        found = AxeResults(self.page.evaluate("axe.run(document, {resultTypes: ['violations']})"))
        assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"
        self.check_width()

    def check_width(self) -> None:
        """No sideways scroll, and nobody has complained."""
        wide, window = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= window, f"{self.page.url} scrolls sideways: {wide} in {window}"
        assert self.complaints == [], self.page.url

    def check_in_the_dark(self) -> None:
        """After `check`: the colours of the same page for those whose system is dark."""
        paper = "getComputedStyle(document.body).backgroundColor"
        in_the_light = self.page.evaluate(paper)
        self.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        assert self.page.evaluate(paper) != in_the_light
        found = self.page.evaluate("axe.run(document, {runOnly: ['color-contrast']})")
        assert found["violations"] == [], f"{self.page.url} in the dark\n{found['violations']}"
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")


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
