"""An admin, or a command, takes the second factor off somebody who has lost it."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.access.records import Records
from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE
from tests.people import let_in

from .factors import give_password, set_up_app

ALICE, ADAM = PEOPLE["agent"][0], PEOPLE["admin"][0]


@pytest.fixture
def alice_has_one(app: Flask) -> Browser:
    alice = let_in(app, ALICE)
    set_up_app(alice)
    return alice


def test_an_admin_resets_it_and_other_admins_are_told(app: Flask, alice_has_one: Browser, records: Records) -> None:
    words = ["create-user", "eve@example.test", "--name", "Eve", "--role", "admin", "--no-must-change"]
    app.test_cli_runner().invoke(args=[*words, "--password-stdin"], input=PASSWORD + "\n")
    adam, eve, page = let_in(app, ADAM), let_in(app, "eve@example.test"), f"/people/{records.user(ALICE)['id']}"
    records.news()
    adam.open(page)
    adam.submit("Reset the second factor")
    assert "The second factor of Alice Agent is reset" in adam.words
    assert records.news() == ["auth.session.ended ok second factor changed", "user.factors_reset ok"]
    assert alice_has_one.client.get("/you").status_code == 302
    assert "Your second factor was changed, so you were signed out." in alice_has_one.open("/sign-in").get_text()
    assert not records.rows("SELECT 1 FROM recovery_code")
    eve.open("/people")
    assert "Adam Admin reset the second factor of Alice Agent" in eve.words
    adam.open(page)
    assert "Reset the second factor" not in adam.words
    again = Browser(app)
    give_password(again, "agent")
    assert again.heading == "Your sessions"


def test_what_is_half_open_ends_with_it(app: Flask, alice_has_one: Browser, stranger: Browser) -> None:
    give_password(stranger, "agent")
    assert app.test_cli_runner().invoke(args=["reset-second-factor", ALICE]).exit_code == 0
    stranger.submit("Sign in", code="123456")
    assert stranger.heading == "Second factor"
    assert "This code is not right." in stranger.words


def test_nobody_resets_their_own(app: Flask, records: Records) -> None:
    adam = let_in(app, ADAM)
    set_up_app(adam)
    adam.open(f"/people/{records.user(ADAM)['id']}")
    assert "Reset the second factor" not in adam.words
    token = adam.open("/you").find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    adam.send(f"/people/{records.user(ADAM)['id']}/reset-second-factor", {"csrf_token": token})
    assert records.user(ADAM)["totp_seed_sealed"]


def test_the_command_is_for_the_last_admin(app: Flask, records: Records) -> None:
    adam = let_in(app, ADAM)
    set_up_app(adam)
    runner = app.test_cli_runner()
    done = runner.invoke(args=["reset-second-factor", ADAM])
    assert (done.exit_code, done.output) == (0, f"{ADAM} has no second factor any more, and is signed out.\n")
    assert records.news()[-1] == "user.factors_reset ok"
    again = runner.invoke(args=["reset-second-factor", ADAM])
    assert (again.exit_code, "They have no second factor." in again.output) == (1, True)


@pytest.mark.requirement("R27")
def test_a_new_password_bypasses_nothing(app: Flask, alice_has_one: Browser, stranger: Browser) -> None:
    """R27: whoever resets the password is asked for the second factor still."""
    new = "a quiet lamp beside the river"
    done = app.test_cli_runner().invoke(args=["reset-password", ALICE, "--password-stdin"], input=new + "\n")
    assert done.exit_code == 0
    stranger.open("/sign-in")
    stranger.submit("Sign in", email=ALICE, password=new)
    assert stranger.heading == "Second factor"
