"""The commands about people: what an operator types, and what the audit log tells of it."""

from __future__ import annotations

import getpass

import pytest
from click.testing import Result
from flask import Flask

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE

from .records import Records

ALICE, ADAM = PEOPLE["agent"][0], PEOPLE["admin"][0]
GOOD = "a quiet lamp beside the river"


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


class Desk:
    """`flask --app webapp …`"""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def __call__(self, *words: str, given: str = GOOD) -> Result:
        return self.app.test_cli_runner().invoke(args=list(words), input=given + "\n")


def create(desk: Desk, email: str = "new@shop.example", given: str = GOOD, **options: str) -> Result:
    named = {"name": "Nadia New", "role": "agent", **options}
    words = [word for name, value in named.items() for word in (f"--{name}", value)]
    return desk("create-user", email, *words, "--password-stdin", "--no-must-change", given=given)


def test_somebody_new_can_sign_in(desk: Desk, stranger: Browser, records: Records) -> None:
    result = create(desk, "  New@Shop.Example ")
    assert result.exit_code == 0
    (entry,) = records.new_entries()
    assert (entry["event"], entry["actor_label"]) == ("user.created", f"cli:{getpass.getuser()}")
    assert records.facts(entry) == {"name": "Nadia New", "role": "agent", "active": True}
    assert GOOD not in result.output + str(dict(entry))
    stranger.open("/sign-in?next=/you/sessions")
    stranger.submit("Sign in", email="new@shop.example", password=GOOD)
    assert "Nadia New" in stranger.words


@pytest.mark.parametrize(
    ("email", "options", "given", "told"),
    [
        (ALICE, {}, GOOD, "exists already"),
        (ALICE.upper(), {}, GOOD, "exists already"),
        ("not an address", {}, GOOD, "not an e-mail address:"),
        ("new@shop.example", {"role": "king"}, GOOD, "'king' is not one of"),
        ("new@shop.example", {"name": "  "}, GOOD, "The name needs"),
        ("new@shop.example", {}, "password12345", "one of the most common passwords"),
        ("new@shop.example", {}, "", "Use at least 12 characters"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_stored(
    desk: Desk, records: Records, email: str, options: dict[str, str], given: str, told: str
) -> None:
    result = create(desk, email, given, **options)
    assert result.exit_code != 0
    assert told in result.output
    assert records.news() == []


@pytest.mark.requirement("R30")
def test_an_initial_password_must_be_changed(desk: Desk, stranger: Browser) -> None:
    desk("create-user", "n@shop.example", "--name", "N", "--role", "viewer", "--password-stdin")
    stranger.open("/sign-in?next=/you/sessions")
    stranger.submit("Sign in", email="n@shop.example", password=GOOD)
    assert stranger.heading == "Change password"


def test_a_role_is_changed_with_before_and_after(desk: Desk, records: Records) -> None:
    assert desk("set-role", ALICE, "finance").exit_code == 0
    (entry,) = records.new_entries()
    assert (entry["event"], entry["before"], entry["after"]) == (
        "user.role_changed",
        '{"role":"agent"}',
        '{"role":"finance"}',
    )
    assert desk("set-role", ALICE, "finance").exit_code == 1


def test_the_last_admin_stays(desk: Desk, records: Records) -> None:
    for words in (("set-role", ADAM, "agent"), ("disable-user", ADAM)):
        result = desk(*words)
        assert result.exit_code == 1
        assert "last admin" in result.output
    assert records.news() == []
    create(desk, role="admin")
    assert desk("disable-user", ADAM).exit_code == 0


def test_somebody_is_sent_away_and_let_in_again(desk: Desk, stranger: Browser, records: Records) -> None:
    assert desk("disable-user", ALICE).exit_code == 0
    assert desk("disable-user", ALICE).exit_code == 1
    assert desk("enable-user", ALICE).exit_code == 0
    assert desk("enable-user", ALICE).exit_code == 1
    assert records.news() == ["user.disabled ok", "user.enabled ok"]
    stranger.open("/sign-in?next=/you/sessions")
    stranger.submit("Sign in", email=ALICE, password=PASSWORD)
    assert stranger.heading == "Your sessions"


def test_a_reset_takes_off_the_lock_and_asks_for_an_own_password(
    desk: Desk, stranger: Browser, records: Records
) -> None:
    lock_out(stranger)
    assert desk("reset-password", ALICE, "--password-stdin").exit_code == 0
    assert records.news()[-1] == "user.password_reset ok"
    stranger.open("/sign-in?next=/you/sessions")
    stranger.submit("Sign in", email=ALICE, password=GOOD)
    assert stranger.heading == "Change password"


def test_a_lock_is_taken_off(desk: Desk, stranger: Browser, records: Records) -> None:
    lock_out(stranger)
    assert desk("unlock-user", ALICE).exit_code == 0
    assert records.news()[-1] == "user.unlocked ok"
    stranger.open("/sign-in?next=/you/sessions")
    stranger.submit("Sign in", email=ALICE, password=PASSWORD)
    assert stranger.heading == "Your sessions"
    assert desk("unlock-user", ALICE).exit_code == 1


def lock_out(browser: Browser) -> None:
    browser.open("/sign-in")
    for _ in range(10):
        browser.submit("Sign in", email=ALICE, password="wrong")


def test_sessions_are_ended(desk: Desk, alice: Browser, records: Records) -> None:
    assert "1 session ended" in desk("end-sessions", ALICE).output
    (entry,) = [entry for entry in records.new_entries() if entry["event"] == "auth.session.ended"]
    assert entry["actor_label"] == f"cli:{getpass.getuser()}"
    assert "0 sessions ended" in desk("end-sessions", ALICE).output


def test_everybody_is_listed(desk: Desk) -> None:
    desk("disable-user", ALICE)
    lines = desk("list-users").output.splitlines()
    assert len([line for line in lines if "@example.test" in line]) == len(PEOPLE)
    (alice,) = [line for line in lines if line.startswith(ALICE)]
    assert "disabled" in alice


@pytest.mark.parametrize("command", ["disable-user", "enable-user", "unlock-user", "end-sessions", "reset-password"])
def test_nobody_by_that_name(desk: Desk, command: str) -> None:
    options = ["--password-stdin"] if command == "reset-password" else []
    result = desk(command, "nobody@shop.example", *options)
    assert result.exit_code == 1
    assert "There is nobody with this e-mail address" in result.output
