"""Several workers on either engine, while people press buttons: nothing is sent twice, nothing stays behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import make_settings
from tests.emulators.kit.receiver import Receiver
from tests.emulators.kit.receiver import receiving as listening
from tests.webhooks.receiving import Receiving, order_body
from webapp import create_app
from webapp.core.extensions import db
from webapp.jobs import work_once
from webapp.webhooks.forwarding import again, targets
from webapp.webhooks.forwarding.replay import ALL

from .onward import add_target, forwards, make_due, start_replay, summed_up

DELIVERIES, TARGETS, WORKERS = 12, 3, 4


@pytest.fixture
def app(engine_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(make_settings("http://127.0.0.1:1", engine_url, tmp_path))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def shops() -> Iterator[list[Receiver]]:
    with ExitStack() as stack:
        yield [stack.enter_context(listening()) for _ in range(TARGETS)]


@pytest.fixture
def receiving(app: Flask, shops: list[Receiver]) -> Receiving:
    receiving = Receiving(app)
    for number, shop in enumerate(shops):
        add_target(receiving, shop.url, name=f"Shop {number}")
    for number in range(DELIVERIES):
        receiving.deliver(order_body(f"order-{number}"))
    return receiving


def got(shop: Receiver) -> Counter[str]:
    return Counter(shop.got.get()[1]["X-Desk-Delivery"] for _ in range(shop.got.qsize()))


def all_at_once(*acts: Callable[[], object]) -> None:
    with ThreadPoolExecutor(len(acts)) as pool:
        for running in [pool.submit(act) for act in acts]:
            running.result()


def test_each_target_is_sent_each_delivery_once(receiving: Receiving, shops: list[Receiver]) -> None:
    all_at_once(*[lambda: receiving.work("forward")] * WORKERS)
    receiving.work("forward")
    assert [got(shop) for shop in shops] == [Counter(str(n + 1) for n in range(DELIVERIES))] * TARGETS
    assert summed_up(receiving) == ["sent"] * DELIVERIES


def test_people_who_press_meanwhile_get_what_they_want(receiving: Receiving, shops: list[Receiver]) -> None:
    """A replay, deliveries that are wanted now, new ones and a pause, all while others send."""

    def replay() -> None:
        with receiving.app.app_context():
            start_replay(receiving, 2, scope=ALL)
        assert work_once(receiving.app)

    def press() -> None:
        with receiving.app.app_context():
            for number in range(1, DELIVERIES):
                assert again.try_now(receiving.account, number, 3) is again.Answer.SENDING

    def pause() -> None:
        with receiving.app.app_context():
            targets.pause_target(receiving.account, 1, 1)

    receiving.work("forward")
    all_at_once(
        replay,
        press,
        pause,
        lambda: receiving.deliver(order_body("news")),
        *[lambda: receiving.work("forward")] * 2,
    )
    make_due(receiving)
    receiving.work("forward")
    receiving.work("forward")
    assert {state for state, _ in forwards(receiving, 2) + forwards(receiving, 3)} == {"sent"}
    assert len(forwards(receiving, 3)) == DELIVERIES + 1
    assert set(got(shops[2]).values()) <= {1, 2}, "at first, and when it was wanted"
