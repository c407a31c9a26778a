"""What the refund's form says before anybody continues: the sum of the chosen items, and what is above a limit."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from werkzeug.test import TestResponse

from tests.browser import Browser
from tests.provider import Provider, provider_of
from webapp.core.refund_limits_setting import RefundLimit
from webapp.emulators.postpay.server import Sandbox

from .choosing import LAMPS, SAMPLE, fill_in, words
from .conftest import FORM


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


HTMX = {"HX-Request": "true"}


def told(answer: TestResponse) -> str:
    """What a part of the page says."""
    return " ".join(BeautifulSoup(answer.get_data(as_text=True), "html5lib").get_text().split())


def told_of(browser: Browser, fields: dict[str, str]) -> str:
    """What the form says at once of what is chosen in it."""
    browser.open(FORM)
    address = str(browser.page.select_one(".refund-lines")["hx-get"])
    return told(browser.client.get(f"{address}&{urlencode(fields)}", headers=HTMX))


def test_items_above_the_limit_are_told_at_once(alice: Browser, provider: Provider) -> None:
    provider.order(total=300_000, items=[{"name": "Chair", "unit_price": 100_000, "qty": 3}])
    assert told_of(alice, {"line-1": "1"}) == "The items you chose come to AED 1,000.00."
    assert told_of(alice, {"line-1": "2"}) == (
        "The items you chose come to AED 2,000.00. "
        "This is above your limit for one refund. You can ask for approval."
    )


def test_items_above_what_is_left_of_the_order_are_told_at_once(alice: Browser, provider: Provider) -> None:
    """Some was refunded without naming items, so that the items together are more than what is left."""
    provider.order(**SAMPLE)
    provider.refund_outside("order-01", 10_000)
    assert told_of(alice, {"line-1": "1"}) == (
        "The items you chose come to AED 794.80. Only AED 714.80 of this order can still be refunded."
    )
    fill_in(alice, **{"line-1": "1"})
    assert words(alice).count("can still be refunded") == 2, "in the summary and at the field, not a third time"


def test_the_limit_is_told_once(alice: Browser, provider: Provider) -> None:
    provider.order(total=300_000, items=[{"name": "Chair", "unit_price": 100_000, "qty": 3}])
    alice.open(FORM)
    assert words(alice).count("AED 1,000.00 for one refund") == 1
    assert "Chair (quantity, 0 to 3)" in words(alice)


def test_an_order_that_cannot_be_read_now_keeps_the_names_of_what_was_chosen(
    alice: Browser, provider: Provider
) -> None:
    provider.order(**LAMPS)
    alice.open(FORM)
    provider.fault("status", method="GET", path="/orders/order-01", status=503, times=99)
    alice.submit("Continue", part="lines", reason="returned", **{"line-1": "2", "line-shipping": "1"})
    assert alice.status == 503
    assert "Items 2 × Lamp, shipping Reason Item returned" in words(alice)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"line-1": "2", "line-shipping": "1"}, "The items you chose come to AED 17.76."),
        ({"line-1": "٣", "line-2": ""}, "The items you chose come to AED 23.63."),
        ({"line-1": "0", "line-2": ""}, "No items are chosen yet."),
        ({"line-1": "4"}, "Lamp: enter a whole number from 0 to 3."),
        ({"line-1": "x", "line-2": "1"}, "Lamp: enter a whole number from 0 to 3."),
        ({"line-7": "1"}, "No items are chosen yet."),
        ({}, "No items are chosen yet."),
    ],
)
def test_the_sum_is_told_while_items_are_chosen(
    alice: Browser, provider: Provider, fields: dict[str, str], said: str
) -> None:
    provider.order(**LAMPS)
    alice.open(FORM)
    address = str(alice.page.select_one(".refund-lines")["hx-get"])
    provider.forget()
    answer = alice.client.get(f"{address}&{urlencode(fields)}", headers=HTMX)
    assert told(answer) == said
    assert [call["path"] for call in provider.seen() if "_sandbox" not in call["path"]] == ["/orders/order-01"]


def test_the_sum_is_not_told_while_the_provider_does_not_answer(alice: Browser, provider: Provider) -> None:
    provider.order(**LAMPS)
    provider.fault("status", method="GET", path="/orders/order-01", status=503, times=9)
    answer = alice.client.get(f"{FORM}/chosen?line-1=1", headers=HTMX)
    assert (answer.status_code, answer.data) == (200, b"")
    provider.heal()
    alice.open(f"{FORM}/chosen?line-1=1")
    assert alice.address == FORM, "without scripting it is the form"


def test_what_is_above_the_limit_is_said_before_continue(alice: Browser, provider: Provider) -> None:
    provider.order(**SAMPLE)
    alice.open(FORM)
    assert alice.page.find(id="part-whole-hint") is None
    provider.order("big", total=500_000)
    alice.open("/demo/orders/big/refund")
    hint = alice.page.find(id="part-whole-hint").get_text()
    assert hint == "This is above your limit for one refund. You can ask for approval."
    limits = "Your limits: AED 1,000.00 for one refund, AED 5,000.00 a day (AED 5,000.00 left today)."
    assert limits in words(alice)
    alice.submit("Continue", part="whole", reason="returned")
    assert "This refund needs approval" in alice.words
    assert "Refund AED 5,000.00 now" not in words(alice)


def test_what_no_approval_lifts_is_said_before_continue(alice: Browser, provider: Provider, app: Flask) -> None:
    settings = app.extensions["settings"]
    limits = {**settings.refund_limits, "agent": {"AED": RefundLimit(single=90_000, day=90_000, shop=10_000)}}
    app.extensions["settings"] = settings.model_copy(update={"refund_limits": limits})
    provider.order(**SAMPLE)
    alice.open(FORM)
    hint = alice.page.find(id="part-whole-hint").get_text()
    assert hint.replace("\u00a0", " ") == (
        "The whole shop can refund AED 100.00 a day, and has refunded AED 0.00 today, so AED 100.00 is left. "
        "Refund less, or go on tomorrow."
    )


def test_what_is_above_the_limit_of_the_day_is_said_before_continue(
    alice: Browser, provider: Provider, app: Flask
) -> None:
    settings = app.extensions["settings"]
    limits = {**settings.refund_limits, "agent": {"AED": RefundLimit(single=90_000, day=85_000)}}
    app.extensions["settings"] = settings.model_copy(update={"refund_limits": limits})
    provider.order("other", total=5_000)
    fill_in(alice, "/demo/orders/other/refund", part="whole")
    alice.submit("Refund AED")
    provider.order(**SAMPLE)
    alice.open(FORM)
    hint = alice.page.find(id="part-whole-hint").get_text()
    assert hint == "This is above what you can still refund today. You can ask for approval."
    assert "AED 850.00 a day (AED 800.00 left today)" in words(alice)


def test_lines_above_the_limit_are_told_where_they_were_chosen(
    alice: Browser, provider: Provider, app: Flask
) -> None:
    settings = app.extensions["settings"]
    limits = {**settings.refund_limits, "agent": {"AED": RefundLimit(single=90_000, day=90_000, shop=10_000)}}
    app.extensions["settings"] = settings.model_copy(update={"refund_limits": limits})
    provider.order(total=300_000, items=[{"name": "Chair", "unit_price": 100_000, "qty": 3}])
    fill_in(alice, **{"line-1": "2"})
    assert alice.status == 422
    assert "The whole shop can refund AED 100.00 a day" in words(alice)
    assert alice.page.select(".error-summary a[href='#part']")
    assert alice.page.find(id="line-1")["value"] == "2"
