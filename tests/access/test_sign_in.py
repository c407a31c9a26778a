"""Signing in: by the form, with a new session, and with one sentence for all that can be wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from flask import Flask

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE
from webapp.access import passwords

from .records import Records

ALICE = PEOPLE["agent"][0]


def attempt(browser: Browser, email: str = ALICE, password: str = PASSWORD) -> Browser:
    browser.open("/sign-in?next=/you/sessions")
    browser.submit("Sign in", email=email, password=password)
    return browser


def test_it_leads_to_where_the_person_wanted_to_go(stranger: Browser, records: Records) -> None:
    stranger.open("/you/sessions")
    assert stranger.heading == "Sign in"
    stranger.submit("Sign in", email=ALICE, password=PASSWORD)
    assert stranger.address == "/you/sessions"
    assert records.news() == ["auth.login.succeeded ok"]


def test_it_knows_the_address_in_any_case_and_with_blanks(stranger: Browser) -> None:
    assert attempt(stranger, f"  {ALICE.upper()} ").heading == "Your sessions"


def test_it_shows_the_page_asked_for_when_somebody_is_signed_in_already(alice: Browser) -> None:
    alice.open("/sign-in?next=/you/password")
    assert alice.heading == "Change password"


@pytest.mark.parametrize(
    ("email", "password", "cause"),
    [
        (ALICE, "wrong", "wrong password"),
        (ALICE, PASSWORD + " ", "wrong password"),
        (ALICE, "", "wrong password"),
        ("nobody@example.test", PASSWORD, "unknown"),
        ("", "", "unknown"),
        ("x" * 5000, "y" * 5000, "unknown"),
        ("a\0b@example.test", "\0", "unknown"),
    ],
)
@pytest.mark.requirement("R29")
def test_whatever_is_wrong_gets_the_same_answer(
    stranger: Browser, records: Records, email: str, password: str, cause: str
) -> None:
    attempt(stranger, email, password)
    assert stranger.status == 422
    assert "Sign-in failed. Check the e-mail address and the password." in stranger.words
    assert stranger.page.title is not None
    assert stranger.page.title.get_text().startswith("Error:")
    assert records.news() == [f"auth.login.failed denied {cause}"]
    assert not records.sessions()


def test_a_disabled_person_gets_the_same_answer(stranger: Browser, records: Records) -> None:
    records.change('UPDATE "user" SET active = false WHERE email = :email', email=ALICE)
    assert "Sign-in failed." in attempt(stranger).words
    assert records.news() == ["auth.login.failed denied disabled"]


@pytest.mark.requirement("R29")
def test_every_attempt_verifies_exactly_one_password(
    stranger: Browser, monkeypatch: pytest.MonkeyPatch, records: Records
) -> None:
    verified: list[str] = []
    verify = passwords.verify_password
    monkeypatch.setattr(
        passwords, "verify_password", lambda stored, typed: verified.append(typed) or verify(stored, typed)
    )
    for email in (ALICE, "nobody@example.test", *["locked@example.test"] * 12):
        attempt(stranger, email, "wrong")
    assert len(verified) == 14


def test_of_an_unknown_identity_only_a_keyed_digest_is_kept(stranger: Browser, records: Records) -> None:
    typed = "my secret password by mistake"
    attempt(stranger, typed, "wrong")
    (entry,) = records.new_entries()
    digest = records.facts(entry)["name_digest"]
    assert len(digest) == 64
    assert digest != hashlib.sha256(typed.encode()).hexdigest()
    assert typed not in str(records.rows("SELECT * FROM sign_in_throttle")) + str(dict(entry))


@pytest.mark.requirement("R31")
def test_the_session_is_new_and_only_its_hash_is_stored(app: Flask, stranger: Browser, records: Records) -> None:
    stranger.open("/sign-in")
    before = stranger.client.get_cookie("__Host-desk")
    attempt(stranger)
    after = stranger.client.get_cookie("__Host-desk")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    with stranger.client.session_transaction() as cookie:
        token = cookie["_user_id"]
    (row,) = records.sessions()
    assert row["token_hash"] == hashlib.sha256(token.encode()).hexdigest()
    assert len(token) >= 43
    assert token not in str(dict(row))


def test_signing_in_again_ends_the_session_before(alice: Browser, app: Flask, records: Records) -> None:
    other = Browser(app)
    other.client.set_cookie("__Host-desk", alice.client.get_cookie("__Host-desk").value)  # type: ignore[union-attr]
    records.news()
    token = alice.form("Sign out").find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    alice.send("/sign-in", {"csrf_token": token, "email": PEOPLE["finance"][0], "password": PASSWORD})
    assert records.news() == ["auth.login.succeeded ok", "auth.session.ended ok signed in anew"]
    other.open("/you/sessions")
    assert other.heading == "Sign in"


@pytest.mark.requirement("R23")
def test_an_outdated_hash_is_replaced(stranger: Browser, records: Records) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    records.change('UPDATE "user" SET password_hash = :weak WHERE email = :email', weak=weak, email=ALICE)
    attempt(stranger)
    stored = records.user(ALICE)["password_hash"]
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify_password(stored, PASSWORD)


def test_without_its_token_the_form_is_refused(stranger: Browser, records: Records) -> None:
    stranger.open("/sign-in")
    stranger.send("/sign-in", {"email": ALICE, "password": PASSWORD})
    assert stranger.status == 400
    assert records.news() == ["csrf.failed denied form token"]
    assert not records.sessions()


@pytest.mark.requirement("R30")
def test_an_initial_password_is_good_for_a_day(stranger: Browser, records: Records, clock: object) -> None:
    records.change(
        'UPDATE "user" SET must_change_password = true, password_changed = :then WHERE email = :email',
        then="2026-11-19 07:59:00.000000",
        email=ALICE,
    )
    assert "Sign-in failed." in attempt(stranger).words
    records.change('UPDATE "user" SET password_changed = :then', then="2026-11-19 08:01:00.000000")
    assert attempt(stranger).heading == "Change password"


def test_any_browser_has_a_session_of_its_own(sign_in: Callable[[str], Browser], records: Records) -> None:
    sign_in("agent"), sign_in("agent")
    hashes = {row["token_hash"] for row in records.sessions()}
    assert len(hashes) == 2
