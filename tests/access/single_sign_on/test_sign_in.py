"""Signing in at the OpenID provider: whom it names comes in, with the roles it gives; nobody else does."""

from __future__ import annotations

import hashlib
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta

import time_machine
from flask import Flask

from tests.access.factors.factors import set_up_app
from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE
from tests.people import let_in
from webapp.access import staff

from .conftest import Person
from .provider import CLIENT, OpenIDProvider, query_of
from .records import entries

Desk = Callable[..., Flask]


def test_somebody_new_comes_in_with_the_role_of_their_group(person: Person, provider: OpenIDProvider) -> None:
    provider.person("fadi", groups=["finance team", "something else"])
    page = person.browser.open("/sign-in?next=/demo/payouts")
    came = person.sign_in("fadi", str(page.select_one("a[href^='/sign-in/oidc']")["href"]))  # type: ignore[index]
    assert (came.status_code, came.headers["Location"]) == (303, "/demo/payouts")
    person.browser.open("/you")
    assert "Fadi Finance" in person.browser.words
    app = person.browser.app
    assert entries(app, "auth.login.succeeded")[-1] == '{"means":"single sign-on"}'
    assert len(entries(app, "user.bound")) == 1


def test_what_is_sent_there_holds_together_and_tells_no_secret(person: Person, provider: OpenIDProvider) -> None:
    provider.person("pia", groups=["demo agents"])
    address = person.begin()
    sent = query_of(address)
    assert (sent["response_type"], sent["client_id"], sent["code_challenge_method"]) == ("code", CLIENT, "S256")
    assert sent["redirect_uri"] == "http://localhost/sign-in/oidc/answer"
    assert sent["scope"] == "openid email profile"
    assert min(len(sent[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    person.browser.client.get(provider.answer(address, "pia"))
    verifier = [one["form"] for one in provider.seen if one["path"] == "/oauth2/token"][-1]["code_verifier"]
    digest = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    assert digest == sent["code_challenge"]
    assert verifier not in address


def test_an_answer_counts_once_in_the_browser_that_asked(desk: Desk, provider: OpenIDProvider) -> None:
    provider.person("once", groups=["demo agents"])
    app = desk()
    person, thief = Person(app, provider), Person(app, provider)
    answer = provider.answer(person.begin(), "once")
    thief.begin()
    thief.browser.open(answer)
    assert "was begun too long ago, or in another browser" in thief.browser.words
    assert not thief.is_in()
    assert person.browser.client.get(answer).status_code == 303
    again = Person(app, provider)
    assert again.browser.client.get(answer).headers["Location"] == "/sign-in"
    late = provider.answer(person.begin(), "once")
    with time_machine.travel(time.time() + 700, tick=True):
        assert person.browser.client.get(late).headers["Location"] == "/sign-in"


def test_a_person_is_known_by_the_subject_and_by_no_address_again(person: Person, provider: OpenIDProvider) -> None:
    email = PEOPLE["agent"][0]
    provider.person("alice-1", email=email, groups=["demo agents"])
    assert person.sign_in("alice-1").status_code == 303
    provider.person("alice-1", email="other@example.test", groups=["demo agents"])
    assert person.sign_in("alice-1").status_code == 303, "the address says nothing any more"
    person.browser.open("/you")
    assert PEOPLE["agent"][1] in person.browser.words
    provider.person("alice-2", email=email, groups=["desk admins"])
    thief = Person(person.browser.app, provider)
    thief.sign_in("alice-2")
    assert not thief.is_in()
    assert "that of another subject" in entries(person.browser.app, "auth.login.failed")[0]
    result = person.browser.app.test_cli_runner().invoke(args=["unbind-user", email])
    assert result.exit_code == 0
    assert not person.is_in()
    assert thief.sign_in("alice-2").status_code == 303


def test_a_role_that_the_claim_no_longer_gives_ends(person: Person, provider: OpenIDProvider) -> None:
    provider.person("rosa", groups=["desk admins", "finance team", "demo agents"])
    elsewhere = Person(person.browser.app, provider)
    for one in (person, elsewhere):
        assert one.sign_in("rosa").status_code == 303
    assert person.browser.client.get("/demo/payouts").status_code == 403, "on demo the single account's role counts"
    provider.person("rosa", groups="demo agents")
    elsewhere.sign_in("rosa")
    assert not person.is_in(), "sessions with the role before are over"
    provider.person("rosa", groups=["something else"])
    person.sign_in("rosa")
    assert not person.is_in()
    assert not elsewhere.is_in()
    app = person.browser.app
    assert "no role" in entries(app, "auth.login.failed")[0]
    assert entries(app, "user.role_changed")[-1] == '{"role":null}'


def test_somebody_disabled_stays_out(person: Person, provider: OpenIDProvider) -> None:
    provider.person("dora", groups=["demo agents"])
    person.sign_in("dora")
    with person.browser.app.app_context():
        staff.disable("dora@example.test")
    assert not person.is_in()
    person.sign_in("dora")
    assert not person.is_in()
    assert "disabled" in entries(person.browser.app, "auth.login.failed")[0]


def test_without_a_mapping_roles_stay_as_admins_gave_them(desk: Desk, provider: OpenIDProvider) -> None:
    person = Person(desk(oidc_roles={}), provider)
    provider.person("farah", email=PEOPLE["finance"][0], groups=["desk admins"])
    provider.person("stranger")
    assert person.sign_in("farah").status_code == 303
    assert person.browser.client.get("/demo/payouts").status_code == 200
    stranger = Person(person.browser.app, provider)
    stranger.sign_in("stranger")
    assert not stranger.is_in()


def test_an_old_sign_in_at_the_provider_is_no_fresh_proof(person: Person, provider: OpenIDProvider) -> None:
    provider.person("ada", groups=["desk admins"], auth_time=int(time.time()) - 3600)
    person.sign_in("ada")
    assert person.browser.client.get("/demo/hooks/new").headers["Location"].startswith("/you/confirm")
    page = person.browser.open("/you/confirm?next=/demo/hooks/new")
    link = str(page.select_one("a[href^='/sign-in/oidc']")["href"])  # type: ignore[index]
    sent = query_of(person.begin(link))
    assert (sent["prompt"], sent["max_age"]) == ("login", "120")
    person.sign_in("ada", link)
    assert "the proof is not fresh" in entries(person.browser.app, "auth.login.failed")[0]
    assert person.browser.client.get("/demo/hooks/new").status_code == 303
    provider.person("ada", groups=["desk admins"])
    assert person.sign_in("ada", link).headers["Location"] == "/demo/hooks/new"
    assert person.browser.client.get("/demo/hooks/new").status_code == 200


def test_with_passwords_off_only_one_from_the_terminal_signs_in_and_once(desk: Desk, provider: OpenIDProvider) -> None:
    app = desk(password_sign_in=False)
    email = PEOPLE["admin"][0]
    person = Person(app, provider)
    person.browser.open("/sign-in")
    assert "With a password made at the terminal" in person.browser.words
    person.browser.submit("Sign in", email=email, password=PASSWORD)
    assert person.browser.status == 422
    assert "passwords are off" in entries(app, "auth.login.failed")[0]
    initial, own = "a way back in for adam", "an own one for adam to keep"
    runner = app.test_cli_runner()
    assert runner.invoke(args=["reset-password", email, "--password-stdin"], input=initial + "\n").exit_code == 0
    person.browser.open("/sign-in")
    person.browser.submit("Sign in", email=email, password=initial)
    person.browser.submit("Change password", current=initial, new=own, again=own)
    assert person.is_in()
    again = Person(app, provider)
    again.browser.open("/sign-in")
    again.browser.submit("Sign in", email=email, password=own)
    assert not again.is_in()


def test_with_passwords_off_one_is_no_fresh_proof(desk: Desk, provider: OpenIDProvider) -> None:
    app = desk(password_sign_in=False, oidc_roles={})
    adam, page, own = let_in(app, PEOPLE["admin"][0]), "/demo/hooks/new", "an own one for adam to keep"
    with time_machine.travel(time.time() + 400, tick=True):
        asked = adam.open(f"/you/confirm?next={page}")
        assert asked.find("input", {"name": "password"}) is None
        token = asked.find("input", {"name": "csrf_token"})["value"]  # type: ignore[index]
        adam.send("/you/confirm", {"csrf_token": token, "password": PASSWORD, "next": page})
        assert adam.status == 422
        adam.open("/you/password")
        adam.submit("Change password", current=PASSWORD, new=own, again=own)
        assert adam.client.get(page).headers["Location"].startswith("/you/confirm")


def test_who_was_hired_with_a_password_that_is_not_theirs_alone_keeps_none(
    person: Person, provider: OpenIDProvider
) -> None:
    app, email = person.browser.app, "ines@example.test"
    args = ["create-user", email, "--name", "Ines", "--role", "viewer", "--password-stdin"]
    assert app.test_cli_runner().invoke(args=args, input="a first password of ines\n").exit_code == 0
    provider.person("ines", groups=["demo agents"])
    assert person.sign_in("ines").status_code == 303
    assert person.is_in()
    other = Person(app, provider)
    other.browser.open("/sign-in")
    other.browser.submit("Sign in", email=email, password="a first password of ines")
    assert not other.is_in()


def test_with_passwords_off_somebody_is_added_by_the_address_that_the_provider_knows(
    desk: Desk, provider: OpenIDProvider
) -> None:
    app = desk(password_sign_in=False, oidc_roles={})
    adam = let_in(app, PEOPLE["admin"][0])
    adam.open("/people/new")
    adam.submit("Add the person", name="Sana", email="sana@example.test", role="agent", accounts="*")
    assert "Sana can sign in with single sign-on, known there as sana@example.test." in adam.words
    assert "Make a" not in adam.words
    provider.person("sana")
    person = Person(app, provider)
    assert person.sign_in("sana").status_code == 303
    assert person.is_in()


def test_without_an_issuer_there_is_no_such_way_in(app: Flask, provider: OpenIDProvider) -> None:
    person = Person(app, provider)
    for address in ("/sign-in/oidc", "/sign-in/oidc/answer?state=x&code=y"):
        assert person.browser.client.get(address).status_code == 404
    assert "single sign-on" not in person.browser.open("/sign-in").get_text()


def test_where_somebody_goes_on_is_an_address_of_the_desk(person: Person, provider: OpenIDProvider) -> None:
    provider.person("nora", groups=["demo agents"])
    assert person.sign_in("nora", "/sign-in/oidc?next=//evil.example").headers["Location"] == "/"


def test_an_hour_later_the_session_ends_as_any_other(person: Person, provider: OpenIDProvider) -> None:
    provider.person("late", groups=["demo agents"])
    person.sign_in("late")
    with time_machine.travel(time.time() + timedelta(hours=1).total_seconds(), tick=True):
        assert not person.is_in()


def test_the_desk_asks_for_its_own_second_factor_unless_the_provider_vouches_for_one(
    desk: Desk, provider: OpenIDProvider
) -> None:
    app = desk(second_factor="required")
    provider.person("otto", groups=["desk admins"], amr=["pwd", "otp"])
    otto = Person(app, provider)
    otto.sign_in("otto")
    assert otto.browser.client.get("/people").headers["Location"] == "/you/second-factor"
    set_up_app(otto.browser)
    again = Person(app, provider)
    answer = again.sign_in("otto")
    assert '<h1 id="step-title">Second factor' in answer.get_data(as_text=True)
    assert not again.is_in()
    vouching = Person(desk(second_factor="required", oidc_amr=("otp",)), provider)
    vouching.sign_in("otto")
    assert vouching.browser.client.get("/people").status_code == 200
    other = Person(vouching.browser.app, provider)
    provider.person("nora", groups=["finance team"], amr=["otp"])
    other.sign_in("nora")
    assert other.browser.client.get("/demo/payouts").status_code == 200, "nothing to set up here"


def test_a_passkey_is_no_way_around_the_provider(desk: Desk, provider: OpenIDProvider) -> None:
    browser = Browser(desk(password_sign_in=False))
    browser.open("/sign-in")
    assert "passkey" not in browser.words
    token = browser.page.find("input", {"name": "csrf_token"})["value"]  # type: ignore[index]
    sent = browser.client.post("/sign-in/passkey", data={"csrf_token": token, "passkey": "{}"})
    assert sent.status_code == 404
