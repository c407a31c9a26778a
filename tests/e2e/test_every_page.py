"""Every page at two widths, light and dark: axe finds nothing, nothing scrolls sideways, the console is silent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.conftest import DESKTOP, PHONE, Eyes
from tests.provider import Provider

pytestmark = pytest.mark.browser

PAGES = {
    "agent": [
        "/demo/orders", "/demo/orders?status=denied", "/demo/orders?currency=AED&total_from=x", "/demo/orders/order-01",
        "/demo/orders/order-01/refund", "/demo/orders/approved/capture", "/demo/orders/approved/refund",
        "/demo/orders/nowhere", "/demo/awaiting-capture", "/demo/in-progress", "/audit", "/you/sessions",
        "/you/password", "/nowhere",
    ],
    "auditor": ["/demo/connection", "/audit", "/audit/2", "/demo/orders/order-01", "/demo/orders/order-01/refund"],
    "finance": [
        "/demo/in-progress", "/demo/settlements", "/demo/settlements?paid=not-yet&type=order&created=30-days",
        "/demo/settlements?amount_from=x&paid=range&paid_from=1", "/demo/settlements/off", "/demo/settlements/off/peek",
        "/demo/settlements/nowhere", "/demo/orders/approved",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("viewport", "dark"), [(DESKTOP, False), (DESKTOP, True), (PHONE, False), (PHONE, True)])
def test_no_page_has_a_fault(
    eyes: Callable[..., Eyes], provider: Provider, viewport: dict[str, int], dark: bool
) -> None:
    provider.order()
    provider.refund_outside("order-01", 10000)
    provider.order("approved", status="approved", total=1234567, currency="KWD")
    for number in range(25):
        provider.order(f"row-{number}", total=100 + number, currency="JPY" if number % 2 else "AED")
    provider.transaction(
        id="off", type="order", currency="KWD", amount=1234567, fee_amount=85, fee_rate=450, fee_tax_rate=500,
        total_amount=1234567, order_id="order-01", description="Agreed with the bank",
    )  # fmt: skip
    eyes(viewport=viewport, dark=dark).open("/sign-in")
    for person, addresses in PAGES.items():
        someone = eyes(viewport=viewport, dark=dark)
        someone.open("/sign-in")
        someone.check()
        someone.sign_in(person)
        for address in addresses:
            someone.open(address)
            someone.check()
