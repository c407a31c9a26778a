"""One's own page, and what one is told after signing in."""

from __future__ import annotations

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE

from .records import Records

ALICE = PEOPLE["agent"][0]


def sign_in(browser: Browser, password: str = PASSWORD) -> None:
    browser.open("/sign-in?next=/you")
    browser.submit("Sign in", email=ALICE, password=password)


def test_who_one_is_and_what_one_may(stranger: Browser) -> None:
    sign_in(stranger)
    assert stranger.heading == "Your account"
    assert f"E-mail {ALICE} Roles Support agent" in stranger.words


def test_a_name_is_changed_with_before_and_after(stranger: Browser, records: Records) -> None:
    sign_in(stranger)
    records.news()
    stranger.submit("Save the name", name="  Alice   Adams ")
    assert "Your name is saved." in stranger.words
    assert records.user(ALICE)["name"] == "Alice Adams"
    (entry,) = records.new_entries()
    assert (entry["event"], entry["before"], entry["after"]) == (
        "user.renamed", '{"name":"Alice Agent"}', '{"name":"Alice Adams"}',
    )  # fmt: skip
    stranger.submit("Save the name")
    assert records.news() == [], "the same name is no change"
    for wrong in ("", "x" * 121, "\u200b"):
        stranger.submit("Save the name", name=wrong)
        assert stranger.status == 422
    assert records.user(ALICE)["name"] == "Alice Adams"


def test_the_last_sign_in_is_told(stranger: Browser) -> None:
    sign_in(stranger)
    assert "Last sign-in" not in stranger.words
    stranger.submit("Sign out")
    sign_in(stranger)
    assert "Last sign-in: " in stranger.words
    assert "failed" not in stranger.words
    stranger.open("/you")
    assert "Last sign-in" not in stranger.words, "told once"


def test_what_failed_since_is_told(stranger: Browser) -> None:
    sign_in(stranger)
    stranger.submit("Sign out")
    for _ in range(2):
        sign_in(stranger, "wrong")
    sign_in(stranger)
    assert "Since then 2 sign-ins with your address have failed. If that was not you, tell an admin." in stranger.words
