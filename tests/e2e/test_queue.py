"""From one order to the next in a real browser, and who else is at a form."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.provider import Provider

from .eyes import Eyes

pytestmark = pytest.mark.browser
ORDERS = "/demo/orders"


def test_an_open_form_learns_of_a_colleague_and_keeps_what_is_typed(
    eyes: Callable[..., Eyes], provider: Provider
) -> None:
    provider.order()
    alice, farah = eyes(), eyes()
    alice.sign_in("agent")
    farah.sign_in("finance")
    alice.page.clock.install()
    page = alice.open(f"{ORDERS}/order-01/refund")
    page.check("#part-part")
    page.fill("#amount", "12")
    farah.open(f"{ORDERS}/order-01/refund")
    farah.page.locator("#others", has_text="Alice Agent also has the refund form of this order open").wait_for()
    farah.check()
    assert page.locator("#others").inner_text().strip() == ""
    page.clock.fast_forward(16_000)
    page.locator("#others", has_text="Farah Finance").wait_for()
    assert "Farah Finance" in page.locator("#announcements").inner_text()
    assert page.input_value("#amount") == "12"
    assert page.evaluate("document.activeElement.id") == "amount"
    alice.check()


@pytest.mark.parametrize("scripting", [True, False], ids=["scripting", "plain"])
def test_one_capture_after_the_other(eyes: Callable[..., Eyes], provider: Provider, scripting: bool) -> None:
    for number in range(3):
        moment = (datetime.now(UTC) - timedelta(hours=9 - number)).isoformat()
        provider.order(f"order-{number}", total=100 * (number + 1), status="approved", created=moment)
    alice = eyes(scripting=scripting)
    alice.sign_in("agent")
    page = alice.open("/demo/awaiting-capture")
    page.get_by_role("link", name="Capture order-0").click()
    alice.press("Capture AED 1.00 and open the next")
    alice.sees("Captured AED 1.00 of order order-0.")
    assert "order-1" in page.inner_text("h1")
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(re.compile(r"awaiting-capture#row-1$"))
    if scripting:
        alice.check()
