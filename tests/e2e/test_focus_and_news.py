"""Whatever part of a page is exchanged: the focus is never lost, and what is new is read aloud.

`SWAPS` names each template that has htmx exchange a part, and the test that looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.provider import Provider
from tests.webhooks.at_provider import Hooks
from webapp.core.settings import ROOT
from webapp.emulators.postpay.server import Sandbox
from webapp.jobs import work_once

from .eyes import Eyes

pytestmark = pytest.mark.browser

SWAPS = {
    "components/polling.html": "what asks again by itself: every test of it",
    "components/table.html": "test_a_list_that_is_turned_keeps_the_focus",
    "lists/_filters.html": "test_a_list_that_is_filtered_keeps_the_focus",
    "refunds/_lines.html": "test_items_that_are_chosen",
    "settlements/_results.html": "test_a_panel_is_announced",
    "orders/_results.html": "test_a_panel_is_announced",
    "hooks/_results.html": "test_a_list_that_is_turned_keeps_the_focus",
    "orders/_people.html": "test_personal_data",
    "in_progress/_result.html": "test_the_outcome_of_a_refund",
    "hooks/_change.html": "test_the_outcome_of_a_change",
    "hooks/_watch.html": "test_a_rotation_that_watches",
    "exports/_progress.html": "test_an_export",
    "deliveries/_replay.html": "test_forwarding.py",
    "checks/_check.html": "test_a_check",
    "payouts/_progress.html": "test_a_reading",
    "payouts/_read.html": "test_a_reading",
    "payouts/_bank_form.html": "test_how_an_amount_is_read",
    "components/_topbar.html": "test_a_theme",
}
LOSES = "document.activeElement === document.body || document.activeElement === null"
PERIOD = "/demo/payouts?paid=range&paid_from=2026-09-01&paid_to=2026-09-30"


@pytest.fixture
def hooks(sandbox: Sandbox) -> Hooks:
    return Hooks(sandbox.base_url)


@pytest.fixture
def worker(app: Flask) -> Callable[[], bool]:
    def work() -> bool:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(work_once, app).result()

    return work


def test_every_exchange_is_here() -> None:
    asks = re.compile(r"hx-(?:get|post)|asks_again\(")
    found = {str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html")
             if asks.search(path.read_text())}  # fmt: skip
    assert found == set(SWAPS)


def hears(page: Page, words: str) -> None:
    """Read aloud: by the page's own region for news, or as an alert that has just come."""
    page.locator("#announcements, [role=alert]", has_text=words).first.wait_for(state="attached")


def settles(page: Page, holds: Callable[[], bool]) -> bool:
    """Once htmx has settled what it swapped, which is a moment after the news."""
    page.wait_for_timeout(100)
    return any(holds() or page.wait_for_timeout(100) for _ in range(20))


def has_focus(page: Page) -> bool:
    return settles(page, lambda: not page.evaluate(LOSES))


def focused(page: Page) -> str:
    return str(page.evaluate("(document.activeElement.id || document.activeElement.innerText).trim()"))


def keeps_focus(page: Page, words: str) -> bool:
    return settles(page, lambda: focused(page) == words)


@pytest.mark.parametrize(
    ("person", "address", "words", "told"),
    [
        ("agent", "/demo/orders", "Total", "Showing 1–20 of 25"),
        ("agent", "/demo/orders", "Next", "Showing 21–25 of 25"),
        ("finance", "/demo/settlements", "Next", "Showing 21"),
        ("admin", "/demo/hooks", "Failing ones first", "1"),
    ],
)
def test_a_list_that_is_turned_keeps_the_focus(
    eyes: Callable[..., Eyes], provider: Provider, hooks: Hooks, person: str, address: str, words: str, told: str
) -> None:
    for number in range(25):
        provider.order(f"order-{number:02}")
        provider.transaction(type="order", currency="AED", amount=100 + number)
    hooks.make()
    someone = eyes()
    someone.sign_in(person)
    page = someone.open(address)
    page.locator("#results").get_by_role("link", name=words).first.click()
    hears(page, told)
    assert focused(page) == "results"


@pytest.mark.parametrize(
    ("person", "address"),
    [("agent", "/demo/orders"), ("finance", "/demo/payouts"), ("finance", "/demo/settlements"),
     ("admin", "/demo/hooks"), ("admin", "/demo/deliveries"), ("auditor", "/audit"), ("admin", "/people")],
)  # fmt: skip
def test_a_list_that_is_filtered_keeps_the_focus(
    eyes: Callable[..., Eyes], provider: Provider, person: str, address: str
) -> None:
    provider.order()
    someone = eyes()
    someone.sign_in(person)
    page = someone.open(address)
    page.get_by_role("button", name="Apply").focus()
    with page.expect_response(lambda answer: "hx-request" in answer.request.headers):
        page.keyboard.press("Enter")
    page.locator("#announcements", has_text=re.compile(r"\w")).wait_for(state="attached")
    assert has_focus(page), f"{address}: nothing has the focus"


@pytest.mark.parametrize(("person", "address"), [("agent", "/demo/orders"), ("finance", "/demo/settlements")])
def test_a_panel_is_announced(eyes: Callable[..., Eyes], provider: Provider, person: str, address: str) -> None:
    provider.order("order-01")
    provider.transaction(id="row-01", type="order", currency="AED", amount=100)
    someone = eyes()
    someone.sign_in(person)
    page = someone.open(address)
    page.locator("[hx-target='#peek'], [hx-get*='peek']").first.click()
    hears(page, "Preview of")
    assert has_focus(page)


@pytest.mark.parametrize("is_broken", [False, True])
def test_personal_data(eyes: Callable[..., Eyes], provider: Provider, is_broken: bool) -> None:
    provider.order(customer={"first_name": "Jane", "last_name": "Doe", "email": "jane@doe.example"})
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open("/demo/orders/order-01")
    if is_broken:
        provider.fault("status", method="GET", path="/orders/order-01", times=9, status=503)
    page.get_by_role("button", name="Open personal data").click()
    hears(page, "no usable answer" if is_broken else "Personal data is shown")
    assert has_focus(page)


def lose_a_refund(eyes: Eyes, provider: Provider) -> Page:
    """A refund whose answer is lost: its page asks again by itself."""
    provider.order()
    page = eyes.open("/demo/orders/order-01/refund")
    page.check("#part-part")
    page.fill("#amount", "10")
    page.select_option("#reason", "returned")
    eyes.press("Continue")
    assert focused(page) == "Review the refund"
    provider.fault("drop_before", path="/orders/order-01/refunds", times=3)
    eyes.press("Refund AED")
    eyes.sees("Not known yet whether AED 10.00 was refunded")
    assert "Not known yet" in focused(page), "the page begins with what came of it"
    return page


def test_the_outcome_of_a_refund(eyes: Callable[..., Eyes], provider: Provider) -> None:
    alice, farah = eyes(), eyes()
    alice.sign_in("agent")
    farah.sign_in("finance")
    page = lose_a_refund(alice, provider)
    page.get_by_role("link", name="Open the order").focus()
    provider.heal()
    farah.open("/demo/in-progress")
    farah.press("Check now")
    hears(page, "Refunded AED 10.00")
    assert keeps_focus(page, "Open the order"), "what had the focus has it again"


def test_the_outcome_of_a_change(eyes: Callable[..., Eyes], hooks: Hooks) -> None:
    adam, other = eyes(), eyes()
    adam.sign_in("admin")
    other.sign_in("admin")
    hook_id = hooks.make()
    hooks.fault("drop_before", method="PATCH", path="/hooks/")
    page = adam.open(f"/demo/hooks/{hook_id}/pause")
    adam.press("Pause it now")
    adam.sees("Not known yet whether the webhook was paused")
    page.locator("#result").get_by_role("button", name="Check now").focus()
    hooks.direct.patch(f"{hooks.address}/{hook_id}", json={"active": False}, timeout=10)
    other.open("/demo/hooks/changes/1")
    other.press("Check now")
    page.get_by_role("button", name="Check now").wait_for(state="detached")
    page.wait_for_timeout(100)
    assert focused(page) == "result", "the button is gone: what is there in its place has the focus"
    assert page.locator("#announcements").inner_text() or page.locator("#result [role=alert]").count()


def test_a_rotation_that_watches(eyes: Callable[..., Eyes], hooks: Hooks) -> None:
    hook_id = hooks.make()
    adam = eyes()
    adam.sign_in("admin")
    page = adam.open(f"/demo/hooks/{hook_id}/rotate")
    adam.press("Make the second webhook")
    adam.press("Show the secret, once")
    page.get_by_text("I have kept it").click()
    adam.press("The shop has both")
    adam.sees("Step 3")
    page.locator("#watch").get_by_role("link", name="Check now").focus()
    new = next(hook["id"] for hook in hooks.all() if hook["id"] != hook_id)
    answered = {**(hooks.one(new) or {}), "last_response": {"code": 200, "status": "success"}}
    hooks.answer(f"/hooks/{new}", answered)
    hears(page, "Step 4: the shop takes deliveries")
    assert has_focus(page)


def test_items_that_are_chosen(eyes: Callable[..., Eyes], provider: Provider) -> None:
    dress = {"reference": "A", "name": "Dress", "unit_price": 500, "qty": 3}
    provider.order(total=1500, items=[dress], tax_amount=0, shipping=None, discounts=[])
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open("/demo/orders/order-01/refund")
    page.get_by_label("Dress").fill("2")
    page.locator("#chosen[role=status]", has_text="AED 10.00").wait_for()
    assert has_focus(page)


def test_an_export(eyes: Callable[..., Eyes], provider: Provider, worker: Callable[[], bool]) -> None:
    provider.order()
    farah = eyes()
    farah.sign_in("finance")
    page = farah.open("/demo/orders")
    page.locator("details.export summary").click()
    farah.press("As CSV")
    page.locator("#cancel").focus()
    assert worker()
    hears(page, "The export is complete")
    assert has_focus(page)


def test_a_check(eyes: Callable[..., Eyes], worker: Callable[[], bool]) -> None:
    farah = eyes()
    farah.sign_in("finance")
    page = farah.open("/demo/to-look-at")
    farah.press("Check now")
    page.locator("#check").get_by_role("button", name="Cancel").focus()
    page.wait_for_timeout(2500)
    assert keeps_focus(page, "Cancel"), "news do not take the focus away"
    assert worker()
    hears(page, "The check is complete")
    assert has_focus(page)


def test_a_reading(eyes: Callable[..., Eyes], worker: Callable[[], bool]) -> None:
    farah = eyes()
    farah.sign_in("finance")
    page = farah.open(PERIOD)
    farah.press("Sync with Postpay")
    page.locator("#reading").get_by_role("button", name="Cancel").focus()
    page.wait_for_timeout(1500)
    assert keeps_focus(page, "Cancel"), "news do not take the focus away"
    assert worker()
    page.locator("#reading").wait_for(state="detached")


def test_how_an_amount_is_read(eyes: Callable[..., Eyes], provider: Provider, worker: Callable[[], bool]) -> None:
    provider.transaction(type="order", currency="AED", amount=81480, paid="2026-09-08T00:00:00Z", total_amount=77525,
                         fee_amount=100, fee_rate=450, fee_tax_rate=500, created="2026-09-01T10:00:00Z")  # fmt: skip
    farah = eyes()
    farah.sign_in("finance")
    page = farah.open(PERIOD)
    farah.press("Sync with Postpay")
    assert worker()
    farah.open(PERIOD)
    page.locator("#results tbody a").first.click()
    page.locator("#received").press_sequentially("1,234.50")
    page.locator("#read-as[role=status]", has_text="1,234.50").wait_for()
    assert focused(page) == "received"


def test_a_theme(eyes: Callable[..., Eyes]) -> None:
    alice = eyes()
    alice.sign_in("agent")
    page = alice.open("/you/sessions")
    page.get_by_role("button", name="Dark theme").focus()
    page.keyboard.press("Enter")
    page.locator("html[data-bs-theme=dark]").wait_for()
    assert has_focus(page)
