"""Opens pages in Chromium and sees what a person would stumble over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Page

from tests.conftest import PEOPLE
from tests.people import let_in

DESKTOP, PHONE = {"width": 1440, "height": 960}, {"width": 390, "height": 844}


class Eyes:
    """One window: what it shows, and who complains."""

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
