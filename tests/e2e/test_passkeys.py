"""Passkeys in a real Chromium with an authenticator of its own making: made, used, listed, removed (R22, R26)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from tests.conftest import PEOPLE
from webapp.core.extensions import db

from .eyes import DESKTOP, PHONE, Eyes

pytestmark = pytest.mark.browser
PAGE = "/you/second-factor"


@pytest.fixture
def alice(eyes: Callable[..., Eyes]) -> Eyes:
    """At the desk's name, as browsers take no passkey for a number."""
    someone = eyes()
    someone.address = someone.address.replace("127.0.0.1", "localhost")
    someone.sign_in("agent")
    return someone


@pytest.fixture(autouse=True)
def recognises(alice: Eyes) -> Callable[[bool], None]:
    """Gives her a device that opens by itself; from then on it knows that it is her, or not."""
    protocol = alice.context.new_cdp_session(alice.page)
    protocol.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    device = protocol.send("WebAuthn.addVirtualAuthenticator", {"options": kind})["authenticatorId"]

    def set_to(is_her: bool) -> None:
        protocol.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": is_her})

    return set_to


def make_passkey(someone: Eyes, name: str) -> None:
    someone.open(PAGE)
    someone.page.fill("input[name=name]", name)
    someone.press("Add a passkey")


def sign_out(someone: Eyes) -> None:
    someone.page.locator("details.dropdown summary").last.click()
    someone.press("Sign out")


def test_one_is_made_and_signs_in_with_and_without_the_password(alice: Eyes, app: Flask) -> None:
    make_passkey(alice, "Work laptop")
    alice.sees("Your recovery codes")
    alice.check()
    alice.page.get_by_role("link", name="I have kept them").click()
    alice.sees("Work laptop")
    alice.sees("not used yet")
    for width in (PHONE, DESKTOP):
        alice.page.set_viewport_size(width)  # type: ignore[arg-type]
        alice.check()

    sign_out(alice)
    alice.press("Sign in with a passkey")
    alice.page.wait_for_selector("body.signed-in")

    sign_out(alice)
    alice.page.fill("input[name=email]", PEOPLE["agent"][0])
    alice.page.fill("input[name=password]", "correct horse battery staple")
    alice.press("Sign in")
    alice.page.get_by_role("heading", name="Second factor").wait_for()
    alice.check()
    alice.press("Use a passkey")
    alice.page.wait_for_selector("body.signed-in")
    alice.open(PAGE)
    alice.sees("last used")
    assert told(app)[-1] == ("auth.login.succeeded", '{"factor":"passkey"}')


def test_it_proves_who_somebody_is_before_an_act(alice: Eyes, app: Flask) -> None:
    make_passkey(alice, "Phone")
    let_the_proof_age(app)
    alice.open("/you/second-factor/app")
    alice.sees("Confirm that it is you")
    alice.check()
    alice.press("Use a passkey")
    alice.sees("Scan this picture")
    alice.check()


def test_the_same_device_holds_one_and_another_name_is_told_so(alice: Eyes, app: Flask) -> None:
    make_passkey(alice, "Phone")
    alice.page.get_by_role("link", name="I have kept them").click()
    make_passkey(alice, "Phone again")
    alice.sees("This device holds a passkey of yours already.")
    let_the_proof_age(app)
    make_passkey(alice, "Phone again")
    alice.sees("Confirm that it is you")


def test_the_only_one_is_removed_with_a_warning(alice: Eyes, app: Flask) -> None:
    make_passkey(alice, "Phone")
    alice.page.get_by_role("link", name="I have kept them").click()
    alice.page.get_by_role("link", name="Remove Phone").click()
    alice.sees("This is your only second factor")
    alice.check()
    alice.press("Remove it now")
    alice.sees("The passkey is removed.")
    sign_out(alice)
    alice.press("Sign in with a passkey")
    alice.sees("Sign-in with the passkey failed.")
    assert told(app)[-1] == ("auth.login.failed", '{"cause":"passkey"}')


def test_whom_the_device_does_not_recognise_gets_no_further(alice: Eyes, recognises: Callable[[bool], None]) -> None:
    make_passkey(alice, "Phone")
    sign_out(alice)
    recognises(False)
    alice.press("Sign in with a passkey")
    alice.sees("The passkey was not used: it was cancelled, or took too long.")
    alice.check()


def test_an_address_that_is_a_number_says_where_to_go(eyes: Callable[..., Eyes]) -> None:
    someone = eyes()
    someone.sign_in("agent")
    someone.open(PAGE)
    someone.sees("Browsers take no passkey for an address that is a number.")
    assert someone.page.get_by_role("link", name="http://localhost").get_attribute("href").endswith(PAGE)  # type: ignore[union-attr]
    someone.check()
    someone.check_in_the_dark()


def told(app: Flask) -> list[tuple[str, str]]:
    with app.app_context(), db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT event, after FROM audit_entry ORDER BY seq"))]


def let_the_proof_age(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE staff_session SET confirmed = '2026-01-01 00:00:00'"))
