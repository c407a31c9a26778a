"""Finding an order in a real browser: by name, phone and part of an ID, on a phone, by keyboard, and back again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.payments.search_index.index import person
from tests.payments.search_index.worker import Worker
from tests.provider import Provider

from .eyes import DESKTOP, PHONE, Eyes

pytestmark = pytest.mark.browser

WARES = [{"reference": "SKU-7", "name": "Black abaya, embroidered", "unit_price": 65000, "qty": 2}]
FATIMA = person("Fatima", "Al Hashimi", email="fatima@shop.example", phone="+971501234567", city="Sharjah")


@pytest.fixture
def shop(app: Flask, provider: Provider) -> Provider:
    start = datetime.now(UTC) - timedelta(days=40)
    for number in range(24):
        created = (start + number * timedelta(days=1)).isoformat()
        provider.order(f"ORDER-{10464 + number}", created=created, items=WARES, **FATIMA)
    provider.refund_outside("ORDER-10480", 81480)
    provider.order("4711-65fabc0de1234", status="approved", **person("فاطمة", "أحمد الهاشمي", phone="0559876543"))

    fill(app)
    return provider


def fill(app: Flask) -> None:
    """A sweep of the worker, in a thread of its own: the browser's driver has an event loop in this one."""

    def sweep() -> None:
        with app.app_context():
            worker = Worker(app)
            worker.sweep()
            worker.look_again()
            worker.sweep()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(sweep).result()


def found(eyes: Eyes) -> list[str]:
    eyes.page.wait_for_url("**/search/*")
    return eyes.page.locator("table.found td.at-start").all_inner_texts()


@pytest.mark.usefixtures("shop")
def test_a_search_by_keyboard_that_leaves_no_word_behind(eyes: Callable[..., Eyes]) -> None:
    alice = eyes(viewport=DESKTOP)
    alice.sign_in("agent")
    page = alice.open("/demo/orders")
    page.keyboard.press("/")
    page.keyboard.type("Fatima 0501234567")
    page.keyboard.press("Enter")
    assert found(alice)[0] == "ORDER-10487"
    address = page.url
    page.locator("table.found a").first.click()
    page.wait_for_url("**/orders/ORDER-10487")
    page.go_back()
    assert (page.url, len(found(alice))) == (address, 20)
    page.reload()
    assert len(found(alice)) == 20
    page.get_by_role("link", name="Next").first.click()
    page.wait_for_url("**page=2*")
    assert "fatima" not in page.url.lower()
    alice.check()
    alice.check_in_the_dark()


@pytest.mark.parametrize("width", [1440, 1024, 768])
def test_a_long_name_pushes_no_total_out_of_sight(
    eyes: Callable[..., Eyes], shop: Provider, app: Flask, width: int
) -> None:
    shop.order("long-name", **person("Fatima van der Westhuizen", "Papadopoulos de la Cruz y Montenegro"))
    fill(app)
    alice = eyes(viewport={"width": width, "height": 900})
    alice.sign_in("agent")
    page = alice.open("/demo/orders")
    page.fill("#search", "westhuizen")
    page.keyboard.press("Enter")
    assert found(alice) == ["long-name"]
    wide, room = page.evaluate("(t => [t.scrollWidth, t.parentElement.clientWidth])(document.querySelector('.found'))")
    assert wide <= room


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("typed", ["احمد", "4711", "6543"])
def test_what_a_customer_says_finds_the_one_order(eyes: Callable[..., Eyes], typed: str) -> None:
    alice = eyes(viewport=PHONE)
    alice.sign_in("agent")
    page = alice.open("/demo/orders")
    page.fill("#search", typed)
    page.press("#search", "Enter")
    assert found(alice) == ["4711-65fabc0de1234"]
    alice.check()


@pytest.mark.usefixtures("shop")
def test_without_scripting_vera_sees_masked_names_on_a_phone(eyes: Callable[..., Eyes]) -> None:
    vera = eyes(viewport=PHONE, scripting=False)
    vera.sign_in("viewer")
    page = vera.open("/demo/orders")
    page.fill("#search", "10480")
    page.press("#search", "Enter")
    assert found(vera) == ["ORDER-10480"]
    assert "F. A. H." in vera.words()
    assert "Fatima" not in vera.words()
    page.fill("#search", "Fatima")
    page.press("#search", "Enter")
    vera.sees("No order matches")
