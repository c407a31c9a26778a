"""Every page at two widths, light and dark: axe finds nothing, nothing scrolls sideways, the console is silent.

In a usual run axe reads each page at one of the widths, the next page at the other.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.provider import Provider
from tests.thorough import THOROUGH
from webapp.jobs import work_once
from webapp.money import Money
from webapp.settlement.ledger.bank_receipts import SeenReceipt, enter_amount
from webapp.settlement.ledger.payout_id import naming_of
from webapp.settlement.ledger.payouts import payout
from webapp.settlement.ledger.sync import start_reading
from webapp.settlement.reconciliation.start import start_check

from .eyes import DESKTOP, PHONE, Eyes

pytestmark = pytest.mark.browser

PAYOUT = "/demo/payouts/KWD/2026-09-08T000000.214566Z"
PAGES = {
    "agent": [
        "/demo/orders", "/demo/orders?status=denied", "/demo/orders?currency=AED&total_from=x", "/demo/orders/order-01",
        "/demo/orders/order-01/refund", "/demo/orders/approved/capture", "/demo/orders/approved/refund",
        "/demo/orders/order-01?in=orders&at=2", "/demo/orders/order-01/peek",
        "/demo/orders/approved/capture?in=awaiting&at=1&from=list", "/demo/refunds", "/demo/refunds?outcome=x",
        "/demo/orders/nowhere", "/demo/awaiting-capture", "/demo/in-progress", "/demo/approvals", "/audit",
        "/you/sessions", "/you", "/you/password", "/you/second-factor", "/you/second-factor/app", "/nowhere",
    ],
    "auditor": ["/demo/connection", "/audit", "/audit/2", "/demo/orders/order-01", "/demo/orders/order-01/refund"],
    "admin": ["/demo/hooks", "/demo/hooks?code=five", "/demo/hooks?q=no&how=ends", "/demo/hooks/new", "/you/confirm",
              "/demo/deliveries", "/demo/deliveries?verdict=x", "/demo/deliveries/bench", "/demo/deliveries/receiving",
              "/demo/deliveries/forwarding", "/demo/deliveries/forwarding/new", "/demo/deliveries/replay",
              "/demo/alerts", "/demo/connection", "/people", "/people?state=x", "/people?role=viewer&state=locked",
              "/people/1", "/people/6", "/people/new"],
    "finance": [
        "/demo/in-progress", "/demo/settlements", "/demo/settlements?paid=not-yet&type=order&created=30-days",
        "/demo/settlements?amount_from=x&paid=range&paid_from=1", "/demo/settlements/off", "/demo/settlements/off/peek",
        "/demo/settlements/nowhere", "/demo/orders/approved",
        "/demo/payouts?paid=range&paid_from=2026-01-01&paid_to=2026-01-02",
        "/demo/payouts?paid=range&paid_to=2026-01-01",
        "/demo/payouts?paid=range&paid_from=2026-09-01&paid_to=2026-09-30", PAYOUT,
        "/demo/to-look-at", "/demo/to-look-at/captured", "/demo/to-look-at/refunded", "/demo/to-look-at/bank",
        "/demo/fees", "/demo/exports",
    ],
}  # fmt: skip


def read_payouts(app: Flask) -> None:
    """One payout is read, and the bank received something else; what is missing was checked."""
    account = app.extensions["settings"].accounts[0]
    with app.app_context():
        start_reading(account, ["2026-08", "2026-09"], None)
        start_check(account, None)
    assert work_once(app)
    assert work_once(app)
    with app.app_context():
        found = payout(account, naming_of(account), *PAYOUT.split("/")[-2:])
        assert found is not None
        enter_amount(SeenReceipt(account, found, 0), Money(1234567, "KWD"), person_id=1)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("person", PAGES)
@pytest.mark.requirement("R46")
def test_no_page_has_a_fault(eyes: Callable[..., Eyes], provider: Provider, app: Flask, person: str) -> None:
    put_a_bit_of_everything(provider)
    with ThreadPoolExecutor(1) as pool:  # the browser's driver has an event loop in this one
        pool.submit(read_payouts, app).result()
    someone = eyes()
    someone.sign_in(person)
    walk(someone, PAGES[person])


def test_the_way_in_has_no_fault(eyes: Callable[..., Eyes]) -> None:
    walk(eyes(), ["/sign-in"])


def walk(someone: Eyes, addresses: list[str]) -> None:
    """Every other page is opened on the phone and made wide there, the rest the other way round."""
    widths = [DESKTOP, PHONE]
    for address in addresses:
        someone.open(address)
        for width in widths:
            someone.page.set_viewport_size(width)  # type: ignore[arg-type]
            someone.check() if THOROUGH or width is widths[-1] else someone.check_width()
        someone.check_in_the_dark()
        widths.reverse()


def put_a_bit_of_everything(provider: Provider) -> None:
    provider.order()
    provider.refund_outside("order-01", 10000)
    provider.order("approved", status="approved", total=1234567, currency="KWD")
    for number in range(25):
        provider.order(f"row-{number}", total=100 + number, currency="JPY" if number % 2 else "AED")
    provider.transaction(
        id="off", type="order", currency="KWD", amount=1234567, fee_amount=85, fee_rate=450, fee_tax_rate=500,
        total_amount=1234567, order_id="order-01", description="Agreed with the bank",
    )  # fmt: skip
    provider.transaction(
        type="order", currency="KWD", amount=1234567, fee_amount=85, fee_rate=450, fee_tax_rate=500,
        total_amount=1176148, paid="2026-09-08T00:00:00.214566Z", created="2026-09-01T10:00:00Z",
    )  # fmt: skip
    provider.order("lost", status="approved", created=(datetime.now(UTC) - timedelta(days=30)).isoformat())
    provider.change("lost", status="captured", status_changed=(datetime.now(UTC) - timedelta(days=29)).isoformat())
