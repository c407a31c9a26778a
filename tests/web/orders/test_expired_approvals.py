"""Approvals that have expired, or that were declined: marked, set apart, not offered, and not counted as waiting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from tests.browser import Browser
from tests.provider import Provider
from webapp.core.database import writing
from webapp.models.awaiting_capture import AwaitingCapture
from webapp.models.base import now
from webapp.payments.awaiting_capture import COUNT_EXPIRED_EVERY, refresh_awaiting_capture

from .conftest import calls

PAGE = "/demo/awaiting-capture"


def approved(provider: Provider, order_id: str, days: float, **fields: object) -> str:
    moment = (now() - timedelta(days=days)).isoformat().replace("+00:00", "Z")
    return provider.order(order_id, status="approved", created=moment, status_changed=moment, **fields)


def capture(browser: Browser, order_id: str) -> None:
    browser.open(f"/demo/orders/{order_id}/capture")
    browser.submit("Capture AED")


def refresh(app: Flask) -> int:
    with app.app_context():
        return refresh_awaiting_capture(app.extensions["settings"].accounts[0])


def rows(browser: Browser, caption: str) -> dict[str, str]:
    """Of each order in a table its whole row."""
    tables = [one for one in browser.page.find_all("table") if caption in one.caption.get_text()]
    lines = [line for table in tables for line in table.select("tbody tr")]
    return {line.a.get_text(): " ".join(line.get_text(" ").split()) for line in lines}


def counter(browser: Browser) -> str | None:
    count = browser.page.select_one(f'nav a[href="{PAGE}"] .count')
    return next(iter(count.stripped_strings)) if count else None


@pytest.fixture
def tried(alice: Browser, provider: Provider, app: Flask) -> Browser:
    """Of five that wait, three were tried: one has expired, one was declined, one cannot be told."""
    approved(provider, "expired", 30, on_capture="expire")
    approved(provider, "older", 40)
    approved(provider, "younger", 2)
    approved(provider, "declined", 3, on_capture="decline")
    approved(provider, "unclear", 1)
    refresh(app)
    capture(alice, "expired")
    capture(alice, "declined")
    alice.open("/demo/orders/unclear/capture")
    provider.fault("drop_before", path="/orders/unclear/capture")
    alice.submit("Capture AED")
    return alice


def test_what_is_known_stands_on_each_row_and_expired_ones_stand_apart(tried: Browser, provider: Provider) -> None:
    provider.forget()
    tried.open(PAGE)
    waiting, expired = rows(tried, "Orders awaiting"), rows(tried, "Expired approvals")
    assert list(waiting) == ["older", "declined", "younger", "unclear"]
    assert list(expired) == ["expired"]
    assert "May have expired" in waiting["older"]
    assert "Declined" in waiting["declined"]
    assert waiting["declined"].endswith("Capture"), "the customer may have put it right"
    assert "Not known yet" in waiting["unclear"]
    assert not waiting["unclear"].endswith("Capture")
    assert "expired" not in waiting["younger"]
    assert "Expired, seen" in expired["expired"]
    assert len(calls(provider)) == 1
    (folded,) = tried.page.select("#results details summary")
    assert folded.get_text(strip=True) == "1 order of this page whose approval has expired"


def test_both_numbers_are_said_and_only_what_can_be_captured_is_counted(
    tried: Browser, provider: Provider, app: Flask
) -> None:
    tried.open(PAGE)
    assert counter(tried) == "4"
    assert "5 orders are approved; the approval of 1 of them has expired." in tried.words
    assert refresh(app) == 5
    tried.open(PAGE)
    assert counter(tried) == "4"


def test_an_expired_one_that_is_not_approved_any_more_is_not_taken_off(
    tried: Browser, provider: Provider, app: Flask
) -> None:
    provider.change("expired", status="denied")
    with app.app_context(), writing() as session:
        session.query(AwaitingCapture).update({"expired_counted": now() - 2 * COUNT_EXPIRED_EVERY})
    provider.forget()
    assert refresh(app) == 4
    assert len(calls(provider)) == 2
    tried.open(PAGE)
    assert counter(tried) == "4"
    assert "orders are approved" not in tried.words


def test_the_worker_asks_about_expired_ones_once_an_hour(tried: Browser, provider: Provider, app: Flask) -> None:
    refresh(app)
    provider.forget()
    refresh(app)
    assert len(calls(provider)) == 1


def test_what_was_refused_for_good_is_not_offered_again(
    tried: Browser, sign_in: Callable[[str], Browser], provider: Provider
) -> None:
    aziz = sign_in("second agent")
    aziz.open("/demo/orders/expired/capture")
    assert "Its approval has expired." in aziz.words
    assert "Alice Agent tried on" in aziz.words
    assert not aziz.page.find("input", attrs={"name": "submit_token"})
    aziz.follow("See what was tried")
    assert "Not captured: the approval has expired" in aziz.words


def test_a_form_from_before_is_not_sent_either(
    alice: Browser, sign_in: Callable[[str], Browser], provider: Provider
) -> None:
    approved(provider, "expired", 30, on_capture="expire")
    aziz = sign_in("second agent")
    aziz.open("/demo/orders/expired/capture")
    capture(alice, "expired")
    provider.forget()
    aziz.submit("Capture AED")
    assert aziz.status == 409
    assert "Its approval has expired." in aziz.words
    assert [call for call in calls(provider) if call["method"] == "POST"] == []


def test_what_was_declined_is_offered_with_what_is_known(tried: Browser) -> None:
    tried.open("/demo/orders/declined/capture")
    assert "Not captured: the payment was declined." in tried.words
    tried.open("/demo/orders/older/capture")
    assert "The approval may have expired: one of 30 days already had." in tried.words
    tried.open("/demo/orders/younger/capture")
    assert "may have expired" not in tried.words


def test_the_youngest_expiry_is_the_line(tried: Browser, provider: Provider) -> None:
    approved(provider, "early", 1.5, on_capture="expire")
    capture(tried, "early")
    tried.open(PAGE)
    waiting = rows(tried, "Orders awaiting")
    assert [order for order, words in waiting.items() if "May have expired" in words] == ["older", "younger"]


def test_a_page_of_expired_ones_alone_says_so(alice: Browser, provider: Provider) -> None:
    approved(provider, "expired", 30, on_capture="expire")
    capture(alice, "expired")
    alice.open(PAGE)
    assert "Nothing on this page can be captured" in alice.words
    assert "Showing 1–1 of 1" in alice.words
    assert list(rows(alice, "Expired approvals")) == ["expired"]
