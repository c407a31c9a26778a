"""One code and one recovery code, used by many at once, let one in (R26, R27); on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr

from tests.access.conftest import NOWHERE
from tests.access.records import Records
from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE, make_settings
from tests.people import hire, let_in
from webapp import create_app
from webapp.core.extensions import db

from .device import Device
from .factors import code_of, give_password, set_up_app

ALICE = PEOPLE["agent"][0]


@pytest.fixture
def app(engine_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(make_settings(NOWHERE, engine_url, tmp_path))
    with app.app_context():
        hire(app, {"agent": PEOPLE["agent"]}, PASSWORD)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.mark.requirement("R26")
def test_a_code_that_many_use_at_once_lets_one_in(app: Flask, records: Records) -> None:
    codes = set_up_app(let_in(app, ALICE))
    browsers = [Browser(app) for _ in range(4)]
    for browser in browsers:
        give_password(browser, "agent")

    def used_at_once(code: str) -> list[str]:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda browser: browser.submit("Sign in", code=code), browsers))
        return sorted(browser.heading for browser in browsers)

    records.news()
    assert used_at_once(code_of(app, records, ALICE, steps=1)) == [*["Second factor"] * 3, "Your sessions"]
    browsers = [browser for browser in browsers if browser.heading == "Second factor"]
    assert used_at_once(codes[0]) == [*["Second factor"] * 2, "Your sessions"]
    assert [news.split()[0] for news in records.news()].count("auth.login.succeeded") == 2


def test_an_answer_of_a_passkey_that_many_send_at_once_lets_one_in(app: Flask, records: Records) -> None:
    alice, device = let_in(app, ALICE), Device()
    asked = alice.client.get("/you/second-factor/passkeys/new").get_json()
    alice.open("/you/second-factor")
    alice.submit("Add a passkey", name="Phone", passkey=device.create(asked))
    browsers = [Browser(app) for _ in range(4)]
    for browser in browsers:
        browser.open("/sign-in?next=/you/sessions")
    answer = device.use(browsers[0].client.get("/sign-in/passkey").get_json())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda browser: browser.submit("Sign in with a passkey", passkey=answer), browsers))
    assert sorted(browser.heading for browser in browsers) == [*["Sign in"] * 3, "Your sessions"]
    [kept] = records.rows("SELECT sign_count, last_used FROM passkey")
    assert (kept["sign_count"], bool(kept["last_used"])) == (2, True)


def test_the_lock_outlives_a_restart_and_ends_with_unlocking(app: Flask, records: Records) -> None:
    set_up_app(let_in(app, ALICE))
    browser = Browser(app)
    give_password(browser, "agent")
    for _ in range(10):
        browser.submit("Sign in", code="1")
    again = create_app(app.extensions["settings"])
    late = Browser(again)
    give_password(late, "agent")
    late.submit("Sign in", code=code_of(app, records, ALICE, steps=1))
    assert "Too many wrong codes." in late.words
    assert again.test_cli_runner().invoke(args=["unlock-user", ALICE]).exit_code == 0
    late.submit("Sign in", code=code_of(app, records, ALICE, steps=1))
    assert late.heading == "Your sessions"
    with again.app_context():
        db.engine.dispose()


@pytest.mark.requirement("R53")
def test_a_seed_outlives_the_key_it_was_sealed_with(app: Flask, records: Records) -> None:
    """R53: rotated, the old key removed, the code still lets in."""
    set_up_app(let_in(app, ALICE))
    code, old = code_of(app, records, ALICE, steps=1), app.extensions["settings"]
    new = old.model_copy(update={"seal_key": SecretStr("00112233445566778899aabbccddeeff" * 2)})
    both = create_app(new.model_copy(update={"seal_old_keys": old.seal_key}))
    done = both.test_cli_runner().invoke(args=["rotate-keys"])
    assert (done.exit_code, done.output) == (0, "1 sealed with the present key, 0 could not be read\n")
    only_new = create_app(new)
    browser = Browser(only_new)
    give_password(browser, "agent")
    browser.submit("Sign in", code=code)
    assert browser.heading == "Your sessions"
    for one in (both, only_new):
        with one.app_context():
            db.engine.dispose()


def test_what_was_used_once_is_forgotten_when_nobody_would_take_it(app: Flask, records: Records) -> None:
    set_up_app(let_in(app, ALICE))
    for steps in (0, 1):
        browser = Browser(app)
        give_password(browser, "agent")
        records.change('UPDATE "user" SET totp_last_step = NULL')
        browser.submit("Sign in", code=code_of(app, records, ALICE, steps=steps))
        assert browser.heading == "Your sessions"
        assert len(records.rows("SELECT 1 FROM used_once")) == 1
        long_ago = datetime.now() - timedelta(days=2)
        records.change("UPDATE used_once SET expires = :then", then=f"{long_ago:%Y-%m-%d %H:%M:%S}+00")
