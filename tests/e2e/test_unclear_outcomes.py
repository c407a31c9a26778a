"""Pages about what is not known, what needs finance, and what can no longer be done, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from tests.browser import Browser
from tests.people import let_in
from tests.provider import Provider
from webapp.core.database import writing
from webapp.models.base import now
from webapp.models.finding import Finding, FindingKind
from webapp.models.intent import Intent

from .eyes import DESKTOP, PHONE, Eyes

pytestmark = pytest.mark.browser

PAGES = {
    "agent": (
        "/demo/orders/lost", "/demo/orders/done", "/demo/orders/lagging", "/demo/orders/lagging/refund",
        "/demo/orders/expired", "/demo/orders/expired/capture", "/demo/orders/waits/capture", "/demo/awaiting-capture",
        "/demo/captures/3",
    ),
    "finance": ("/demo/in-progress", "/demo/orders/lost"),
}  # fmt: skip


def ago(days: float) -> str:
    return (now() - timedelta(days=days)).isoformat().replace("+00:00", "Z")


def prepare(app: Flask, provider: Provider) -> str:
    """One order of each kind; returns the page of the refund that needs finance."""
    alice = let_in(app, "alice@example.test")
    for order in ("lost", "done", "lagging"):
        provider.order(order)
    provider.order("waits", status="approved", created=ago(40), status_changed=ago(40))
    provider.order("young", status="approved", created=ago(1), status_changed=ago(1))
    for order, becomes in (("expired", "expire"), ("declined", "decline")):
        provider.order(order, status="approved", created=ago(35), status_changed=ago(35), on_capture=becomes)
        alice.open(f"/demo/orders/{order}/capture")
        alice.submit("Capture AED")
    lost = _refund(alice, provider, "lost", kind="drop_before")
    done = _refund(alice, provider, "done", kind="drop_before")
    alice.open(done)
    alice.submit("Check now")
    with app.app_context(), writing() as session:
        intent = session.query(Intent).filter_by(order_id="lost").one()
        intent.first_sent = intent.created = now() - timedelta(minutes=17)
        session.add(
            Finding(kind=FindingKind.ORPHAN, account="demo", order_id="done", refund_id="bo-1", amount_minor=500,
                    currency="AED")
        )  # fmt: skip
    provider.fault("lag", method="GET", path="/orders/lagging*", times=999)
    _refund(alice, provider, "lagging", kind="latency")
    return lost


def _refund(browser: Browser, provider: Provider, order: str, *, kind: str) -> str:
    browser.open(f"/demo/orders/{order}/refund")
    browser.submit("Continue", part="part", amount="120.50", reason="returned")
    provider.fault(kind, path=f"/orders/{order}/refunds")
    browser.submit("Refund AED")
    return browser.address


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_they_can_be_read_by_everybody(
    eyes: Callable[..., Eyes], app: Flask, provider: Provider, viewport: dict[str, int]
) -> None:
    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(prepare, app, provider).result()
    for person, paths in PAGES.items():
        one = eyes(viewport=viewport)
        one.sign_in(person)
        for path in (*paths, outcome):
            one.open(path)
            if path == "/demo/awaiting-capture":
                one.page.locator("#results summary").click()
            one.check()
            one.check_in_the_dark()
