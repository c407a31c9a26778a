"""Nobody who is signed in has all threads: some requests of a person are worked on, some wait, the rest is told so."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import pytest
from flask import Flask

from tests.browser import Browser
from tests.provider import Provider, provider_of
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox

AT_ONCE = 2
"""Slots of sixteen threads; three times as many requests may wait."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"web_threads": 8 * AT_ONCE})


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


def test_whoever_asks_for_too_much_at_once_is_told_and_nobody_else(
    app: Flask, provider: Provider, alice: Browser, farah: Browser
) -> None:
    provider.order()
    provider.fault("latency", method="GET", path="/orders/order-01", seconds=3, times=AT_ONCE)
    held = [_same_person(app, alice) for _ in range(5 * AT_ONCE)]
    with ThreadPoolExecutor(len(held)) as pool:
        asked = list(pool.map(lambda one: one.client.get("/demo/orders/order-01"), held))
    refused = [one for one in asked if one.status_code == 503]
    assert len(refused) >= len(held) - 4 * AT_ONCE
    assert {one.status_code for one in asked} == {200, 503}
    assert "Too many of your pages at once" in refused[0].text
    assert refused[0].headers["Retry-After"] == "1"
    farah.open("/demo/orders/order-01")
    assert farah.status == 200
    alice.open("/demo/orders/order-01")
    assert alice.status == 200


def test_more_than_the_desk_reads_is_refused_as_quietly(app: Flask, provider: Provider, alice: Browser) -> None:
    """The page that says so offers what was typed; a form that is too large offers nothing, and breaks nothing."""
    provider.order()
    provider.fault("latency", method="GET", path="/orders/order-01", seconds=3, times=AT_ONCE)
    large = {"password": "a" * 600_000}
    *others, last = [_same_person(app, alice).client for _ in range(5 * AT_ONCE + 1)]
    with ThreadPoolExecutor(len(others)) as pool:
        held = [pool.submit(other.get, "/demo/orders/order-01") for other in others]
        wait(held, return_when=FIRST_COMPLETED)  # whoever is refused, as no slot is free
        refused = last.post("/you/password", data=large)
        assert 503 in {one.result().status_code for one in held}
    assert refused.status_code == 503
    assert "Too many of your pages at once" in refused.text


def test_others_are_served_meanwhile(app: Flask, provider: Provider, alice: Browser, farah: Browser) -> None:
    provider.order()
    provider.fault("latency", method="GET", path="/orders/order-01", seconds=3, times=AT_ONCE)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(_same_person(app, alice).client.get, "/demo/orders/order-01") for _ in range(AT_ONCE)]
        farah.open("/demo/orders")
        assert farah.status == 200
        assert [one.result().status_code for one in waiting] == [200] * AT_ONCE


@pytest.mark.parametrize("path", ["/demo/orders", "/demo/orders/unknown", "/demo/hooks", "/you/sessions"])
def test_a_slot_comes_back_whatever_the_answer_is(sign_in: Callable[[str], Browser], path: str) -> None:
    viewer = sign_in("viewer")
    statuses = [viewer.client.get(path).status_code for _ in range(5 * AT_ONCE)]
    assert len(set(statuses)) == 1
    assert 503 not in statuses


def _same_person(app: Flask, browser: Browser) -> Browser:
    """Another tab of the same person: its own client with the same cookie."""
    other = Browser(app)
    for cookie in browser.client._cookies.values():  # type: ignore[attr-defined]
        other.client.set_cookie(cookie.key, cookie.value, path=cookie.path, secure=cookie.secure)
    return other
