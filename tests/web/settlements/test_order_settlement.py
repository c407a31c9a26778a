"""The order page tells its settlement from the ledger: nothing is asked of the provider for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask

from tests.browser import Browser
from webapp.jobs import work_once
from webapp.settlement.ledger.sync import start_reading

from .conftest import Settled, keep


def test_rows_payout_and_net_come_from_the_ledger(app: Flask, farah: Browser, settled: Settled) -> None:
    settled.provider.order("order-01", status="approved")
    farah.open("/demo/orders/order-01")
    settled.provider.forget()
    farah.open("/demo/orders/order-01")
    before = len(settled.calls())
    paid = datetime.fromisoformat("2025-11-24T20:00:00Z")
    created = datetime.fromisoformat("2025-11-20T00:00:00Z")
    keep(app, "sale", 77525, order_id="order-01", paid=paid, created=created, off_by=0)
    keep(app, "refund", -10000, order_id="order-01", type="refund", amount_minor=-10000, off_by=-2)
    keep(app, "other", 5, order_id="order-02")
    settled.provider.forget()
    farah.open("/demo/orders/order-01")
    assert len(settled.calls()) == before
    assert [call["path"] for call in settled.calls() if "transactions" in call["path"]] == []
    section = farah.page.select_one('[aria-labelledby="settlements-title"]')
    assert section is not None
    words = " ".join(section.get_text(" ").split())
    for told in ("AED 775.25", "25 Nov 2025, 00:00", "AED \u2212100.00", "Off by AED 0.02", "Total net: AED 675.25"):
        assert told in words
    assert [str(link["href"]) for link in section.select("td a")] == [
        "/demo/settlements/sale",
        "/demo/settlements/refund",
    ]
    assert section.select_one('a[href="/demo/settlements?transaction_id=sale,refund"]')


def test_what_was_not_read_yet_is_found_in_the_list(farah: Browser, settled: Settled) -> None:
    """The capture of an evening in UTC is already the next day in the account's zone."""
    evening = "2026-02-10T21:30:00Z"
    settled.provider.order("order-01", total=81480, status="approved", created=evening)
    settled.put("other", 81480, created="2026-02-10T19:59:59Z")
    settled.put("more", 81481, created=evening)
    settled.put("sale", 81480, order_id="order-01", created=evening)
    farah.open("/demo/orders/order-01")
    farah.follow("Look for it in the settlements")
    assert settled.shown(farah) == ["sale"]


def test_a_refund_that_the_ledger_cannot_know_yet_is_said(farah: Browser, settled: Settled) -> None:
    settled.provider.order("order-01", total=81480)
    settled.put("sale", 81480, order_id="order-01")
    read_what_is_coming(farah)
    farah.open("/demo/orders/order-01")
    assert "What came later is not counted here" not in farah.words
    settled.provider.refund_outside("order-01", 5000)
    farah.open("/demo/orders/order-01")
    assert "What came later is not counted here" in farah.words
    section = farah.page.select_one('[aria-labelledby="settlements-title"]')
    assert section is not None
    ask_again = section.find("a", string="Ask again")
    assert "transaction_id" not in str(ask_again)
    read_what_is_coming(farah)
    farah.open("/demo/orders/order-01")
    assert "What came later is not counted here" not in farah.words


def read_what_is_coming(farah: Browser) -> None:
    account = farah.app.extensions["settings"].accounts[0]
    with farah.app.app_context():
        start_reading(account, [f"{datetime.now(UTC):%Y-%m}"], None, since=datetime.now(UTC))
    assert work_once(farah.app)


def test_those_who_may_not_see_settlements_see_none_of_it(
    app: Flask, sign_in: Callable[[str], Browser], settled: Settled
) -> None:
    settled.provider.order("order-01", status="approved")
    keep(app, "sale", 77525, order_id="order-01")
    for person, may in (("agent", False), ("viewer", False), ("admin", False), ("auditor", True)):
        someone = sign_in(person)
        someone.open("/demo/orders/order-01")
        assert bool(someone.page.select("#settlements-title")) is may
        assert ("775.25" in someone.words) is may
