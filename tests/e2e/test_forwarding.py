"""Forwarding in a real browser: no fault on any page of it, and a replay that is watched and cancelled."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from tests.emulators.kit.receiver import Receiver
from tests.emulators.kit.receiver import receiving as listening
from tests.providers.raw_server import RawServer, always, answer
from tests.webhooks.forwarding.onward import add_target, give_up
from tests.webhooks.receiving import Receiving, order_body
from webapp.jobs import work_once

from .eyes import DESKTOP, PHONE, Eyes
from .test_focus_and_news import focused, has_focus, hears

pytestmark = pytest.mark.browser
PAGES = (
    "/demo/deliveries/forwarding", "/demo/deliveries/forwarding/1", "/demo/deliveries/forwarding/1/edit",
    "/demo/deliveries/forwarding/2/delete",
    "/demo/deliveries/replay?target=x&since=2026-01-02T00:00&until=2026-01-01T00:00",
    "/demo/deliveries/replay?target=1&scope=all&older=y", "/demo/deliveries", "/demo/deliveries/1",
)  # fmt: skip


def apart(act: Callable[[], Any]) -> Any:
    """In another thread: the browser's driver has an event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).result()


def forward_some(app: Flask, shop: Receiver) -> Receiving:
    """Three deliveries to two targets, of which one refuses them in many words."""
    receiving = Receiving(app)
    told = b'{"status": "failed", "note": "' + b"x" * 900 + b'"}'
    with RawServer(always(answer(told, status=503))) as bad:
        add_target(receiving, shop.url)
        add_target(receiving, f"{bad.base_url}/x", name="Warehouse in the free zone", events=["order"])
        for name in ("a", "b", "a"):
            receiving.deliver(order_body(name, note=len(receiving.rows())))
        receiving.work("forward")
    give_up(receiving)
    return receiving


def test_no_page_of_forwarding_has_a_fault(eyes: Callable[..., Eyes], app: Flask) -> None:
    with listening() as shop:
        apart(lambda: forward_some(app, shop))
    for viewport in (DESKTOP, PHONE):
        adam = eyes(viewport=viewport)
        adam.sign_in("admin")
        for address in PAGES:
            adam.open(address)
            adam.check()
            adam.check_in_the_dark()


def test_a_replay_is_watched_and_cancelled(eyes: Callable[..., Eyes], app: Flask) -> None:
    adam = eyes()
    adam.sign_in("admin")
    with listening() as shop:
        receiving = apart(lambda: forward_some(app, shop))
        for act in ("Cancel", "worker"):
            page = adam.open("/demo/deliveries/replay?target=2")
            adam.press("Send 2 deliveries now")
            adam.sees("0 of 2 settled")
            adam.check()
            page.locator("#cancel").focus()
            if act == "Cancel":
                page.wait_for_timeout(2500)
                assert focused(page) == "cancel", "news do not take the focus away"
                adam.press("Cancel")
                adam.sees("2 deliveries are not sent.")
                continue
            assert apart(lambda: work_once(app))
            apart(lambda: give_up(receiving))
            hears(page, "The replay has ended")
            page.wait_for_timeout(100)
            assert has_focus(page)
        adam.check()
