"""Guessing: ten failures lock an identity, many lock an address, and nothing forgets it but time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE, make_settings
from webapp import create_app
from webapp.access import passwords, throttle
from webapp.access.slots import Slots
from webapp.core.settings import Settings

from .conftest import NOWHERE
from .records import Records

ALICE = PEOPLE["agent"][0]
SENTENCE = "Sign-in failed. Check the e-mail address and the password."


def attempt(browser: Browser, email: str, password: str) -> Browser:
    browser.open("/sign-in?next=/you/sessions")
    browser.submit("Sign in", email=email, password=password)
    return browser


def fail(browser: Browser, times: int, email: str = ALICE) -> None:
    for number in range(times):
        attempt(browser, email, f"guess {number}")
        assert SENTENCE in browser.words


def test_nine_failures_are_forgiven_by_the_right_password(stranger: Browser, records: Records) -> None:
    fail(stranger, 9)
    assert attempt(stranger, ALICE, PASSWORD).heading == "Your sessions"
    stranger.submit("Sign out")
    fail(stranger, 9)
    assert attempt(stranger, ALICE, PASSWORD).heading == "Your sessions"


@pytest.mark.requirement("R28")
def test_after_ten_the_right_password_gets_the_same_answer(stranger: Browser, records: Records) -> None:
    fail(stranger, 10)
    attempt(stranger, ALICE, PASSWORD)
    assert stranger.status == 422
    assert SENTENCE in stranger.words
    news = records.news()
    assert news[:9] == ["auth.login.failed denied wrong password"] * 9
    assert news[9:] == ["auth.login.locked denied wrong password, now locked", "auth.login.locked denied locked"]


@pytest.mark.requirement("R28")
def test_the_lock_lasts_half_an_hour_and_more_tries_do_not_stretch_it(
    clock: time_machine.Traveller, stranger: Browser
) -> None:
    fail(stranger, 10)
    clock.shift(timedelta(minutes=29, seconds=59))
    assert SENTENCE in attempt(stranger, ALICE, PASSWORD).words
    clock.shift(timedelta(seconds=1))
    assert attempt(stranger, ALICE, PASSWORD).heading == "Your sessions"


def test_failures_spread_over_hours_do_not_lock(clock: time_machine.Traveller, stranger: Browser) -> None:
    for _ in range(4):
        fail(stranger, 5)
        clock.shift(timedelta(minutes=31))
    assert attempt(stranger, ALICE, PASSWORD).heading == "Your sessions"


def test_an_unknown_identity_is_locked_alike(stranger: Browser, records: Records) -> None:
    fail(stranger, 11, "nobody@example.test")
    assert [news.split()[0] for news in records.news()] == ["auth.login.failed"] * 9 + ["auth.login.locked"] * 2


def test_others_can_sign_in_from_the_same_place(stranger: Browser) -> None:
    fail(stranger, 10)
    assert attempt(stranger, PEOPLE["finance"][0], PASSWORD).heading == "Your sessions"


@pytest.mark.requirement("R28")
def test_a_restart_forgets_nothing(stranger: Browser, settings: Settings, tmp_path: Path) -> None:
    fail(stranger, 10)
    after = Browser(create_app(make_settings(NOWHERE, settings.database_url, tmp_path)))
    assert SENTENCE in attempt(after, ALICE, PASSWORD).words


def test_of_many_at_once_no_more_than_ten_are_tried(
    app: Flask, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "STRANGERS", Slots(1, waiting=8, patience=60))  # none gives up on a slow machine

    def guess(number: int) -> int:
        return attempt(Browser(app), ALICE, PASSWORD if number == 29 else f"guess {number}").status

    fail(Browser(app), 1)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(guess, range(29)))
    tried = [news for news in records.news() if "wrong password" in news]
    assert len(tried) == 10


def test_an_address_that_fails_too_often_has_to_wait(
    clock: time_machine.Traveller, stranger: Browser, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "MOST_PER_ADDRESS", 12)
    for number in range(12):
        attempt(stranger, f"person-{number}@example.test", "wrong")
    records.news()
    attempt(stranger, ALICE, PASSWORD)
    assert stranger.status == 429
    assert stranger.response.headers["Retry-After"] == "300"
    assert "Try again in 5 minutes." in stranger.words
    assert records.news() == []
    clock.shift(timedelta(minutes=4, seconds=30))
    assert "Try again in 1 minute." in attempt(stranger, ALICE, PASSWORD).words
    assert records.news() == ["auth.login.failed denied too many failures from this address"]
    clock.shift(timedelta(seconds=30))
    assert attempt(stranger, ALICE, PASSWORD).heading == "Your sessions"


def test_a_right_password_is_not_charged_to_the_address(stranger: Browser, records: Records) -> None:
    fail(stranger, 3)
    attempt(stranger, ALICE, PASSWORD)
    assert [row["failures"] for row in records.rows("SELECT failures FROM sign_in_throttle")] == [3]


def test_old_counters_are_swept_away(clock: time_machine.Traveller, stranger: Browser, records: Records) -> None:
    fail(stranger, 2, "one@example.test")
    fail(stranger, 2, "two@example.test")
    clock.shift(timedelta(hours=2))
    attempt(stranger, ALICE, "wrong")
    assert len(records.rows("SELECT * FROM sign_in_throttle")) == 2


@pytest.mark.requirement("R50")
def test_a_forged_address_of_a_proxy_is_not_believed(stranger: Browser, records: Records) -> None:
    stranger.open("/sign-in", headers={"X-Forwarded-For": "203.0.113.9"})
    fail(stranger, 1)
    assert {entry["ip"] for entry in records.new_entries()} == {"127.0.0.1"}
