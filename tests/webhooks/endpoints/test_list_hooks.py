"""The list: every filter, what is failing, what is not finished, and one call to the provider."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from flask import Flask

from tests.browser import Browser
from tests.emulators.kit.receiver import receiving
from tests.webhooks.acting import create
from tests.webhooks.at_provider import Hooks
from webapp.emulators.postpay.server import Sandbox


@pytest.fixture
def auditor(sign_in: Callable[[str], Browser]) -> Browser:
    return sign_in("auditor")


def hosts(browser: Browser) -> list[str]:
    return [strong.get_text() for strong in browser.page.select(".hook-address strong")]


def test_every_documented_filter_finds_what_it_says_with_one_call(
    auditor: Browser, sandbox: Sandbox, hooks: Hooks
) -> None:
    hooks._ask("POST", "/reset", {"orders": 1, "seed": 5})
    made = hooks.make("https://fresh.example.com/in", events=("order",))
    everything = ["fresh.example.com", "www.example.ae", "erp.example.ae", "old.example.ae", "hooks.example.ae"]
    cases: dict[str, set[str]] = {
        "q=EXAMPLE.AE": set(everything[1:]) | {"down.example.ae"},
        "q=https://www&how=starts": {"www.example.ae"},
        "q=www&how=starts": {"www.example.ae"},
        "q=HTTPS&how=starts": {*everything, "down.example.ae", "متجر.example"},
        "q=ww&how=starts": {"www.example.ae"},
        "q=example&how=starts": set(),
        "q=/new&how=ends": {"hooks.example.ae"},
        "events=order&events=transaction": {"old.example.ae", "hooks.example.ae"},
        "active=no": {"old.example.ae", "متجر.example"},
        "code=500": {"erp.example.ae"},
        "code=404, 500": {"erp.example.ae", "old.example.ae"},
        "code=2xx": {"www.example.ae"},
        "code=300-499": {"old.example.ae"},
        "created=today": {"fresh.example.com"},
        f"hook_id={made}": {"fresh.example.com"},
    }
    for query, expected in cases.items():
        hooks.forget()
        auditor.open(f"/demo/hooks?{query}")
        assert set(hosts(auditor)) == expected, query
        assert len(hooks.sent("GET")) == 1, query
        assert len(auditor.page.select(".chips .chip")) >= 1, query
    auditor.open("/demo/hooks?ordering=failing")
    assert set(hosts(auditor)[:2]) == {"erp.example.ae", "down.example.ae"}, "paused ones that failed come after"
    assert "500 the shop failed" in auditor.words
    assert "No answer" in auditor.words
    assert "No delivery yet" in auditor.words
    auditor.open("/demo/hooks?code=five")
    assert auditor.status == 422
    assert "Enter a code like 500" in auditor.words
    auditor.open("/demo/hooks?q=&code=500&active=")
    assert auditor.address == "/demo/hooks?code=500"


def test_pages_turn_and_keep_the_filters(auditor: Browser, hooks: Hooks) -> None:
    for number in range(23):
        hooks.make(f"https://shop-{number:02}.example.com/")
    auditor.open("/demo/hooks?q=shop-&ordering=created")
    assert "Showing 1–20 of 23" in auditor.words
    auditor.follow("Next")
    assert hosts(auditor) == [f"shop-{number}.example.com" for number in (20, 21, 22)]
    auditor.open("/demo/hooks?page=9")
    assert auditor.status == 404
    assert "There is no page 9" in auditor.words
    auditor.open("/demo/hooks?page_size=50")
    assert len(hosts(auditor)) == 23


def test_failing_ones_come_first_wherever_they_are_in_the_list(auditor: Browser, hooks: Hooks) -> None:
    """The failing one is the oldest of 53, so the provider has it on another page."""
    with receiving() as receiver:
        receiver.status = 500
        failing = hooks.make(receiver.url)
        hooks.order("an-order", status="approved")
        hooks.direct.post(f"{hooks.address.removesuffix('hooks')}orders/an-order/capture", timeout=10)
        for _ in range(2):
            receiver.got.get(timeout=5)
    while hooks._ask("GET", "/deliveries")["pending"]:
        time.sleep(0.01)
    for number in range(52):
        hooks.make(f"https://shop-{number:02}.example.com/", active=False)
    hooks.forget()
    auditor.open("/demo/hooks")
    auditor.follow("Failing ones first")
    assert failing in str(auditor.page.select_one(".hook-address a")["href"])
    assert "Showing 1–50 of 53" in auditor.words
    assert hosts(auditor)[1:3] == ["shop-51.example.com", "shop-50.example.com"]
    assert len(hooks.sent("GET")) == 1 + 2, "one for each fifty"
    auditor.follow("Next")
    assert hosts(auditor) == [f"shop-{number:02}.example.com" for number in (2, 1, 0)]
    auditor.open("/demo/hooks?ordering=failing&page=3")
    assert auditor.status == 404
    assert "There is no page 3" in auditor.words


def test_three_kinds_of_nothing_are_told_apart(auditor: Browser, adam: Browser, hooks: Hooks) -> None:
    auditor.open("/demo/hooks")
    assert "No webhooks yet" in auditor.words
    assert "Only admins can change webhooks" in auditor.words
    assert not auditor.page.find("a", string=lambda text: text and "New webhook" in text)
    auditor.open("/demo/hooks?q=nowhere")
    assert "No webhook matches" in auditor.words
    hooks.fault("status", method="GET", path="/hooks", status=500, times=9)
    auditor.open("/demo/hooks?q=nowhere")
    assert auditor.status == 503
    assert "Postpay does not answer" in auditor.words
    adam.open("/demo/hooks")
    assert "New webhook" in adam.words


def test_rows_that_do_not_fit_the_question_are_said_so(auditor: Browser, hooks: Hooks) -> None:
    hooks.make()
    body = hooks.direct.get(hooks.address, timeout=10).text
    hooks.fault("malformed", method="GET", path="/hooks", body=body, times=1)
    auditor.open("/demo/hooks?active=no")
    assert "does not fit the question" in auditor.words
    assert "Showing" not in auditor.words


def test_what_is_not_finished_is_named_above_the_list(adam: Browser, app: Flask, hooks: Hooks) -> None:
    hooks.fault("drop_before", path="=/hooks")
    create(adam, "https://new.example.com/")
    adam.open("/demo/hooks")
    assert "Not known yet whether the webhook was created" in adam.words
    assert "new.example.com" in adam.words
    hook = hooks.make("https://other.example.com/")
    hooks.fault("drop_before", method="PATCH", path="/hooks")
    adam.open(f"/demo/hooks/{hook}/pause")
    adam.submit("Pause it now")
    adam.open("/demo/hooks")
    assert "Change not known yet" in adam.words


def test_two_active_ones_at_an_address_are_pointed_out(auditor: Browser, hooks: Hooks) -> None:
    hooks.make("https://shop.example.com/in")
    hooks.make("https://shop.example.com/in", events=("order",))
    auditor.open("/demo/hooks")
    assert "Two active webhooks lead to the same address" in auditor.words
