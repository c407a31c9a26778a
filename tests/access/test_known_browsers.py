"""Strangers who guess lock strangers out: not a person's own browser, and not who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE
from tests.people import let_in

from .records import Records

ALICE, ADAM = PEOPLE["agent"][0], PEOPLE["admin"][0]
SignIn = Callable[[str], Browser]
COOKIE = "__Host-browser"


def attempt(browser: Browser, password: str = PASSWORD, email: str = ALICE) -> int:
    browser.open("/sign-in?next=/you/sessions")
    browser.submit("Sign in", email=email, password=password)
    return browser.status


def fail(browser: Browser, times: int = 10, email: str = ALICE) -> None:
    for number in range(times):
        assert attempt(browser, f"guess {number}", email) == 422


@pytest.fixture
def known(sign_in: SignIn) -> Browser:
    """Alice has signed in here before."""
    browser = sign_in("agent")
    browser.submit("Sign out")
    return browser


def test_strangers_do_not_lock_the_owner_out_of_their_browser(known: Browser, app: Flask, records: Records) -> None:
    fail(Browser(app))
    assert attempt(known) == 200
    assert attempt(Browser(app)) == 422, "what strangers tried stays locked for strangers"
    assert len([news for news in records.news() if "locked" in news]) == 2


def test_a_known_browser_is_locked_by_itself(known: Browser, app: Flask, records: Records) -> None:
    fail(known)
    assert attempt(known) == 422
    assert attempt(Browser(app)) == 200
    assert "auth.login.locked denied wrong password, now locked" in records.news()


def test_the_browser_of_somebody_else_is_a_stranger(app: Flask, sign_in: SignIn) -> None:
    adams = sign_in("admin")
    adams.submit("Sign out")
    fail(adams)
    assert attempt(Browser(app)) == 422, "counted with everybody's"
    assert attempt(adams, email=ADAM) == 200


def test_two_people_share_a_browser(known: Browser, app: Flask) -> None:
    assert attempt(known, email=ADAM) == 200
    known.submit("Sign out")
    fail(Browser(app))
    assert attempt(known) == 200


@pytest.mark.parametrize("value", ["", "x", "W10.x.y", "bnVsbA.aR6Vsg.AAAA"])
def test_a_made_up_cookie_makes_no_browser_known(known: Browser, app: Flask, value: str) -> None:
    known.client.set_cookie(COOKIE, value)
    fail(Browser(app))
    assert attempt(known) == 422


def test_a_browser_is_known_for_ninety_days(clock: time_machine.Traveller, known: Browser, app: Flask) -> None:
    clock.shift(timedelta(days=91))
    fail(Browser(app))
    assert attempt(known) == 422


def test_the_cookie_lets_nobody_in_and_names_nobody(known: Browser) -> None:
    cookie = known.client.get_cookie(COOKIE)
    assert cookie is not None
    assert (cookie.secure, cookie.http_only, cookie.same_site, cookie.path) == (True, True, "Lax", "/")
    assert "alice" not in cookie.value.lower()
    known.open("/you/sessions")
    assert known.heading == "Sign in"


def test_strangers_keep_nobody_from_proving_who_they_are(app: Flask, records: Records) -> None:
    """Else anybody who knows an admin's address keeps them from replacing a secret that has leaked."""
    adam = let_in(app, ADAM)
    fail(Browser(app), email=ADAM)
    adam.open("/you/confirm?next=/you/sessions")
    adam.submit("Continue", password=PASSWORD)
    assert adam.heading == "Your sessions"


@pytest.mark.parametrize(("path", "button"), [("/you/confirm", "Continue"), ("/you/password", "Change password")])
def test_proofs_are_counted_by_themselves(app: Flask, records: Records, path: str, button: str) -> None:
    adam = let_in(app, ADAM)
    new = "a quiet lamp beside the river"
    for _ in range(10):
        adam.open(path)
        adam.submit(button, password="wrong", current="wrong", new=new, again=new)
        assert "This is not your password." in adam.words
    adam.submit(button, password=PASSWORD, current=PASSWORD, new=new, again=new)
    assert "Too many wrong passwords." in adam.words
    assert attempt(Browser(app), email=ADAM) == 200


def test_an_admin_takes_every_lock_off(known: Browser, app: Flask) -> None:
    fail(known)
    fail(Browser(app))
    assert app.test_cli_runner().invoke(args=["unlock-user", ALICE]).exit_code == 0
    assert attempt(known) == 200
    assert attempt(Browser(app)) == 200
