"""An export in the browser: asked for on a list, watched, fetched, by keyboard and without scripting too."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tests.provider import Provider
from webapp.jobs import work_once

from .eyes import PHONE, Eyes

pytestmark = pytest.mark.browser


@pytest.fixture
def worker(app: Flask) -> Callable[[], bool]:
    """Does one job, in a thread of its own: the browser's driver has an event loop in this one."""

    def work() -> bool:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(work_once, app).result()

    return work


@pytest.fixture(autouse=True)
def _orders(provider: Provider) -> None:
    for number in range(3):
        provider.order(f"order-{number}")


def test_it_is_asked_for_watched_and_fetched(eyes: Callable[..., Eyes], worker: Callable[[], bool]) -> None:
    farah = eyes(viewport=PHONE)
    farah.sign_in("finance")
    farah.open("/demo/orders?status=captured")
    farah.page.locator("details.export summary").click()
    farah.check()
    farah.press("As CSV")
    farah.sees("Waiting for a worker.")
    farah.check()
    farah.page.locator("#cancel").focus()
    farah.page.wait_for_timeout(1300)
    assert farah.page.evaluate("document.activeElement.id") == "cancel", "news do not take the focus away"
    assert worker()
    farah.sees("3 rows, each ID once.")
    farah.check()
    assert "The export is complete" in farah.page.locator("#announcements").inner_text()
    with farah.page.expect_download() as download:
        farah.page.locator("#fetch").click()
    assert download.value.suggested_filename.startswith("demo-orders-")
    farah.page.locator("main").get_by_role("link", name="All exports").click()
    farah.sees("Your own.")
    farah.check()


def test_it_works_without_scripting(eyes: Callable[..., Eyes], worker: Callable[[], bool]) -> None:
    farah = eyes(scripting=False)
    farah.sign_in("finance")
    farah.open("/demo/orders")
    farah.page.locator("details.export summary").click()
    farah.page.get_by_role("button", name="As Excel").click()
    farah.sees("Waiting for a worker.")
    assert worker()
    farah.sees("3 rows, each ID once.")  # the page has loaded itself again


def test_what_fails_says_so_and_is_started_again(
    eyes: Callable[..., Eyes], worker: Callable[[], bool], provider: Provider
) -> None:
    farah = eyes(dark=True)
    farah.sign_in("finance")
    farah.open("/demo/orders")
    farah.page.locator("details.export summary").click()
    farah.press("As CSV")
    provider.fault("status", method="GET", path="/orders", times=100, status=401, code="unauthorized")
    assert worker()
    farah.sees("There is no file")
    farah.check()
    provider.heal()
    farah.press("Start again")
    assert worker()
    farah.sees("3 rows, each ID once.")
