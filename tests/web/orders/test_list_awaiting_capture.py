"""What waits for capture: oldest first, with its age, and a counter that costs no page a call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from tests.browser import Browser
from tests.provider import Provider
from webapp.core.database import writing
from webapp.models.awaiting_capture import AwaitingCapture
from webapp.models.base import now
from webapp.payments.awaiting_capture import refresh_awaiting_capture
from webapp.providers.http.errors import GatewayError

from .conftest import HTMX, calls

SignIn = Callable[[str], Browser]
PAGE = "/demo/awaiting-capture"


def approved(provider: Provider, order_id: str, age: timedelta) -> None:
    moment = (now() - age).isoformat().replace("+00:00", "Z")
    provider.order(order_id, status="approved", created=moment)


def refresh(app: Flask) -> int:
    with app.app_context():
        return refresh_awaiting_capture(app.extensions["settings"].accounts[0])


def counter(browser: Browser) -> str | None:
    count = browser.page.select_one(f'nav a[href="{PAGE}"] .count')
    return next(iter(count.stripped_strings)) if count else None


def test_approved_orders_are_listed_oldest_first_with_their_age(
    alice: Browser, provider: Provider, shown: Callable[[Browser], list[str]]
) -> None:
    approved(provider, "young", timedelta(minutes=5))
    approved(provider, "old", timedelta(days=5))
    approved(provider, "middle", timedelta(hours=7))
    provider.order("captured")
    provider.forget()
    alice.open(PAGE)
    assert shown(alice) == ["old", "middle", "young"]
    ages = [cell.get_text(strip=True) for cell in alice.page.select("td.at-under-end")]
    assert ages == ["5 days", "7 hours", "5 minutes"]
    assert len(calls(provider)) == 1
    assert "once it has expired, Postpay refuses the capture" in alice.words


@pytest.mark.parametrize(("role", "links"), [("agent", 1), ("finance", 1), ("viewer", 0), ("auditor", 0), ("admin", 0)])
def test_who_may_capture_gets_a_link_to_it(sign_in: SignIn, provider: Provider, role: str, links: int) -> None:
    approved(provider, "a/b", timedelta(hours=1))
    browser = sign_in(role)
    browser.open(PAGE)
    found = browser.page.select('tbody a[href="/demo/orders/a%2Fb/capture?in=awaiting&at=1&from=list"]')
    assert len(found) == links
    for link in found:
        browser.open(str(link["href"]))
        assert browser.status == 200


def test_there_is_no_column_for_what_is_known_where_nothing_is(alice: Browser, provider: Provider) -> None:
    approved(provider, "order-01", timedelta(hours=1))
    alice.open(PAGE)
    assert "What is known" not in alice.words
    provider.fault("status", method="POST", path="/orders/order-01/capture", status=402, code="capture_error")
    alice.open("/demo/orders/order-01/capture")
    alice.submit("Capture AED")
    alice.open(PAGE)
    assert "What is known" in alice.words
    assert "Declined" in alice.words


def test_pages_can_be_turned_also_by_htmx(alice: Browser, provider: Provider) -> None:
    for number in range(21):
        approved(provider, f"o-{number}", timedelta(hours=number))
    alice.open(PAGE)
    alice.follow("Next")
    assert "Showing 21–21 of 21" in alice.words
    alice.open(f"{PAGE}?page=2", headers={**HTMX, "HX-Target": "results"})
    assert not alice.page.select("h1")
    assert len(alice.page.select("tbody tr")) == 1


def test_nothing_waits(alice: Browser) -> None:
    alice.open(PAGE)
    assert "Nothing is awaiting capture" in alice.words


def test_a_page_past_the_end_leads_back(alice: Browser) -> None:
    alice.open(f"{PAGE}?page=9")
    assert alice.status == 404
    alice.follow("Go to the first page")
    assert alice.status == 200


def test_a_failure_is_said_with_a_way_to_try_again(hasty: Browser, provider: Provider) -> None:
    provider.fault("status", method="GET", times=9, status=500)
    hasty.open(PAGE)
    assert hasty.status == 503
    assert "Postpay does not answer" in hasty.words
    provider.heal()
    hasty.follow("Try again")
    assert hasty.status == 200


def test_the_counter_is_what_was_counted_last_and_costs_no_call(alice: Browser, provider: Provider, app: Flask) -> None:
    approved(provider, "one", timedelta(hours=1))
    approved(provider, "two", timedelta(hours=1))
    provider.order("captured")
    alice.open("/demo/orders")
    assert counter(alice) is None
    assert refresh(app) == 2
    provider.forget()
    alice.open("/demo/orders")
    assert counter(alice) == "2"
    assert len(calls(provider)) == 1


def test_an_old_count_is_not_shown(alice: Browser, provider: Provider, app: Flask) -> None:
    approved(provider, "one", timedelta(hours=1))
    refresh(app)
    with app.app_context(), writing() as session:
        session.execute(update(AwaitingCapture).values(counted=now() - timedelta(minutes=16)))
    alice.open("/demo/orders")
    assert counter(alice) is None


def test_a_count_that_fails_leaves_the_last_one(provider: Provider, app: Flask, alice: Browser) -> None:
    approved(provider, "one", timedelta(hours=1))
    refresh(app)
    provider.fault("status", method="GET", path="/orders", times=9, status=401)
    with pytest.raises(GatewayError):
        refresh(app)
    provider.heal()
    alice.open("/demo/orders")
    assert counter(alice) == "1"


def test_the_counter_says_what_the_list_beside_it_says(alice: Browser, provider: Provider, app: Flask) -> None:
    approved(provider, "one", timedelta(hours=1))
    refresh(app)
    approved(provider, "two", timedelta(hours=1))
    alice.open(PAGE)
    assert "Showing 1–2 of 2" in alice.words
    assert counter(alice) == "2"
    alice.open("/demo/orders")
    assert counter(alice) == "2"
