"""A refund for two: asked for and approved in a browser, each page at both widths, light and dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.provider import Provider

from .eyes import DESKTOP, PHONE, Eyes

pytestmark = pytest.mark.browser


def look(someone: Eyes) -> None:
    """axe on the phone, the width on both, and the colours in the dark."""
    someone.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    someone.check_width()
    someone.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    someone.check()
    someone.check_in_the_dark()


def ask(alice: Eyes) -> None:
    alice.sign_in("agent")
    alice.open("/demo/orders/big/refund")
    alice.page.get_by_label("An amount").check()
    alice.page.fill("#amount", "1500")
    alice.page.select_option("#reason", "other")
    alice.page.fill("#note", "The customer was promised this by phone.")
    alice.press("Continue")
    alice.sees("This refund needs approval")
    look(alice)
    alice.press("Ask for approval")
    alice.sees("Not sent yet: waiting for approval")
    look(alice)
    alice.open("/demo/orders/big")
    look(alice)


@pytest.mark.timeout(180)
def test_asked_for_and_approved(eyes: Callable[..., Eyes], provider: Provider) -> None:
    provider.order("big", total=500_000)
    ask(eyes())
    farah = eyes()
    provider.refund_outside("big", 10_000)
    farah.sign_in("finance")
    farah.open("/demo/approvals")
    look(farah)
    farah.page.get_by_role("link", name="Look at it").click()
    farah.sees("The order has changed since this was asked for")
    look(farah)
    farah.press("Reject")
    farah.sees("Say why; whoever asked reads it.")
    look(farah)
    farah.press("Approve and refund")
    farah.sees("Approved by")
    look(farah)
    farah.open("/demo/approvals")
    look(farah)


@pytest.mark.timeout(120)
def test_limits_of_a_person(eyes: Callable[..., Eyes]) -> None:
    adam = eyes()
    adam.sign_in("admin")
    adam.open("/people/2")
    adam.page.get_by_text("Set lower limits").click()
    look(adam)
    adam.page.locator("#single").fill("250.00")
    adam.press("Change limits")
    adam.sees("AED 250.00 for one refund")
    look(adam)
