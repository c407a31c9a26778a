"""Lists in a real browser: the form never says other than the rows, columns stay, phones sort, the panel follows."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, Route

from tests.provider import Provider
from tests.web.test_live import delivered
from tests.webhooks.at_provider import Hooks

from .eyes import PHONE, Eyes
from .test_every_page import put_a_bit_of_everything, read_payouts

pytestmark = pytest.mark.browser
ORDERS = "/demo/orders"
LAPTOP = {"width": 1024, "height": 768}

LISTS = {
    "orders": (ORDERS, "input[value=denied]", "status=denied"),
    "settlements": ("/demo/settlements", "input[value=refund]", "type=refund"),
    "webhooks": ("/demo/hooks", "input[value=transaction]", "events=transaction"),
    "refunds": ("/demo/refunds", "input[value=mine]", "who=mine"),
    "deliveries": ("/demo/deliveries", ("#event", "transaction"), "event=transaction"),
    "audit": ("/audit", ("#outcome", "denied"), "outcome=denied"),
    "payouts": (
        "/demo/payouts?paid=range&paid_from=2026-09-01&paid_to=2026-09-30", ("#currency", "AED"), "currency=AED",
    ),
}  # fmt: skip


def choose(page: Page, control: str | tuple[str, str]) -> None:
    """As a person does: presses a segment, or chooses from a list."""
    if isinstance(control, tuple):
        page.select_option(*control)
    else:
        page.locator(f"label:has({control})").click()


def is_chosen(page: Page, control: str | tuple[str, str]) -> bool:
    if isinstance(control, tuple):
        return page.input_value(control[0]) == control[1]
    return page.locator(control).is_checked()


@pytest.fixture
def everything(app: Flask, provider: Provider) -> None:
    """A row at least in each list."""
    put_a_bit_of_everything(provider)
    Hooks(provider.root.removesuffix("/_sandbox")).make()
    with ThreadPoolExecutor(1) as pool:  # the browser's driver has an event loop in this one
        pool.submit(read_payouts, app).result()
        pool.submit(delivered, app, "order-01", "timed").result()


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("everything")
def test_a_filter_that_is_not_applied_is_said_to_be_so_and_goes_along_on_every_way(eyes: Callable[..., Eyes]) -> None:
    """In every list: rows hatched and a note while the form says something else; the page size then applies it."""
    farah = eyes()
    farah.sign_in("finance")
    refund(farah, "order-01")
    for name, (address, control, asked) in LISTS.items():
        page = farah.open(address)
        assert not page.locator(".due-note").is_visible(), name
        choose(page, control)
        page.locator(".due-note").wait_for()
        assert is_hatched(page), name
        assert "Press Apply" in page.locator("#announcements").inner_text(), name
        page.locator("#results .pager p").get_by_role("link", name="50").click()
        page.locator("body:not(.filters-due)").wait_for()
        page.locator("#results:not([aria-busy])").wait_for()
        assert asked in page.url, name
        assert is_chosen(page, control), name
        farah.check()


def refund(someone: Eyes, order_id: str) -> None:
    page = someone.open(f"{ORDERS}/{order_id}/refund")
    page.check("#part-part")
    page.fill("#amount", "1")
    page.select_option("#reason", "returned")
    someone.press("Continue")
    someone.press("Refund AED")
    someone.sees("Refunded AED 1.00")


def is_hatched(page: Page) -> bool:
    return "gradient" in page.evaluate(
        "getComputedStyle(document.querySelector('#results'), '::after').backgroundImage"
    )


def opacity(page: Page) -> float:
    page.wait_for_timeout(300)
    return float(
        page.evaluate("getComputedStyle(document.querySelector('#results > section, #results > .card')).opacity")
    )


@pytest.fixture
def orders(provider: Provider) -> Provider:
    """45 orders of every status, the amounts and days of very different lengths."""
    for number in range(45):
        provider.order(
            f"order-{number:02}",
            total=10 ** (number % 8) + 100,
            currency="KWD" if number % 9 == 4 else "AED",
            status=("captured", "approved", "denied")[number % 3],
            created=(datetime.now(UTC) - timedelta(days=11 * number)).isoformat(),
            items=[{"reference": "R", "name": "Linen shirt", "unit_price": 100, "qty": 2}],
        )
    return provider


@pytest.mark.usefixtures("orders")
def test_pressed_and_then_sorted_is_filtered_and_sorted(eyes: Callable[..., Eyes]) -> None:
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open(f"{ORDERS}?status=captured")
    choose(page, "input[value=captured]")
    choose(page, "input[value=denied]")
    page.locator("thead").get_by_role("link", name="Total").click()
    page.wait_for_url("**ordering=-total_amount")
    assert page.url.endswith(f"{ORDERS}?status=denied&ordering=-total_amount")
    assert set(page.locator("tbody .st").all_inner_texts()) == {"Denied"}
    page.locator("thead").get_by_role("link", name="Total").click()
    page.wait_for_url("**ordering=total_amount")
    assert "status=denied" in page.url


@pytest.mark.usefixtures("orders")
def test_a_chip_taken_away_leaves_what_was_chosen_beside_it(eyes: Callable[..., Eyes]) -> None:
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open(f"{ORDERS}?status=captured&page=1")
    choose(page, "input[value=denied]")
    page.locator(".chip").first.click()
    page.wait_for_url(re.compile(r"status=denied$"))
    assert not page.locator("input[value=captured]").is_checked()
    assert page.locator("input[value=denied]").is_checked()


@pytest.mark.usefixtures("orders")
def test_choosing_and_choosing_back_is_nothing_due(eyes: Callable[..., Eyes]) -> None:
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open(ORDERS)
    for _ in range(2):
        choose(page, "input[value=denied]")
    assert not page.locator(".due-note").is_visible()
    page.get_by_label("Total from").fill("5")
    page.locator(".due-note").wait_for()
    alice.check()
    alice.check_in_the_dark()
    page.get_by_label("Total from").fill("")
    page.locator(".due-note").wait_for(state="hidden")


@pytest.mark.usefixtures("orders")
def test_rows_on_their_way_out_are_dimmed(eyes: Callable[..., Eyes]) -> None:
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open(ORDERS)
    held: list[Route] = []
    page.route(re.compile(r"status=denied"), lambda route: held.append(route))
    choose(page, "input[value=denied]")
    page.get_by_role("button", name="Apply").click()
    page.locator("#results[aria-busy=true]").wait_for()
    assert opacity(page) < 1
    held[0].continue_()
    page.locator("#results:not([aria-busy])").wait_for()
    assert opacity(page) == 1


@pytest.mark.usefixtures("orders")
def test_of_two_answers_the_later_question_wins(eyes: Callable[..., Eyes]) -> None:
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open(ORDERS)
    held: list[Route] = []
    page.route(re.compile(r"ordering=-total_amount$"), lambda route: held.append(route))
    page.locator("thead").get_by_role("link", name="Total").click()
    page.locator("#results[aria-busy=true]").wait_for()
    choose(page, "input[value=denied]")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**status=denied**")
    page.locator("#results:not([aria-busy])").wait_for()
    held[0].continue_()
    page.wait_for_load_state("networkidle")
    assert set(page.locator("tbody .st").all_inner_texts()) == {"Denied"}
    assert "status=denied" in page.url


@pytest.mark.timeout(180)
def test_columns_keep_their_places(eyes: Callable[..., Eyes], orders: Provider) -> None:
    """Whatever rows a list shows: sorted, turned, filtered."""
    for number, kind in enumerate(("order", "refund", "instalment", "regularization")):
        amount = 10 ** (2 * number + 1) * (-1 if kind == "refund" else 1)
        orders.transaction(
            type=kind, currency="KWD" if number % 2 else "AED", amount=amount, total_amount=amount,
            paid=f"202{number + 3}-11-02T00:00:00Z" if number else None, order_id="order-00",
        )  # fmt: skip
    farah = eyes()
    farah.sign_in("finance")
    refund(farah, "order-21")
    for base, queries in {
        ORDERS: ("", "?page=2", "?page=3", "?ordering=total_amount", "?ordering=-total_amount", "?status=denied",
                 "?currency=KWD", "?status=approved&ordering=created"),
        "/demo/settlements": ("", "?type=order", "?type=refund", "?type=regularization", "?ordering=amount"),
        "/audit": ("", "?outcome=ok&what=refund", "?what=auth"),
    }.items():  # fmt: skip
        seen = {query: places(farah.open(base + query)) for query in queries}
        assert len(set(seen.values())) == 1, seen


def places(page: Page, first: int = 20) -> str:
    """Where the columns begin, or the first few of them."""
    assert page.locator("tbody tr").count(), page.url
    found = page.evaluate(
        "[...document.querySelectorAll('thead th')].map((th) => Math.round(th.getBoundingClientRect().x))"
    )
    return str(found[:first])


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("scripting", [True, False], ids=["scripting", "plain"])
def test_a_phone_sorts(eyes: Callable[..., Eyes], scripting: bool) -> None:
    alice = eyes(viewport=PHONE, scripting=scripting)
    alice.sign_in("agent")
    page = alice.open(ORDERS)
    sorting = page.get_by_role("navigation", name="Sort by")
    assert [link.inner_text().split()[0] for link in sorting.get_by_role("link").all()] == ["Total", "Created"]
    sorting.get_by_role("link", name="Total").click()
    page.wait_for_url("**ordering=-total_amount")
    page.locator(".sort-by [aria-current]", has_text="Total").wait_for()
    assert "1,000,100".replace(",", "")[:2] in page.locator("tbody .at-end").first.inner_text().replace(",", "")
    assert not page.locator("thead a").first.is_visible(), "no heading that nobody sees takes the focus"
    for link in sorting.get_by_role("link").all():
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= 24
    if scripting:
        alice.check()


@pytest.mark.usefixtures("orders")
def test_the_panel_goes_with_its_row(eyes: Callable[..., Eyes]) -> None:
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open(ORDERS)
    page.locator(".to-peek a").nth(3).click()
    page.locator("aside.peek", has_text="order-03").wait_for()
    page.locator("#results .pager p").get_by_role("link", name="50").click()
    page.wait_for_url("**page_size=50")
    page.locator("#results:not(.htmx-settling) tr.is-chosen", has_text="order-03").wait_for()
    page.wait_for_timeout(200)
    assert page.locator("tr.is-chosen").all_inner_texts()[0].startswith("order-03")
    page.locator("#results .pager p").get_by_role("link", name="20").click()
    page.wait_for_url(re.compile(r"orders$"))
    page.locator("#results").get_by_role("link", name="Next").click()
    page.wait_for_url("**page=2")
    page.locator("aside.peek").wait_for(state="detached")


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("width", [768, 1024, 1200, 1440])
def test_the_panel_covers_no_row(eyes: Callable[..., Eyes], width: int) -> None:
    alice = eyes(viewport={"width": width, "height": 800})
    alice.sign_in("agent")
    page = alice.open(ORDERS)
    page.locator(".to-peek a").nth(2).click()
    page.locator("aside.peek").wait_for()
    panel, row = page.locator("aside.peek").bounding_box(), page.locator("tr.is-chosen").bounding_box()
    assert panel is not None
    assert row is not None
    assert row["x"] + row["width"] <= panel["x"]
    assert page.evaluate(
        "document.querySelector('.scroll').scrollWidth <= document.querySelector('.scroll').clientWidth"
    )
    alice.check()
