"""The rules hold when everybody comes at once, each on a connection of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from webapp.emulators.postpay.server import Sandbox

from .client import Client


@pytest.fixture(params=["memory", "file"])
def sandbox(request: pytest.FixtureRequest, tmp_path: Path):  # type: ignore[no-untyped-def]
    with Sandbox(orders=0, db=tmp_path / "sandbox.sqlite3" if request.param == "file" else None) as running:
        yield running


def at_once(sandbox: Sandbox, count: int, ask: Callable[[Client, int], int]) -> Counter[int]:
    """The statuses that so many clients get who all ask in the same moment."""
    barrier = Barrier(count)

    def one(number: int) -> int:
        client = Client(sandbox)
        barrier.wait(20)
        return ask(client, number)

    with ThreadPoolExecutor(count) as pool:
        return Counter(pool.map(one, range(count)))


def test_forty_refunds_of_seventy_on_a_thousand_give_fourteen(sandbox: Sandbox) -> None:
    client = Client(sandbox)
    address = client.order(total=1_000)
    seen = at_once(sandbox, 40, lambda other, number: other.refund(address, f"r-{number}", 70).status_code)
    assert seen == {200: 14, 409: 26}
    assert client.state(address)["refunded"] == 980
    assert client.get(f"{address}/refunds").json()["count"] == 14


def test_sixteen_captures_give_one(sandbox: Sandbox) -> None:
    client = Client(sandbox)
    address = client.order(status="approved")
    seen = at_once(sandbox, 16, lambda other, _: other.post(f"{address}/capture").status_code)
    assert seen == {200: 1, 409: 15}
    assert len(client.state(address)["transactions"]) == 1


def test_the_same_refund_twenty_times_is_made_once(sandbox: Sandbox) -> None:
    client = Client(sandbox)
    address = client.order(total=1_000)
    seen = at_once(sandbox, 20, lambda other, _: other.refund(address, "r-1", 10).status_code)
    assert seen == {200: 1, 409: 19}
    assert client.state(address)["refunded"] == 10


def test_readers_among_writers_see_whole_states(sandbox: Sandbox) -> None:
    client = Client(sandbox)
    address = client.order(total=1_000)

    def ask(other: Client, number: int) -> int:
        if number % 2:
            return other.refund(address, f"r-{number}", 10).status_code
        rows = other.rows(f"{address}/refunds")
        return 200 if len({row["refund_id"] for row in rows}) == len(rows) else 500

    assert at_once(sandbox, 24, ask) == {200: 24}
    assert client.state(address)["refunded"] == 120
