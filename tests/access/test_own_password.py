"""Another password for oneself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE

from .records import Records

ALICE = PEOPLE["agent"][0]
BETTER = "a quiet lamp beside the river"


def change(browser: Browser, current: str = PASSWORD, new: str = BETTER, again: str | None = None) -> Browser:
    browser.open("/you/password")
    browser.submit("Change password", current=current, new=new, again=new if again is None else again)
    return browser


def test_it_ends_every_session_and_opens_a_new_one_here(
    app: Flask, sign_in: Callable[[str], Browser], alice: Browser, records: Records
) -> None:
    other, thief = sign_in("agent"), Browser(app)
    thief.client.set_cookie("__Host-desk", alice.client.get_cookie("__Host-desk").value)  # type: ignore[union-attr]
    records.news()
    assert "Your password is changed." in change(alice).words
    assert records.news() == ["auth.session.ended ok password changed"] * 2 + ["auth.password.changed ok"]
    assert alice.client.get("/you/sessions").status_code == 200
    assert [browser.client.get("/you/sessions").status_code for browser in (other, thief)] == [302, 302]
    alice.submit("Sign out")
    alice.open("/sign-in?next=/you/sessions")
    assert "Sign-in failed." in str(alice.submit("Sign in", email=ALICE, password=PASSWORD))
    alice.submit("Sign in", email=ALICE, password=BETTER)
    assert alice.heading == "Your sessions"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"current": "wrong"}, "This is not your password."),
        ({"current": ""}, "Type the password you have now."),
        ({"new": ""}, "Type the new password."),
        ({"again": "something else entirely"}, "This differs from the new password."),
        ({"new": "short"}, "Use at least 12 characters; 15 or more are better."),
        ({"new": PASSWORD}, "This is your current password."),
        ({"new": "password12345"}, "one of the most common passwords"),
        ({"new": "Alice.Agent.2026"}, "contains your name"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    alice: Browser, records: Records, fields: dict[str, str], told: str
) -> None:
    before = records.user(ALICE)["password_hash"]
    change(alice, **fields)
    assert alice.status == 422
    assert alice.words.count(told) == 2, "in the summary and at the field"
    assert records.user(ALICE)["password_hash"] == before
    assert all(typed not in alice.response.get_data(as_text=True) for typed in fields.values() if len(typed) > 5)


def test_guessing_the_password_here_locks_as_well(alice: Browser, records: Records) -> None:
    for _ in range(10):
        change(alice, current="wrong")
    assert "Too many wrong passwords." in change(alice).words
    assert [news.split()[:2] for news in records.news()] == [["auth.password.changed", "denied"]] * 11


def test_an_initial_password_gives_way_to_an_own_one(alice: Browser, records: Records) -> None:
    records.change('UPDATE "user" SET must_change_password = true')
    change(alice)
    assert alice.heading == "Your sessions"
    assert not records.user(ALICE)["must_change_password"]


@pytest.mark.parametrize(
    "password",
    [
        "x7" + "long enough to reach the seventy-third character and then some more" * 3,
        "nul \0 in the middle",
        "عصفور فوق الشجرة الخضراء",
        "🦜🌵🧭🎏🪁🧿🎈🪀🎐🧩🎲🪅",
        "  blanks at both ends  ",
        "é è ê ë in composed letters",
    ],
)
@pytest.mark.requirement("R24")
def test_any_characters_do(alice: Browser, password: str) -> None:
    assert "Your password is changed." in change(alice, new=password).words
    alice.submit("Sign out")
    alice.open("/sign-in?next=/you/sessions")
    for wrong in (password[:-1] + "#", password[:72], password.replace("\0", ""), password.strip()):
        if wrong != password:
            alice.submit("Sign in", email=ALICE, password=wrong)
            assert alice.status == 422, wrong
    alice.submit("Sign in", email=ALICE, password=password)
    assert alice.heading == "Your sessions"


def test_an_accent_typed_in_two_ways_is_one_letter(alice: Browser) -> None:
    change(alice, new="caf\u00e9 on the corner")
    alice.submit("Sign out")
    alice.open("/sign-in?next=/you/sessions")
    alice.submit("Sign in", email=ALICE, password="cafe\u0301 on the corner")
    assert alice.heading == "Your sessions"


def test_the_new_password_is_not_looked_at_before_the_current_one(alice: Browser) -> None:
    change(alice, current="wrong", new="short")
    assert "This is not your password." in alice.words
    assert "Use at least 12 characters" not in alice.words


def test_a_new_password_that_is_not_taken_is_no_wrong_guess(alice: Browser, records: Records) -> None:
    for _ in range(11):
        assert "Use at least 12 characters" in change(alice, new="short").words
    assert "Your password is changed." in change(alice).words
