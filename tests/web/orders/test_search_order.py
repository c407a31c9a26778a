"""The search in the top bar: an exact order id opens the order."""

from __future__ import annotations

import pytest

from tests.browser import Browser
from tests.provider import Provider

from .conftest import calls


@pytest.mark.parametrize(
    "order_id",
    ["order-01", "a/b", "50% off #1", "طلب ١", "x,y", "order 01 ", "../../etc", "q=1&status=denied", "<b>1</b>"],
)
def test_an_exact_id_opens_the_order(alice: Browser, provider: Provider, order_id: str) -> None:
    provider.order(order_id.strip())
    provider.order("another")
    alice.open("/demo/orders")
    provider.forget()
    alice.client.get("/demo/orders", query_string={"q": order_id})
    assert len(calls(provider)) == 1
    alice.open("/demo/orders", query_string={"q": order_id})
    assert alice.heading == f"Order {order_id.strip()}"


@pytest.mark.parametrize("order_id", ["order-0", "ORDER-01", "..", "a\x00b", "x" * 300])
def test_an_unknown_id_is_said_with_a_way_back(alice: Browser, provider: Provider, order_id: str) -> None:
    provider.order("order-01")
    alice.open("/demo/orders", query_string={"q": order_id})
    assert alice.status == 200
    assert "No order matches" in alice.words
    assert alice.page.select_one("#search")["value"] == order_id.replace("\x00", "\ufffd")  # type: ignore[index]
    chip = alice.page.select_one(".chip")
    assert chip is not None
    assert order_id.replace("\x00", "\ufffd") in chip.get_text()
    assert chip["href"] == "/demo/orders"


@pytest.mark.parametrize("order_id", [".", "..", "a\nb", "x" * 256])
def test_what_cannot_be_an_id_is_not_asked_for(alice: Browser, provider: Provider, order_id: str) -> None:
    provider.forget()
    alice.open("/demo/orders", query_string={"q": order_id})
    assert calls(provider) == []


def test_a_failed_search_is_not_told_as_nothing_found(alice: Browser, provider: Provider) -> None:
    provider.fault("status", method="GET", status=503, times=9)
    alice.open("/demo/orders", query_string={"q": "order-01"})
    assert alice.status == 503
    assert "Postpay does not answer" in alice.words
    assert alice.page.find("a", string="Try again")["href"] == "/demo/orders?q=order-01"  # type: ignore[index]
