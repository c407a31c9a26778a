"""What the refund's form says before anybody continues: the sum of the chosen items, and what is above a limit."""

from __future__ import annotations

import pytest
from flask import Flask

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


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"line-1": "2", "line-shipping": "1"}, "The items you chose come to AED 17.76."),
        ({"line-1": "٣", "line-2": ""}, "The items you chose come to AED 23.63."),
        ({"line-1": "0", "line-2": ""}, ""),
        ({"line-1": "4"}, ""),
        ({"line-1": "x"}, ""),
        ({"line-7": "1"}, ""),
        ({}, ""),
    ],
)
def test_the_sum_is_told_while_items_are_chosen(
    alice: Browser, provider: Provider, fields: dict[str, str], said: str
) -> None:
    provider.order(**LAMPS)
    alice.open(FORM)
    address = str(alice.page.select_one(".refund-lines")["hx-get"])
    provider.forget()
    answer = alice.client.get(address, query_string=fields, headers=HTMX)
    assert answer.get_data(as_text=True).replace("\u00a0", " ") == said
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
    hint = alice.page.find(id="part-whole-hint").get_text().replace("\u00a0", " ")
    assert hint == (
        "This is above your limit of AED 1,000.00 for one refund. You can only continue with less. "
        "Ask finance to do this one."
    )
    alice.submit("Continue", part="whole", reason="returned")
    assert alice.status == 422


def test_finance_is_not_sent_to_itself(farah: Browser, provider: Provider) -> None:
    provider.order("big", total=5_000_000)
    farah.open("/demo/orders/big/refund")
    assert "continue with less. Ask an admin to raise the limit." in farah.words
    farah.submit("Continue", part="whole", reason="returned")
    assert "Your limit for one refund is AED 10,000.00. Ask an admin to raise the limit." in words(farah)


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
    hint = alice.page.find(id="part-whole-hint").get_text().replace("\u00a0", " ")
    assert "above the AED 800.00 that you can still refund today" in hint


def test_lines_above_the_limit_are_told_where_they_were_chosen(alice: Browser, provider: Provider) -> None:
    provider.order(total=300_000, items=[{"name": "Chair", "unit_price": 100_000, "qty": 3}])
    fill_in(alice, **{"line-1": "2"})
    assert alice.status == 422
    assert "Your limit for one refund is AED 1,000.00" in words(alice)
    assert alice.page.select(".error-summary a[href='#part']")
    assert alice.page.find(id="line-1")["value"] == "2"
