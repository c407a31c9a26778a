"""An authenticator app as second factor (R26): set up, asked for after the password, each code once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from tests.access.records import Records
from tests.browser import Browser, form_values
from tests.conftest import PASSWORD, PEOPLE

from .factors import APP_PAGE, code_of, give_password, seed_of, seed_on, set_up_app, shown

ALICE = PEOPLE["agent"][0]
PERIOD = timedelta(seconds=30)


@pytest.fixture
def codes(alice: Browser, records: Records) -> list[str]:
    """Alice has an app; her recovery codes."""
    found = set_up_app(alice)
    records.news()
    return found


def test_it_is_set_up_with_a_picture_and_a_text(alice: Browser, records: Records) -> None:
    records.news()
    codes = set_up_app(alice)
    assert (alice.heading, len(codes), len(set(codes))) == ("Your recovery codes", 10, 10)
    assert [news.split()[0] for news in records.news()] == ["auth.factor.added"]
    alice.follow("I have kept them")
    assert "10 codes are left." in alice.words
    assert not any(code in alice.words for code in codes), "they are shown once"


def test_forms_of_the_page_that_shows_the_codes_work(alice: Browser) -> None:
    """It is drawn in the request that gave the session a new token."""
    set_up_app(alice)
    alice.submit("Sign out")
    assert alice.heading == "Sign in"


def test_the_picture_stands_in_the_page_and_needs_no_style(alice: Browser) -> None:
    alice.open(APP_PAGE)
    (picture,) = alice.page.select(".qr-frame svg")
    assert not picture.select("[style], style, script, image")


def test_a_wrong_code_keeps_the_seed_that_was_scanned(alice: Browser, records: Records) -> None:
    set_up_app(alice, code="000000")
    assert (alice.status, "This code is not right." in alice.words) == (422, True)
    seed = alice.page.select_one("p.secret code").get_text()  # type: ignore[union-attr]
    alice.submit("Set up this app", code="")
    assert alice.page.select_one("p.secret code").get_text() == seed  # type: ignore[union-attr]
    assert records.user(ALICE)["totp_seed_sealed"] is None


def test_the_same_form_once_more_does_nothing_more(alice: Browser, records: Records) -> None:
    alice.open(APP_PAGE)
    fields, code = form_values(alice.form("Set up this app")), shown(seed_on(alice))
    alice.submit("Set up this app", code=code)
    records.news()
    sealed = records.user(ALICE)["totp_seed_sealed"]
    token = alice.open("/you").find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    alice.send(APP_PAGE, {**fields, "code": code, "csrf_token": token})
    assert (alice.status, records.news(), records.user(ALICE)["totp_seed_sealed"]) == (303, [], sealed)


@pytest.mark.requirement("R26")
def test_the_password_alone_reaches_nothing(app: Flask, codes: list[str], stranger: Browser, records: Records) -> None:
    give_password(stranger, "agent")
    assert (stranger.heading, stranger.status) == ("Second factor", 200)
    assert records.news() == ["auth.login.half ok"]
    for address in ("/you/sessions", "/you", "/demo/orders", "/audit"):
        assert stranger.client.get(address).status_code == 302
    stranger.open("/sign-in/second-step")
    stranger.submit("Sign in", code=code_of(app, records, ALICE, steps=1))
    assert [news.split()[0] for news in records.news()] == ["auth.login.succeeded"]
    assert stranger.client.get("/you/sessions").status_code == 200


@pytest.mark.requirement("R31")
def test_the_session_begins_with_the_second_step(
    app: Flask, codes: list[str], stranger: Browser, records: Records
) -> None:
    give_password(stranger, "agent")
    before = len(records.sessions())
    stranger.submit("Sign in", code=code_of(app, records, ALICE, steps=1))
    assert (stranger.heading, len(records.sessions())) == ("Your sessions", before + 1)


@pytest.mark.requirement("R26")
def test_a_code_is_good_once(app: Flask, codes: list[str], records: Records) -> None:
    code = code_of(app, records, ALICE, steps=1)
    for outcome in ("Your sessions", "Second factor"):
        browser = Browser(app)
        give_password(browser, "agent")
        browser.submit("Sign in", code=code)
        assert browser.heading == outcome
    assert "This code was used already." in browser.words
    assert records.news()[-1] == "auth.factor.failed denied code used before"


@pytest.mark.requirement("R26")
def test_a_phone_may_be_a_period_early_or_late(
    clock: time_machine.Traveller, app: Flask, alice: Browser, records: Records
) -> None:
    set_up_app(alice)
    clock.shift(10 * PERIOD)
    good = []
    for steps in (-2, 2, -1, 0, 1):
        browser = Browser(app)
        give_password(browser, "agent")
        browser.submit("Sign in", code=code_of(app, records, ALICE, steps=steps))
        good += [steps] if browser.heading == "Your sessions" else []
    assert good == [-1, 0, 1]


def test_digits_are_taken_as_they_are_typed(
    app: Flask, codes: list[str], stranger: Browser, records: Records
) -> None:
    give_password(stranger, "agent")
    code = code_of(app, records, ALICE, steps=1)
    stranger.submit("Sign in", code=f" {code[:3]} {code[3:]}".translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))
    assert stranger.heading == "Your sessions"


def test_what_is_no_digit_is_wrong_wherever_it_is_typed(alice: Browser, codes: list[str], stranger: Browser) -> None:
    give_password(stranger, "agent")
    for typed in ("\u0315" * 6, "12345é", "²" * 6, "a" * 16, "\0", "9" * 200):
        stranger.submit("Sign in", code=typed)
        assert (stranger.status, stranger.heading) == (422, "Second factor"), typed
        set_up_app(alice, code=typed)
        assert (alice.status, alice.heading) == (422, "Set up an authenticator app"), typed


@pytest.mark.requirement("R27")
def test_a_recovery_code_is_good_once(app: Flask, codes: list[str], records: Records) -> None:
    assert not records.rows("SELECT 1 FROM recovery_code WHERE code_hash = :code", code=codes[0])
    for outcome in ("Your sessions", "Second factor"):
        browser = Browser(app)
        give_password(browser, "agent")
        browser.submit("Sign in", code=codes[0])
        assert browser.heading == outcome
    assert len(records.rows("SELECT 1 FROM recovery_code")) == 9


@pytest.mark.requirement("R27")
def test_new_recovery_codes_take_the_place_of_those_before(
    alice: Browser, codes: list[str], stranger: Browser, records: Records
) -> None:
    alice.open("/you/second-factor")
    alice.submit("Make ten new ones")
    assert records.news() == ["auth.recovery_codes_made ok"]
    give_password(stranger, "agent")
    stranger.submit("Sign in", code=codes[0])
    assert "This code is not right." in stranger.words


@pytest.mark.requirement("R28")
def test_ten_wrong_codes_lock_the_second_step_and_not_the_password(
    app: Flask, codes: list[str], records: Records
) -> None:
    browser = Browser(app)
    give_password(browser, "agent")
    for _ in range(10):
        browser.submit("Sign in", code="123456" if code_of(app, records, ALICE) != "123456" else "654321")
    browser.submit("Sign in", code=code_of(app, records, ALICE, steps=1))
    assert "Too many wrong codes." in browser.words
    assert [news.split()[0] for news in records.news()] == [
        "auth.login.half", *["auth.factor.failed"] * 9, *["auth.factor.locked"] * 2
    ]  # fmt: skip
    give_password(browser, "agent")
    assert browser.heading == "Second factor", "passwords are counted apart"
    browser.submit("Sign in", code=codes[0])
    assert "Too many wrong codes." in browser.words


def test_the_lock_ends_after_half_an_hour(
    clock: time_machine.Traveller, app: Flask, alice: Browser, stranger: Browser, records: Records
) -> None:
    set_up_app(alice)
    give_password(stranger, "agent")
    for _ in range(10):
        stranger.submit("Sign in", code="1")
    clock.shift(timedelta(minutes=31))
    give_password(stranger, "agent")
    stranger.submit("Sign in", code=code_of(app, records, ALICE))
    assert stranger.heading == "Your sessions"


def test_the_first_step_is_good_for_ten_minutes(
    clock: time_machine.Traveller, app: Flask, alice: Browser, stranger: Browser, records: Records
) -> None:
    set_up_app(alice)
    give_password(stranger, "agent")
    clock.shift(timedelta(minutes=11))
    stranger.submit("Sign in", code=code_of(app, records, ALICE))
    assert (stranger.heading, "took too long" in stranger.words) == ("Sign in", True)


def test_another_password_ends_what_is_half_open(
    app: Flask, codes: list[str], stranger: Browser, records: Records
) -> None:
    give_password(stranger, "agent")
    records.change('UPDATE "user" SET password_changed = :now', now="2031-01-01 00:00:00")
    stranger.submit("Sign in", code=code_of(app, records, ALICE, steps=1))
    assert stranger.heading == "Sign in"


def test_a_change_ends_the_other_sessions(
    app: Flask, alice: Browser, codes: list[str], records: Records
) -> None:
    other = Browser(app)
    give_password(other, "agent")
    other.submit("Sign in", code=codes[0])
    records.news()
    alice.open("/you/second-factor/app/remove")
    assert other.client.get("/you").status_code == 200
    assert "This is your only second factor" in alice.words
    alice.submit("Remove it now")
    assert "The authenticator app is removed." in alice.words
    assert [news.split(" ", 1)[0] for news in records.news()] == ["auth.session.ended", "auth.factor.removed"]
    assert other.client.get("/you").status_code == 302
    assert not records.rows("SELECT 1 FROM recovery_code"), "they are no factor by themselves"


@pytest.mark.requirement("R53")
def test_no_seed_and_no_code_is_written_down(
    app: Flask, alice: Browser, codes: list[str], stranger: Browser, records: Records, capfd: pytest.CaptureFixture[str]
) -> None:
    code = code_of(app, records, ALICE, steps=1)
    give_password(stranger, "agent")
    stranger.submit("Sign in", code="987654")
    stranger.submit("Sign in", code=codes[3])
    alice.open("/you/second-factor")
    seed = seed_of(app, records, ALICE)
    told = "".join(str(dict(row)) for row in records.rows("SELECT * FROM audit_entry")) + "".join(capfd.readouterr())
    for table in ("user", "recovery_code", "staff_session", "sign_in_throttle", "used_once"):
        told += "".join(str(dict(row)) for row in records.rows(f'SELECT * FROM "{table}"'))
    for secret in (seed, code, "987654", *codes, *(one.replace(" ", "") for one in codes)):
        assert secret not in told
    assert PASSWORD not in told
