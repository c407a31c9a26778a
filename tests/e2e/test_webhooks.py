"""Webhooks in a real browser: no fault on any page of theirs, and a rotation that watches by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.webhooks.at_provider import Hooks
from webapp.emulators.postpay.server import Sandbox
from webapp.providers.postpay.signature import sign

from .eyes import DESKTOP, PHONE, Eyes

pytestmark = pytest.mark.browser


@pytest.fixture
def hooks(sandbox: Sandbox) -> Hooks:
    return Hooks(sandbox.base_url)


def test_no_page_about_one_webhook_has_a_fault(eyes: Callable[..., Eyes], hooks: Hooks) -> None:
    hook_id = hooks.make("https://shop.example.com/a/very/long/address/that/goes/on/and/on?and=on&for=ever")
    adam = eyes(viewport=PHONE, dark=True)
    adam.sign_in("admin")
    for what in ("", "/edit", "/pause", "/secret", "/delete", "/rotate"):
        adam.open(f"/demo/hooks/{hook_id}{what}")
        adam.check()
    adam.open(f"/demo/hooks/{hook_id}/secret")
    adam.press("Show the new secret")
    adam.check()
    adam.page.get_by_text("I have kept it").click()
    adam.sees("The shop must know it first")
    adam.check()
    adam.open(f"/demo/hooks/{hook_id}/rotate")
    adam.press("Make the second webhook")
    adam.sees("Step 2")
    adam.page.get_by_text("Python").first.click()
    adam.check()
    adam.press("Show the secret, once")
    adam.page.get_by_text("I have kept it").click()
    adam.press("The shop has both")
    adam.sees("Step 3")
    adam.check()
    adam.page.get_by_label("I know by other means").check()
    adam.press("Pause the old webhook without")
    adam.sees("Step 5: the old webhook is paused, and nothing was delivered")
    adam.check()
    answer_from_now_on(hooks, new_of(hooks, hook_id), 401)
    adam.open("/demo/hooks/rotations/1")
    adam.sees("Step 5: the new webhook does not get through")
    adam.check()
    adam.open("/demo/hooks")
    adam.check()


def new_of(hooks: Hooks, hook_id: str) -> str:
    return str(next(hook["id"] for hook in hooks.all() if hook["id"] != hook_id))


def answer_from_now_on(hooks: Hooks, hook_id: str, code: int) -> None:
    """The shop's answers to a webhook, as the provider tells them."""
    hooks.heal()
    status = "success" if code < 300 else "failure"
    hooks.answer(f"/hooks/{hook_id}", {**(hooks.one(hook_id) or {}), "last_response": {"code": code, "status": status}})


def test_nothing_that_the_bench_says_has_a_fault(eyes: Callable[..., Eyes]) -> None:
    farah = eyes(viewport=PHONE, dark=True)
    farah.sign_in("finance")
    said = {"one": "It does not match, and here is why", "one•••": "It does not match, and the cause was not found"}
    for secret, words in said.items():
        farah.open("/demo/deliveries/bench")
        farah.page.get_by_label("Headers").fill(sign(b"{}", "one", at=1_790_000_000))
        farah.page.get_by_label("Body", exact=True).fill("{ }")
        farah.page.get_by_label("Secret").fill(secret)
        farah.press("Try the signature")
        farah.sees(words)
        farah.check()


def test_no_page_about_something_unfinished_has_a_fault(eyes: Callable[..., Eyes], hooks: Hooks) -> None:
    busy = hooks.make("https://busy.example.com/in")
    adam = eyes(viewport=DESKTOP)
    adam.sign_in("admin")
    hooks.fault("drop_before", method="PATCH", path="/hooks/")
    adam.open(f"/demo/hooks/{busy}/pause")
    adam.press("Pause it now")
    adam.sees("Not known yet whether the webhook was paused")
    for address in ("", f"/{busy}", f"/{busy}/delete", "/changes/1", "/changes/1/close"):
        adam.open(f"/demo/hooks{address}")
        adam.check()


def test_a_secret_is_copied_and_the_wizard_notices_the_first_delivery_by_itself(
    eyes: Callable[..., Eyes], hooks: Hooks
) -> None:
    hook_id = hooks.make()
    adam = eyes()
    adam.context.grant_permissions(["clipboard-read", "clipboard-write"])
    adam.sign_in("admin")
    adam.open(f"/demo/hooks/{hook_id}/rotate")
    adam.press("Make the second webhook")
    adam.press("Show the secret, once")
    secret = adam.page.inner_text(".secret code")
    adam.page.get_by_role("button", name="Copy the secret").click()
    assert adam.page.evaluate("navigator.clipboard.readText()") == secret
    adam.check()
    adam.page.get_by_text("I have kept it").click()
    adam.press("The shop has both")
    adam.sees("Step 3")
    new = new_of(hooks, hook_id)
    adam.page.get_by_role("button", name="Take everything back").focus()
    answer_from_now_on(hooks, new, 401)
    adam.sees("Step 3: the shop does not take deliveries with the new secret")
    assert adam.page.evaluate("document.activeElement.id") == "act-undo", "who stood on a button stands there still"
    answer_from_now_on(hooks, new, 200)
    adam.sees("Step 4: the shop takes deliveries with the new secret")
    assert "The old one paused" in adam.page.inner_text("#steps [aria-current=step]")
