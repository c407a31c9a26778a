"""The lists of payouts and webhooks in a real browser: their columns stand still."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tests.provider import Provider
from tests.webhooks.at_provider import Hooks

from .eyes import Eyes
from .test_every_page import put_a_bit_of_everything, read_payouts
from .test_lists import places

pytestmark = pytest.mark.browser


@pytest.mark.timeout(180)
@pytest.mark.parametrize("width", [1440, 1024])
def test_columns_of_payouts_and_webhooks_keep_their_places(
    eyes: Callable[..., Eyes], app: Flask, provider: Provider, width: int
) -> None:
    """Small and large amounts, one currency or two, more columns or fewer; short addresses, long ones, and answers."""
    put_a_bit_of_everything(provider)
    hooks = Hooks(provider.root.removesuffix("/_sandbox"))
    hooks.make("https://a.example/", events=("order",))
    for number in range(21):
        hooks.make(f"https://shop-{number}.example.com/{'long/' * (number + 1)}?{'x' * 60 * (number % 2)}")
    for day, (currency, amount) in enumerate((("AED", 1), ("KWD", 987654321), ("AED", 123456789), ("KWD", 5))):
        provider.transaction(
            type="refund" if day == 2 else "order", currency=currency, amount=amount, total_amount=amount,
            paid=f"2026-09-1{day}T00:00:00Z", order_id="order-01",
        )  # fmt: skip
    with ThreadPoolExecutor(1) as pool:
        pool.submit(read_payouts, app).result()
    september = "/demo/payouts?paid=range&paid_from=2026-09-01&paid_to=2026-09-30"
    farah = eyes(viewport={"width": width, "height": 800})
    farah.sign_in("finance")
    for base, queries in {
        september: ("", "&currency=AED", "&currency=KWD"),
        "/demo/hooks?": ("page=1", "page=2", "events=transaction", "q=a.example&how=contains"),
    }.items():
        seen = {query: places(farah.open(base + query), 8) for query in queries}
        assert len(set(seen.values())) == 1, seen
