"""Line by line, in every currency, an order is refunded down to exactly nothing: through the pages, at the provider."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.browser import Browser
from tests.provider import Provider, provider_of
from webapp.core.refund_limits_setting import RefundLimit
from webapp.emulators.postpay.server import Sandbox

from .choosing import LAMP, LAMPS, SAMPLE, fill_in, words
from .conftest import FORM
from .orders import divisible, order


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


CURRENCIES = {
    "AED": SAMPLE,
    "SAR": LAMPS,
    "KWD": {"total": 3_501, "tax_amount": 500, "items": [{**LAMP, "qty": 3}], "shipping": {"amount": 1}},
    "BHD": {"total": 2_999, "tax_amount": 143, "items": [LAMP], "discounts": [{"amount": 1}]},
    "JPY": {"total": 1_000, "items": [LAMP, LAMP], "discounts": [{"amount": 6_000}], "shipping": {"amount": 1_000}},
}


@pytest.mark.parametrize("currency", CURRENCIES)
def test_line_by_line_leaves_exactly_nothing(alice: Browser, provider: Provider, currency: str) -> None:
    """Each unit by itself, as often as there is something to choose."""
    provider.order(currency=currency, **CURRENCIES[currency])
    parts = {**CURRENCIES[currency]}
    lines = divisible(order(total=parts.pop("total"), tax=parts.pop("tax_amount", 0), currency=currency, **parts))
    units = [(line.key, line.share(1, after=gone).amount) for line in lines for gone in range(line.units)]
    for key, amount in units:
        if amount:
            fill_in(alice, **{f"line-{key}": "1"})
            alice.submit(f"Refund {currency}")
            assert alice.status == 200
            assert f"Refunded {currency}" in words(alice)
    assert [one["amount"] for one in provider.refunds("order-01")] == [amount for _, amount in units if amount]
    alice.open(FORM)
    assert "There is nothing left to refund" in alice.words


def test_orders_of_a_shop_are_refunded_line_by_line_to_the_end(farah: Browser, sandbox: Sandbox, app: Flask) -> None:
    """Also those of which a part was refunded elsewhere: what is left then is refunded as a whole."""
    provider = provider_of(sandbox)
    provider.reset(orders=60, seed=5)
    settings = app.extensions["settings"]
    anything = dict.fromkeys(("AED", "SAR", "KWD", "BHD", "JPY"), RefundLimit(single=10**12, day=10**12))
    limits = {**settings.refund_limits, "finance": anything}
    app.extensions["settings"] = settings.model_copy(update={"refund_limits": limits})
    farah.open("/demo/orders?status=captured&page_size=50")
    rows = [str(a["href"]) for a in farah.page.select("tbody .at-start a[href*='/demo/orders/']")][:6]
    assert len(rows) == 6
    for href in rows:
        refund_to_the_end(farah, f"{href.partition('?')[0]}/refund")


def refund_to_the_end(browser: Browser, form: str) -> None:
    for _ in range(30):
        browser.open(form)
        if browser.page.find(id="part-whole") is None:
            break
        line = browser.page.select_one(".refund-lines input")
        chosen = {"part": "lines", str(line["name"]): "1"} if line else {"part": "whole"}
        browser.submit("Continue", reason="returned", **chosen)
        if browser.status == 422:
            assert "of this order can still be refunded" in browser.words
            browser.submit("Continue", part="whole")
        browser.submit("Refund ")
        assert browser.status == 200
    assert "nothing left to refund" in browser.words, form
