"""Payouts and fees in a real browser: the net stays in sight, a phone is enough, amounts are read while typed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.provider import Provider
from webapp.jobs import work_once
from webapp.settlement.ledger.sync import start_reading

from .eyes import PHONE, Eyes

pytestmark = pytest.mark.browser

PAYOUTS = "/demo/payouts?paid=range&paid_from=2026-09-02&paid_to=2026-09-30"
PAID = "2026-09-08T00:00:00.214566Z"
CREATED = "2026-09-01T10:00:00Z"
HUGE = 123_456_789_012
SHOWN = """cell => {
    const box = cell.getBoundingClientRect();
    return cell.contains(document.elementFromPoint(box.left + 3, box.top + box.height / 2))
        && cell.contains(document.elementFromPoint(box.right - 3, box.top + box.height / 2));
}"""


@pytest.fixture
def ledger(provider: Provider, app: Flask) -> None:
    """A payout in each of two currencies with every kind of row, and a difference to the provider's arithmetic."""
    for currency in ("AED", "KWD"):
        for kind, amount in (("order", HUGE), ("instalment", HUGE), ("refund", -HUGE), ("regularization", -HUGE)):
            fees = {"fee_amount": 100, "fee_rate": 450, "fee_tax_rate": 500} if kind == "order" else {}
            provider.transaction(
                type=kind, currency=currency, amount=amount, total_amount=amount - amount // 7, paid=PAID,
                created=CREATED, **fees,
            )  # fmt: skip

    def read() -> None:
        with app.app_context():
            start_reading(app.extensions["settings"].accounts[0], ["2026-08", "2026-09"], None)
        assert work_once(app)

    with ThreadPoolExecutor(1) as pool:  # the browser's driver has an event loop in this one
        pool.submit(read).result()


@pytest.fixture
def finance(eyes: Callable[..., Eyes], ledger: None) -> Callable[..., Eyes]:
    """Somebody of finance who has signed in, in a window as wished."""

    def sign_in(**window: object) -> Eyes:
        someone = eyes(**window)
        someone.sign_in("finance")
        return someone

    return sign_in


def test_net_rows_and_bank_stay_in_sight_however_wide_the_figures_are(finance: Callable[..., Eyes]) -> None:
    farah = finance()
    page = farah.open(PAYOUTS)
    wide, room = page.locator(".scroll").evaluate("box => [box.scrollWidth, box.clientWidth]")
    assert wide > room, "these figures do not fit"
    for place in (0, wide):
        page.locator(".scroll").evaluate("(box, place) => { box.scrollLeft = place; }", place)
        for row in page.locator("table.payouts tr").all():
            assert row.locator(":scope > :nth-last-child(-n+3)").evaluate_all(f"cells => cells.every({SHOWN})"), place
    farah.check()
    farah.check_in_the_dark()


def test_an_amount_is_read_while_it_is_typed(finance: Callable[..., Eyes]) -> None:
    farah = finance()
    page = farah.open("/demo/payouts/AED/2026-09-08T000000.214566Z")
    page.get_by_label("Amount that the bank received").fill("1,058,201,048.67")
    farah.sees("It was read as AED")
    page.get_by_label("Amount that the bank received").fill("1.058,67")
    farah.sees("The comma “,” could mean thousands or decimals here.")
    farah.check()
    page.get_by_label("Amount that the bank received").fill("725.25")
    expect(page.locator("#read-as")).to_have_text("")


def test_fees_fit_a_phone_and_change_their_currency_without_scripting(finance: Callable[..., Eyes]) -> None:
    farah = finance(viewport=PHONE, scripting=False)
    page = farah.open("/demo/fees")
    assert page.locator("main").bounding_box()["height"] < 3 * PHONE["height"]  # type: ignore[index]
    page.get_by_role("navigation", name="Currencies").get_by_role("link", name="KWD").click()
    farah.sees("Effective rate in KWD")
    page.get_by_text("months were not read completely").click()
    page.get_by_role("link", name="Oct 2026").click()
    assert "/demo/payouts?paid=range&paid_from=2026-10-01" in page.url


def test_the_bank_can_be_entered_on_a_phone(finance: Callable[..., Eyes]) -> None:
    farah = finance(viewport=PHONE)
    page = farah.open("/demo/payouts/AED/2026-09-08T000000.214566Z")
    page.get_by_label("Amount that the bank received").fill("٧٢٥٫٢٥")
    page.keyboard.press("Enter")
    farah.sees("more than the net. It was read as AED")
    farah.check()
    for words in ("Correct the amount", "What was done so far"):
        page.locator("summary").get_by_text(words).click()
    for field in page.locator(".bank :is(input:not([type=hidden]), textarea, select)").all():
        box = field.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= PHONE["width"] - 12
    farah.check()
