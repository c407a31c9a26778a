"""What keyboard, finger and eye find in a real browser: focus, announcements, targets, narrow windows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.provider import Provider

from .eyes import PHONE, Eyes

pytestmark = pytest.mark.browser
LIST = "/demo/orders"
LAPTOP = {"width": 1024, "height": 768}


@pytest.fixture
def orders(provider: Provider) -> Provider:
    for number in range(25):
        provider.order(f"order-{number:02}", total=1000 + number)
    return provider


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.tagName"))


@pytest.mark.usefixtures("orders")
def test_sorting_turning_and_taking_a_filter_away_keep_the_focus_and_tell_the_count(eyes: Callable[..., Eyes]) -> None:
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open(f"{LIST}?status=captured")
    for words, told in (("Total", "Showing 1–20 of 25"), ("Next", "Showing 21–25 of 25"), ("Captured", "1–20 of 25")):
        page.locator("#results").get_by_role("link", name=words).first.click()
        page.locator("#announcements", has_text=told).wait_for(state="attached")
        assert focused(page) == "results"
    assert page.locator(".chip").count() == 0
    assert not page.locator("input[value=captured]").is_checked()
    alice.check()


@pytest.mark.usefixtures("orders")
def test_a_panel_opened_by_a_key_takes_the_focus_and_escape_gives_it_back(eyes: Callable[..., Eyes]) -> None:
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open(LIST)
    eye = page.locator(".to-peek a").nth(2)
    eye.focus()
    page.keyboard.press("Enter")
    page.locator("aside.peek").wait_for()
    page.wait_for_function("document.activeElement.id === 'peek-title'")
    page.keyboard.press("Escape")
    assert eye.evaluate("link => link === document.activeElement")


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, LAPTOP], ids=["wide", "laptop"])
def test_the_table_fits_with_and_without_a_panel(eyes: Callable[..., Eyes], viewport: dict[str, int]) -> None:
    alice = eyes(viewport=viewport)
    alice.sign_in("agent")
    page = alice.open(LIST)
    fits = "document.querySelector('.scroll').scrollWidth <= document.querySelector('.scroll').clientWidth"
    assert page.evaluate(fits)
    for row in (0, 1):
        page.locator(".to-peek a").nth(row).click()
        page.locator(f"aside.peek:has-text('order-{24 - row:02}')").wait_for()
        assert page.evaluate(fits)
        alice.check()
        page.keyboard.press("Escape")


@pytest.mark.usefixtures("orders")
def test_a_click_anywhere_in_a_row_opens_its_order(eyes: Callable[..., Eyes]) -> None:
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open(LIST)
    page.locator("tbody tr").nth(3).locator("td.at-under").click()
    page.wait_for_url("**/orders/order-21*")


@pytest.mark.usefixtures("orders")
def test_opened_personal_data_takes_the_focus(eyes: Callable[..., Eyes], orders: Provider) -> None:
    orders.order("named", customer={"first_name": "Jane", "last_name": "Doe", "email": "jane@doe.example"})
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open(f"{LIST}/named")
    alice.press("Open personal data")
    alice.sees("Jane Doe")
    page.wait_for_function("document.activeElement && document.activeElement.id === 'people-title'")
    alice.check()


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("scripting", [True, False], ids=["scripting", "plain"])
def test_the_panel_is_offered_with_scripting_only(eyes: Callable[..., Eyes], scripting: bool) -> None:
    alice = eyes(scripting=scripting)
    alice.sign_in("agent")
    page = alice.open(LIST)
    assert page.locator(".to-peek").first.is_visible() is scripting


@pytest.mark.usefixtures("orders")
def test_targets_are_large_enough_for_a_finger(eyes: Callable[..., Eyes]) -> None:
    alice = eyes(viewport=PHONE)
    alice.sign_in("agent")
    for path, targets in (
        (f"{LIST}?status=captured", (".brand", ".chip-clear", ".pager p a")),
        (f"{LIST}?hour=99", (".error-summary li a",)),
    ):
        page = alice.open(path)
        for target in targets:
            box = page.locator(target).first.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 24, (target, box)


@pytest.mark.usefixtures("orders")
def test_filters_stand_in_pairs_on_a_phone(eyes: Callable[..., Eyes]) -> None:
    alice = eyes(viewport=PHONE)
    alice.sign_in("agent")
    page = alice.open(LIST)
    tops = {name: page.locator(f"#{name}").bounding_box() for name in ("currency", "created", "total_from", "total_to")}
    heights = {name: box["y"] for name, box in tops.items() if box}
    assert heights["currency"] == heights["created"] < heights["total_from"] == heights["total_to"]


@pytest.mark.usefixtures("orders")
def test_a_whole_page_on_its_way_shows_progress(eyes: Callable[..., Eyes]) -> None:
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open(LIST)
    page.evaluate("addEventListener('pagehide', () => sessionStorage.setItem('bar', loading.className))")
    page.get_by_role("link", name="order-24", exact=True).click()
    page.wait_for_url("**/orders/order-24*")
    assert page.evaluate("sessionStorage.getItem('bar')") == "loading-line htmx-request"
    assert page.locator("#loading").get_attribute("class") == "loading-line"


@pytest.mark.usefixtures("orders")
def test_taking_a_search_away_empties_its_field(eyes: Callable[..., Eyes]) -> None:
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open(f"{LIST}?q=NOPE")
    page.locator(".chip").click()
    page.locator("tbody tr").first.wait_for()
    assert page.input_value("#search") == ""
